"""Step-up: show once more who is asking, before personal data leave or an account, a role or a token changes."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import auth, errors, sign_in_attempt
from gateway.http.auth import PROOF_PAGE, SESSIONS, signed_in
from gateway.http.form import read_texts
from gateway.web.account.passkeys import longest, origin_of
from gateway.web.site.forms import status_of
from gateway.web.site.frame import SETTINGS, go_to, local_path
from ieum.people.v1 import people_pb2 as pb
from services.chassis.errors import Problem

routes = web.RouteTableDef()


@routes.get(PROOF_PAGE)
async def ask(request: web.Request) -> web.Response:
    return await _page(request, local_path(request.query.get("next", "/")))


async def _page(request: web.Request, target: str, **values: Any) -> web.Response:
    viewer = signed_in(request)
    locale, providers = request[PAGE].locale, request.app[SETTINGS].providers
    return page(
        request,
        "account/proof.html",
        next=target,
        by_code=viewer.has_second_factor,
        by_card=viewer.by_card,
        providers={id: locale.pick(each.name)[0] for id, each in providers.items()},
        **values,
    )


@routes.post(PROOF_PAGE)
async def prove(request: web.Request) -> web.Response:
    viewer, form = signed_in(request), await read_texts(request, longest)
    target, locale = local_path(form.get("next", "/")), request[PAGE].locale
    try:
        answer = await request.app[CLIENTS].people.ProveOneself(
            pb.ProveOneselfRequest(
                token=auth.session_secret(request),
                passphrase=form.get("passphrase", ""),
                code=form.get("code", ""),
                passkey=form.get("passkey", ""),
                attempt=sign_in_attempt.secret(request),
                origin=origin_of(request),
            )
        )
    except Problem as problem:
        if problem.reason == "SESSION_INVALID":
            raise
        field = "code" if viewer.has_second_factor else "passphrase"
        return await _page(request, target, status=status_of(problem), errors={field: errors.message(locale, problem)})
    request.app[SESSIONS].drop(viewer.person, viewer.session)
    thanks = Flash(locale.gettext("Thank you, it is you"), locale.gettext("For ten minutes you are not asked again."))
    response = go_to(target, thanks, request)
    auth.keep_signed_in(request, response, answer)
    return response
