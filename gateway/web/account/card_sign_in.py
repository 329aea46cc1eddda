"""Signing in with a card, on a computer of a centre: first the number, typed or read by a scanner, then three pictures
or a PIN. Each picture is a button that sends the form, so that no script is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.documents.card_pictures import PICTURES
from gateway.html.render import PAGE, page
from gateway.http import devices, errors
from gateway.http.auth import VIEWER
from gateway.web.account.second_sign_in import finish, target_of, workplace
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.people.v1.cards_pb2 import SignInWithCardRequest
from services.chassis.errors import Forbidden, Problem

_HERE = "/sign-in/card"
_PICKED = 3
_LONGEST_NUMBER = 40
_OF_THE_NUMBER = ("CARD_NUMBER_INVALID", "CARD_NUMBER_MISTYPED")

routes = web.RouteTableDef()


@routes.get(_HERE)
async def ask_number(request: web.Request) -> web.Response:
    target = target_of(request.query)
    if viewer := request[VIEWER]:
        return go_to(target or workplace(viewer))
    return _page(request, target)


def _page(
    request: web.Request, target: str, number: str = "", picked: Sequence[str] = (), problem: Problem | None = None
) -> web.Response:
    """Without a number the first step, with one the second."""
    if not devices.centre_secret(request):
        raise Forbidden("CENTRE_DEVICE_NEEDED")
    values: dict[str, Any] = {"next": target, "number": number, "here": _HERE}
    if problem:
        field = "number" if problem.reason in _OF_THE_NUMBER else "pick"
        values |= {"errors": {field: errors.message(request[PAGE].locale, problem)}, "status": status_of(problem)}
        if field == "number":
            return page(request, "account/card_number.html", **values)
    if not number:
        return page(request, "account/card_number.html", **values)
    drawings = [(id, each.name, each.svg) for id, each in PICTURES.items()]
    return page(request, "account/card_secret.html", **values, pictures=drawings, picked=picked, place=len(picked) + 1)


@routes.post(_HERE)
async def answer(request: web.Request) -> web.Response:
    form = await typed(request, "next", "number", "picked", "pick", "pin", "with_pin")
    target, number = target_of(form), form["number"].strip()[:_LONGEST_NUMBER]
    picked = [id for id in f"{form['picked']} {form['pick']}".split() if id in PICTURES][:_PICKED]
    if form["pick"] == "again":
        picked = []
    is_in_between = picked and len(picked) < _PICKED and not form["with_pin"]
    if not number or is_in_between or form["pick"] == "again":
        return _page(request, target, number, picked)
    signing_in = SignInWithCardRequest(
        number=number,
        pictures=[] if form["with_pin"] else picked,
        pin=form["pin"].replace(" ", ""),
        device=devices.centre_secret(request),
        agent=devices.agent(request),
    )
    try:
        signed_in = await request.app[CLIENTS].cards.SignInWithCard(signing_in)
    except Problem as problem:
        if problem.reason == "CENTRE_DEVICE_NEEDED":
            raise
        if problem.reason == "CARD_SECRET_MISSING" and not form["with_pin"]:
            return _page(request, target, number)  # a number that can be one
        response = _page(request, target, number, problem=problem)
        if seconds := problem.details.get("seconds"):
            response.headers["Retry-After"] = seconds
        return response
    return finish(request, signed_in, target or "/")
