"""Pages about the service itself: how to get help, what is kept about whom, who can use it."""

from __future__ import annotations

from aiohttp import web

from gateway.places import PLACES
from gateway.web import shelf
from gateway.web.render import PAGE, page
from services.chassis.errors import Unavailable

routes = web.RouteTableDef()


@routes.get("/help")
@shelf.public
async def show_help(request: web.Request) -> web.Response:
    return page(request, "help/help.html", centres=await _centres(request))


@routes.get("/privacy")
@shelf.public
async def privacy(request: web.Request) -> web.Response:
    return page(request, "help/privacy.html")


@routes.get("/accessibility")
@shelf.public
async def accessibility(request: web.Request) -> web.Response:
    return page(request, "help/accessibility.html")


async def _centres(request: web.Request) -> list[dict[str, str]]:
    """Help must be there when other things are not: without the list the phone number still stands."""
    locale = request[PAGE].locale
    try:
        places = await request.app[PLACES].all()
    except Unavailable:
        shelf.keep_off(request)
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
