"""One's accounts elsewhere, with which one may sign in here: linked by going there, and no longer linked by a press."""

from __future__ import annotations

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.web.site.frame import SETTINGS, go_to
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Forbidden, Problem

_HERE = "/account/identities"
_PROBLEMS = frozenset({"PROVIDER_AWAY", "PROVIDER_DECLINED", "PROVIDER_REFUSED", "IDENTITY_TAKEN", "PROOF_NEEDED"})

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    reason = request.query.get("problem", "")
    return await _page(request, Problem(reason) if reason in _PROBLEMS else None)


async def _page(request: web.Request, problem: Problem | None = None, status: int = 200) -> web.Response:
    viewer, locale = signed_in(request), request[PAGE].locale
    providers = {id: locale.pick(each.name)[0] for id, each in request.app[SETTINGS].providers.items()}
    answer = await request.app[CLIENTS].people.ListIdentities(pb.ListIdentitiesRequest(parent=viewer.person))
    rows = [
        {
            "id": each.name.rpartition("/")[2],
            "provider": providers.get(each.provider, each.provider),
            "since": clock.moment(each.create_time),
            "used": clock.moment(each.last_use_time) if each.HasField("last_use_time") else None,
        }
        for each in answer.identities
    ]
    return page(
        request,
        "account/identities.html",
        status=status,
        rows=rows,
        providers=providers,
        linked="done" in request.query,
        problem=errors.message(locale, problem) if problem else "",
    )


@routes.post(_HERE + "/link/{provider:[a-z0-9-]{1,32}}")
async def link(request: web.Request) -> web.Response:
    """Asks for a proof first; then a link leads there, because a form may not lead to another site."""
    if not signed_in(request).principal.has_proved():
        raise Forbidden("PROOF_NEEDED")
    provider = request.match_info["provider"]
    if provider not in request.app[SETTINGS].providers:
        raise web.HTTPNotFound
    name = request[PAGE].locale.pick(request.app[SETTINGS].providers[provider].name)[0]
    return page(request, "account/identity_link.html", provider=name, href=f"/sign-in/with/{provider}?link=1")


@routes.post(_HERE + "/{identity:[0-9a-f]{64}}/unlink")
async def unlink(request: web.Request) -> web.Response:
    name = f"{signed_in(request).person}/identities/{request.match_info['identity']}"
    try:
        await request.app[CLIENTS].people.UnlinkIdentity(pb.UnlinkIdentityRequest(name=name))
    except Problem as problem:
        errors.pass_on_proof(problem)
        return await _page(request, problem, errors.status_of(problem))
    return go_to(_HERE, Flash(request[PAGE].locale.gettext("The account is no longer linked")), request)
