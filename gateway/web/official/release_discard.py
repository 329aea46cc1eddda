"""Giving up a release of which nothing is out yet: asked once more."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.web.official.releases import HERE, RELEASE, address, release_of, require_official
from gateway.web.site.forms import status_of
from gateway.web.site.frame import go_to
from ieum.statistics.v1.releases_pb2 import DiscardReleaseRequest
from services.chassis.errors import Problem

routes = web.RouteTableDef()


@routes.get(RELEASE + "/discard")
async def ask(request: web.Request) -> web.Response:
    require_official(request)
    return await _page(request)


@routes.post(RELEASE + "/discard")
async def act(request: web.Request) -> web.Response:
    require_official(request)
    locale = request[PAGE].locale
    try:
        asked = DiscardReleaseRequest(name=f"releases/{request.match_info['release']}")
        await request.app[CLIENTS].releases.DiscardRelease(asked)
    except Problem as problem:
        return await _page(request, status=status_of(problem), errors={"discard": errors.message(locale, problem)})
    text = locale.gettext("Nothing of it was published.")
    return go_to(HERE, Flash(locale.gettext("The release is discarded"), text), request)


async def _page(request: web.Request, **values: Any) -> web.Response:
    release = await release_of(request)
    title = request[PAGE].locale.pick(release.title)[0]
    return page(request, "official/release_discard.html", title=title, here=address(release.name), **values)
