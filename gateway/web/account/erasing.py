"""Asking that one's account be erased, and seeing how the request stands: also afterwards, with its number."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.http.form import read_texts
from gateway.web.site.erasure_words import number_of, state_of, steps_of
from gateway.web.site.frame import go_to
from ieum.people.v1 import people_pb2 as pb
from services.chassis.errors import Problem

_HERE = "/account/erase"
_LONGEST_NUMBER = 40

routes = web.RouteTableDef()


@routes.get(_HERE)
async def ask(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(request: web.Request, **values: Any) -> web.Response:
    listed = await request.app[CLIENTS].people.ListErasureRequests(
        pb.ListErasureRequestsRequest(person=signed_in(request).person)
    )
    latest = next(iter(listed.requests), None)
    response = page(request, "account/erase.html", **_shown(request, latest), **values)
    response.headers["Cache-Control"] = "no-store"
    return response


def _shown(request: web.Request, latest: pb.ErasureRequest | None) -> dict[str, Any]:
    if latest is None:
        return {"latest": None}
    locale = request[PAGE].locale
    state, kind = state_of(locale, latest)
    return {
        "latest": latest,
        "is_open": latest.state == pb.ERASURE_ASKED,
        "number": number_of(latest),
        "state": state,
        "kind": kind,
        "steps": steps_of(locale, latest),
    }


@routes.post(_HERE)
async def send(request: web.Request) -> web.Response:
    viewer, form = signed_in(request), await read_texts(request)
    locale = request[PAGE].locale
    if "sure" not in form:
        form_errors = {"sure": locale.gettext("Mark the box if you are sure. If not, go back to My details.")}
        return await _page(request, status=400, errors=form_errors)
    try:
        await request.app[CLIENTS].people.RequestErasure(
            pb.RequestErasureRequest(name=viewer.person, passphrase=form.get("passphrase", ""))
        )
    except Problem as problem:
        errors.pass_on_proof(problem)
        form_errors = {"passphrase" if problem.field == "passphrase" else "sure": errors.message(locale, problem)}
        return await _page(request, status=errors.status_of(problem), errors=form_errors)
    sent = Flash(
        locale.gettext("Your request is sent"),
        locale.gettext("Write the number down: with it you can see how the request stands when your account is gone."),
    )
    return go_to(_HERE, sent, request)


@routes.post(f"{_HERE}/take-back")
async def take_back(request: web.Request) -> web.Response:
    people, person = request.app[CLIENTS].people, signed_in(request).person
    listed = await people.ListErasureRequests(pb.ListErasureRequestsRequest(person=person))
    for each in listed.requests:
        if each.state == pb.ERASURE_ASKED:
            await people.TakeBackErasure(pb.TakeBackErasureRequest(name=each.name))
    gettext = request[PAGE].locale.gettext
    return go_to(
        "/account", Flash(gettext("Your request is taken back"), gettext("Your account stays as it is.")), request
    )


@routes.get("/erasure")
async def follow(request: web.Request) -> web.Response:
    """For anybody with the number of a request; says nothing of whose it is."""
    number = request.query.get("number", "").strip()[:_LONGEST_NUMBER]
    found, form_errors = None, {}
    if number:
        try:
            name = f"erasureRequests/{number.replace('/', '')}"
            found = await request.app[CLIENTS].people.GetErasureRequest(pb.GetErasureRequestRequest(name=name))
        except Problem as problem:
            form_errors = {"number": errors.message(request[PAGE].locale, problem)}
    shown = _shown(request, found)
    response = page(
        request, "account/erasure.html", status=404 if form_errors else 200, typed=number, errors=form_errors, **shown
    )
    response.headers["Cache-Control"] = "no-store"
    return response
