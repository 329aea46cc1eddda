"""Behind the link of a reminder: giving up a seat without signing in.

Looking at the page changes nothing, because programs that check mail for harm open every link. The button does.
"""

from __future__ import annotations

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import page
from gateway.web.site.frame import go_to
from ieum.notices.v1 import notices_pb2 as pb
from services.chassis import clock

routes = web.RouteTableDef()
_HERE = "/cannot-come/{secret:[0-9a-z]{1,64}}"


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    call = pb.GetSeatLinkRequest(secret=request.match_info["secret"])
    link = await request.app[CLIENTS].notices.GetSeatLink(call)
    response = page(request, "learner/cannot_come.html", link=link, start=clock.moment(link.session_time))
    # The address is a secret: it stays out of search engines, caches, and the next site's log.
    response.headers.update({"X-Robots-Tag": "noindex", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    return response


@routes.post(_HERE)
async def give_up(request: web.Request) -> web.Response:
    call = pb.GiveUpSeatRequest(secret=request.match_info["secret"])
    await request.app[CLIENTS].notices.GiveUpSeat(call)
    return go_to(request.path)
