"""For somebody who has lost their phone and their recovery codes: an administrator removes the second step."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.language.i18n import msgid
from gateway.web.administrator.people import PERSON, done, get_person, name_of
from gateway.web.site.forms import status_of, typed
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

routes = web.RouteTableDef()


@routes.get(PERSON + "/second-factor")
async def ask_to_reset(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(request: web.Request, **values: Any) -> web.Response:
    signed_in(request, "administrator")
    factors = await request.app[CLIENTS].people.GetSecondFactors(pb.GetSecondFactorsRequest(parent=name_of(request)))
    since = clock.moment(factors.totp_time) if factors.HasField("totp_time") else None
    person = await get_person(request)
    return page(
        request,
        "administrator/second_factor.html",
        person=person,
        since=since,
        required=factors.required,
        action=request.path,
        **values,
    )


@routes.post(PERSON + "/second-factor")
async def reset(request: web.Request) -> web.Response:
    form = await typed(request, "passphrase")
    try:
        await request.app[CLIENTS].people.ResetSecondFactors(
            pb.ResetSecondFactorsRequest(parent=name_of(request), passphrase=form["passphrase"])
        )
    except Problem as problem:
        errors.pass_on_proof(problem)
        form_errors = {"passphrase": errors.message(request[PAGE].locale, problem)}
        return await _page(request, status=status_of(problem), errors=form_errors)
    return done(
        request,
        msgid("The second step is removed"),
        msgid("They are signed out everywhere, and sign in with their passphrase alone."),
    )
