"""An administrator makes the computer at which they sit a shared one of the centre."""

from __future__ import annotations

from aiohttp import web

from gateway.html.render import PAGE, Flash, page
from gateway.http import devices
from gateway.http.auth import signed_in
from gateway.web.site.forms import typed
from gateway.web.site.frame import go_to

_HERE = "/centre/device"

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    return page(request, "centre/device.html", fixed=devices.is_fixed(request), here=_HERE)


@routes.post(_HERE)
async def change(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    shared = (await typed(request, "shared"))["shared"] == "1"
    gettext = request[PAGE].locale.gettext
    said = gettext("This computer is shared now") if shared else gettext("This computer is no longer a shared one")
    response = go_to(_HERE, Flash(said), request)
    devices.fix(request, response, shared)
    return response
