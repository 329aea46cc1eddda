"""Requests for erasure: those that wait, by when they are due, and the decision on one. The people service decides who
may decide, and notes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import SESSIONS, signed_in
from gateway.language.i18n import msgid
from gateway.web.site.erasure_words import number_of, state_of, steps_of
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

HERE = "/admin/erasures"
_REQUEST = HERE + "/{number:[0-9A-Za-z]{1,40}}"
_PAGE_SIZE = 50

routes = web.RouteTableDef()


@routes.get(HERE)
async def show_all(request: web.Request) -> web.Response:
    viewer, locale = signed_in(request, "administrator"), request[PAGE].locale
    decided = "decided" in request.query
    listed = await request.app[CLIENTS].people.ListErasureRequests(
        pb.ListErasureRequestsRequest(
            page_size=_PAGE_SIZE, page_token=request.query.get("page", ""), only_open=not decided
        )
    )
    names, now = await _names(request, listed.requests), clock.now()
    rows = [
        {
            "href": f"{HERE}/{each.name.rpartition('/')[2]}",
            "who": names.get(each.person, locale.gettext("An erased account")),
            "asked": clock.moment(each.ask_time),
            "due": clock.moment(each.due_time),
            "overdue": each.state == pb.ERASURE_ASKED and each.due_time.seconds < now.timestamp(),
            "state": state_of(locale, each),
            "mine": each.asked_by == viewer.person,
        }
        for each in listed.requests
    ]
    kept = {"decided": "1"} if decided else {}
    more = {**kept, "page": listed.next_page_token}
    following = str(URL(HERE).with_query(more)) if listed.next_page_token else ""
    return page(request, "administrator/erasures.html", rows=rows, decided=decided, following=following)


async def _names(request: web.Request, requests: Sequence[pb.ErasureRequest]) -> dict[str, str]:
    mentioned = sorted({name for each in requests for name in (each.person, each.asked_by, each.decided_by) if name})
    if not mentioned:
        return {}
    asked = pb.BatchGetNamesRequest(names=mentioned, purpose="requests for erasure")
    return dict((await request.app[CLIENTS].people.BatchGetNames(asked)).display_names)


@routes.get(_REQUEST)
async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(request: web.Request, form: dict[str, str] | None = None, **values: Any) -> web.Response:
    viewer, locale = signed_in(request, "administrator"), request[PAGE].locale
    found = await request.app[CLIENTS].people.GetErasureRequest(pb.GetErasureRequestRequest(name=_name(request)))
    names, gone = await _names(request, [found]), locale.gettext("An erased account")
    return page(
        request,
        "administrator/erasure.html",
        found=found,
        here=f"{HERE}/{request.match_info['number']}",
        number=number_of(found),
        who=names.get(found.person, gone),
        asked_by=locale.gettext("The schedule: nobody used it")
        if found.by_schedule
        else names.get(found.asked_by, gone),
        decided_by=names.get(found.decided_by, "") if found.decided_by else "",
        state=state_of(locale, found),
        steps=steps_of(locale, found),
        is_open=found.state == pb.ERASURE_ASKED,
        by_another=viewer.person in (found.asked_by, found.person),
        reason=(form or {}).get("reason", ""),
        **values,
    )


def _name(request: web.Request) -> str:
    return f"erasureRequests/{request.match_info['number']}"


@routes.post(_REQUEST + "/approve")
async def approve(request: web.Request) -> web.Response:
    form = await typed(request, "passphrase")
    people = request.app[CLIENTS].people
    try:
        approved = await people.ApproveErasure(
            pb.ApproveErasureRequest(name=_name(request), passphrase=form["passphrase"])
        )
    except Problem as problem:
        errors.pass_on_proof(problem)
        return await _refused(request, problem, "passphrase")
    request.app[SESSIONS].drop(approved.person)
    words = msgid("Name, login, e-mail and answers are gone. What was counted stays counted.")
    return _done(request, msgid("The account is erased"), words)


@routes.post(_REQUEST + "/refuse")
async def refuse(request: web.Request) -> web.Response:
    form = await typed(request, "reason")
    try:
        await request.app[CLIENTS].people.RefuseErasure(
            pb.RefuseErasureRequest(name=_name(request), reason=form["reason"])
        )
    except Problem as problem:
        return await _refused(request, problem, "reason", form)
    return _done(request, msgid("The request is refused"), msgid("The person reads your reason on their page."))


@routes.post(_REQUEST + "/take-back")
async def take_back(request: web.Request) -> web.Response:
    try:
        await request.app[CLIENTS].people.TakeBackErasure(pb.TakeBackErasureRequest(name=_name(request)))
    except Problem as problem:
        return await _refused(request, problem, "reason")
    return _done(request, msgid("The request is taken back"), msgid("The account stays as it is."))


async def _refused(
    request: web.Request, problem: Problem, field: str, form: dict[str, str] | None = None
) -> web.Response:
    wrong = {field: errors.message(request[PAGE].locale, problem)}
    return await _page(request, form, status=status_of(problem), errors=wrong)


def _done(request: web.Request, title: str, text: str) -> web.Response:
    gettext = request[PAGE].locale.gettext
    return go_to(f"{HERE}/{request.match_info['number']}", Flash(gettext(title), gettext(text)), request)
