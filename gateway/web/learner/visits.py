"""Asking for a visiting class or a bus, and following the request."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.names import id_of
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import VIEWER, signed_in
from gateway.http.form import read_texts
from gateway.language.i18n import Locale, msgid
from gateway.web.learner.class_words import reason_in_words
from gateway.web.site.forms import named, status_of
from gateway.web.site.frame import go_to
from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Invalid, Problem

routes = web.RouteTableDef()
_VISIT = "/visits/{visit:[0-9a-z]{1,32}}"
_FIELDS = ("area", "address", "people", "text")
STATES: Mapping[int, str] = {
    pb.VISIT_RECEIVED: msgid("Received"),
    pb.VISIT_PLANNED: msgid("A class is planned"),
    pb.VISIT_REFUSED: msgid("Not possible"),
    pb.VISIT_WITHDRAWN: msgid("Withdrawn"),
}


@routes.get("/visits")
async def show(request: web.Request) -> web.Response:
    if request[VIEWER] is None:
        return go_to("/sign-in?next=/visits")
    viewer = signed_in(request)
    return await _page(request, {"area": viewer.principal.area})


async def _page(request: web.Request, given: Mapping[str, str], problem: Problem | None = None) -> web.Response:
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    found = (await request.app[CLIENTS].classes.ListVisits(pb.ListVisitsRequest(page_size=100))).visits
    known = {name: name for name in _FIELDS}
    words = {named(problem, known, "address"): errors.message(locale, problem)} if problem else {}
    return page(
        request,
        "learner/visits.html",
        status=status_of(problem) if problem else 200,
        visit_id=given.get("visit_id") or clock.new_id(),
        given={name: given.get(name, "") for name in _FIELDS},
        areas=places.homes(locale),
        visits=[(f"/{each.name}", each.wish.address, state_words(locale, each.state)) for each in found],
        errors=words,
    )


def state_words(locale: Locale, state: int) -> str:
    return locale.gettext(STATES[state]) if state in STATES else ""


@routes.post("/visits")
async def ask(request: web.Request) -> web.Response:
    signed_in(request)
    form = await read_texts(request, lambda name: 1_000)
    try:
        wish = pb.VisitWish(
            area=form.get("area", ""),
            address=form.get("address", ""),
            people=_count(form.get("people", "")),
            text=form.get("text", ""),
        )
        call = pb.RequestVisitRequest(visit_id=form.get("visit_id", ""), wish=wish)
        visit = await request.app[CLIENTS].classes.RequestVisit(call)
    except Problem as problem:
        return await _page(request, dict(form), problem)
    return go_to(f"/{visit.name}", Flash(request[PAGE].locale.gettext("We have your request")), request)


def _count(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Invalid("NUMBER", field="people")
    return int(text)


@routes.get(_VISIT)
async def follow(request: web.Request) -> web.Response:
    signed_in(request)
    locale, clients = request[PAGE].locale, request.app[CLIENTS]
    visit = await clients.classes.GetVisit(pb.GetVisitRequest(name=_name(request)))
    places = await request.app[PLACES].all()
    return page(
        request,
        "learner/visit.html",
        here=f"/{visit.name}",
        visit=visit,
        place=places.title(locale, visit.wish.area),
        state=state_words(locale, visit.state),
        steps=visit_steps(locale, visit),
        number=id_of(visit.name),
        open=visit.state in (pb.VISIT_RECEIVED, pb.VISIT_PLANNED),
    )


def visit_steps(locale: Locale, visit: pb.Visit) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    for place, step in enumerate(visit.steps, start=1):
        time = clock.moment(step.time)
        parts = [locale.datetime(time) if time else "", reason_in_words(locale, step.reason)]
        state = state_words(locale, step.state)
        rows.append((state, " · ".join(filter(None, parts)), "now" if place == len(visit.steps) else "done"))
    return rows


@routes.post(_VISIT + "/withdraw")
async def withdraw(request: web.Request) -> web.Response:
    signed_in(request)
    visit = await request.app[CLIENTS].classes.WithdrawVisit(pb.WithdrawVisitRequest(name=_name(request)))
    return go_to(f"/{visit.name}", Flash(request[PAGE].locale.gettext("Your request is withdrawn")), request)


def _name(request: web.Request) -> str:
    return f"visits/{request.match_info['visit']}"
