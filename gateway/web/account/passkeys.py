"""Passkeys: made and removed by their owner, and used instead of a passphrase, beside it, or as a proof."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import devices, errors, sign_in_attempt
from gateway.http.auth import PROOF_PAGE, SECOND_FACTOR_PAGE, SESSIONS, signed_in
from gateway.http.form import LONGEST_LINE, read_texts
from gateway.web.account.second_factor import codes_page, overview
from gateway.web.account.second_sign_in import complete, finish, target_of
from gateway.web.site.forms import status_of
from gateway.web.site.frame import go_to
from ieum.people.v1 import people_pb2 as pb
from services.chassis.errors import Problem

_HERE = SECOND_FACTOR_PAGE + "/passkey"
_LONGEST = 20_000
"""Of what a browser answers: a certificate chain may be in it."""

routes = web.RouteTableDef()


def origin_of(request: web.Request) -> str:
    """Of the page, as the browser sees it."""
    return f"{request.scheme}://{request.host}"


def longest(name: str) -> int:
    return _LONGEST if name == "passkey" else LONGEST_LINE


@routes.post(_HERE)
async def start(request: web.Request) -> web.Response:
    viewer, form = signed_in(request), await read_texts(request)
    try:
        started = await request.app[CLIENTS].people.StartPasskey(
            pb.StartPasskeyRequest(
                parent=viewer.person, passphrase=form.get("passphrase", ""), origin=origin_of(request)
            )
        )
    except Problem as problem:
        errors.pass_on_proof(problem)
        return await overview(request, problem)
    return _new_page(request, devices.agent(request), started.options)


def _new_page(request: web.Request, name: str, options: str = "", **values: Any) -> web.Response:
    return page(request, "account/passkey_new.html", name=name, options=options, **values)


@routes.post(_HERE + "/confirm")
async def confirm(request: web.Request) -> web.Response:
    viewer, form = signed_in(request), await read_texts(request, longest)
    name = form.get("display_name", "")
    try:
        answer = await request.app[CLIENTS].people.ConfirmPasskey(
            pb.ConfirmPasskeyRequest(
                parent=viewer.person,
                passkey=form.get("passkey", ""),
                origin=origin_of(request),
                display_name=name or devices.agent(request),
            )
        )
    except Problem as problem:
        form_errors = {"display_name": errors.message(request[PAGE].locale, problem)}
        return _new_page(request, name, status=status_of(problem), errors=form_errors)
    request.app[SESSIONS].drop(viewer.person)
    if answer.codes:
        return codes_page(request, answer)
    return go_to(SECOND_FACTOR_PAGE, Flash(request[PAGE].locale.gettext("The passkey is made")), request)


@routes.post(_HERE + "/{passkey:[0-9A-Za-z_-]{1,1400}}/remove")
async def remove(request: web.Request) -> web.Response:
    viewer, form = signed_in(request), await read_texts(request)
    name = f"{viewer.person}/passkeys/{request.match_info['passkey']}"
    try:
        await request.app[CLIENTS].people.RemovePasskey(
            pb.RemovePasskeyRequest(name=name, passphrase=form.get("passphrase", ""))
        )
    except Problem as problem:
        errors.pass_on_proof(problem)
        return await overview(request, problem)
    request.app[SESSIONS].drop(viewer.person)
    return go_to(SECOND_FACTOR_PAGE, Flash(request[PAGE].locale.gettext("The passkey is removed")), request)


@routes.post("/sign-in/passkey")
async def options_alone(request: web.Request) -> web.Response:
    return await _options(request, "")


@routes.post("/sign-in/second/passkey")
async def options_as_second(request: web.Request) -> web.Response:
    return await _options(request, sign_in_attempt.secret(request))


@routes.post(PROOF_PAGE + "/passkey")
async def options_as_proof(request: web.Request) -> web.Response:
    signed_in(request)
    return await _options(request, "")


async def _options(request: web.Request, attempt: str) -> web.Response:
    """For the browser, in JSON; the attempt they belong to is in the cookie."""
    started = await request.app[CLIENTS].people.StartPasskeyUse(
        pb.StartPasskeyUseRequest(
            origin=origin_of(request),
            attempt=attempt,
            shared_device=devices.is_shared(request),
            agent=devices.agent(request),
        )
    )
    response = web.Response(text=started.options, content_type="application/json")
    kept = pb.SignInResponse(attempt=started.attempt, attempt_expire_time=started.attempt_expire_time)
    sign_in_attempt.keep(request, response, kept)
    return response


@routes.post("/sign-in/passkey/answer")
async def sign_in(request: web.Request) -> web.Response:
    """A passkey alone: it says who it is, and it verified them."""
    form, locale = await read_texts(request, longest), request[PAGE].locale
    target = target_of(form)
    try:
        answer = await complete(request, passkey=form.get("passkey", ""), origin=origin_of(request))
    except Problem as problem:
        refused = Flash(locale.gettext("That did not work"), errors.message(locale, problem), "warning")
        response = go_to(str(URL("/sign-in").with_query(next=target)), refused, request)
    else:
        response = finish(request, answer, target)
    sign_in_attempt.forget(request, response)
    return response
