"""The second step of signing in: set up, renewed and removed by its owner."""

from __future__ import annotations

from typing import Any

import segno
from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import SECOND_FACTOR_PAGE, SESSIONS, signed_in
from gateway.http.form import read_texts
from gateway.web.site.forms import status_of
from gateway.web.site.frame import go_to
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

_HERE = SECOND_FACTOR_PAGE

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    return await overview(request)


async def overview(request: web.Request, problem: Problem | None = None, field: str = "passphrase") -> web.Response:
    viewer = signed_in(request)
    factors = await request.app[CLIENTS].people.GetSecondFactors(pb.GetSecondFactorsRequest(parent=viewer.person))
    return page(
        request,
        "account/second_factor.html",
        status=status_of(problem) if problem else 200,
        factors=factors,
        since=clock.moment(factors.totp_time) if factors.HasField("totp_time") else None,
        set_up=factors.HasField("totp_time") or len(factors.passkeys) > 0,
        passkeys=[
            {
                "id": each.name.rpartition("/")[2],
                "name": each.display_name,
                "made": clock.moment(each.create_time),
                "used": clock.moment(each.last_use_time) if each.HasField("last_use_time") else None,
            }
            for each in factors.passkeys
        ],
        due=viewer.second_factor_due,
        overdue=viewer.must_set_up_second_factor,
        errors={field: errors.message(request[PAGE].locale, problem)} if problem else {},
    )


@routes.post(_HERE + "/app")
async def start(request: web.Request) -> web.Response:
    """Shows the key, on this page alone."""
    viewer, form = signed_in(request), await read_texts(request)
    try:
        started = await request.app[CLIENTS].people.StartTotp(
            pb.StartTotpRequest(parent=viewer.person, passphrase=form.get("passphrase", ""))
        )
    except Problem as problem:
        errors.pass_on_proof(problem)
        return await overview(request, problem)
    return _app_page(
        request,
        secret=" ".join(started.secret[place : place + 4] for place in range(0, len(started.secret), 4)),
        picture=segno.make(started.uri, error="m", micro=False).svg_data_uri(border=4),
    )


def _app_page(request: web.Request, secret: str = "", picture: str = "", **values: Any) -> web.Response:
    return page(request, "account/second_factor_app.html", secret=secret, picture=picture, **values)


@routes.post(_HERE + "/app/confirm")
async def confirm(request: web.Request) -> web.Response:
    viewer, form = signed_in(request), await read_texts(request)
    try:
        answer = await request.app[CLIENTS].people.ConfirmTotp(
            pb.ConfirmTotpRequest(parent=viewer.person, code=form.get("code", ""))
        )
    except Problem as problem:
        form_errors = {"code": errors.message(request[PAGE].locale, problem)}
        return _app_page(request, status=status_of(problem), errors=form_errors)
    request.app[SESSIONS].drop(viewer.person)
    if not answer.codes:
        return go_to(_HERE, Flash(request[PAGE].locale.gettext("The new app is set up")), request)
    return codes_page(request, answer)


def codes_page(request: web.Request, answer: pb.RecoveryCodes) -> web.Response:
    codes = [f"{code[:5]}-{code[5:]}" for code in answer.codes]
    return page(request, "account/recovery_codes.html", codes=codes)


@routes.post(_HERE + "/app/remove")
async def remove(request: web.Request) -> web.Response:
    viewer, form = signed_in(request), await read_texts(request)
    try:
        await request.app[CLIENTS].people.RemoveTotp(
            pb.RemoveTotpRequest(parent=viewer.person, passphrase=form.get("passphrase", ""))
        )
    except Problem as problem:
        errors.pass_on_proof(problem)
        return await overview(request, problem)
    request.app[SESSIONS].drop(viewer.person)
    return go_to(_HERE, Flash(request[PAGE].locale.gettext("The app is removed")), request)


@routes.post(_HERE + "/codes")
async def renew(request: web.Request) -> web.Response:
    viewer, form = signed_in(request), await read_texts(request)
    try:
        answer = await request.app[CLIENTS].people.RenewRecoveryCodes(
            pb.RenewRecoveryCodesRequest(parent=viewer.person, passphrase=form.get("passphrase", ""))
        )
    except Problem as problem:
        errors.pass_on_proof(problem)
        return await overview(request, problem)
    return codes_page(request, answer)
