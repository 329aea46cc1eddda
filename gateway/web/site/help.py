"""Pages about the service itself: how to get help, what is kept about whom, who can use it."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from gateway.backend.places import PLACES
from gateway.html.render import PAGE, page
from gateway.web.site import page_cache
from services.chassis.errors import Unavailable

# When the accessibility statement was last checked against the pages. Review it at least once a year.
_STATEMENT_PREPARED = datetime(2026, 11, 29, tzinfo=UTC)

routes = web.RouteTableDef()


@routes.get("/help")
@page_cache.public()
async def show_help(request: web.Request) -> web.Response:
    return page(request, "site/help.html", centres=await _centres(request))


@routes.get("/accessibility")
@page_cache.public()
async def accessibility(request: web.Request) -> web.Response:
    return page(request, "site/accessibility.html", prepared=_STATEMENT_PREPARED)


async def _centres(request: web.Request) -> list[dict[str, str]]:
    """The information centres. The page works without them, because help matters most during an outage."""
    locale = request[PAGE].locale
    try:
        places = await request.app[PLACES].all()
    except Unavailable:
        page_cache.skip(request)
        return []
    return [
        {
            "title": locale.pick(centre.title)[0],
            "address": locale.pick(centre.address)[0],
            "hours": locale.pick(centre.hours)[0],
            "phone": centre.phone,
        }
        for centre in places.centres.values()
    ]
