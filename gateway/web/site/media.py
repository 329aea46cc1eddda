"""Pictures, videos and hand-outs at the addresses that pages name."""

from __future__ import annotations

from aiohttp import web

from gateway.backend.media import send_media

routes = web.RouteTableDef()


@routes.get("/media/{media}")
async def show(request: web.Request) -> web.StreamResponse:
    return await send_media(request, f"media/{request.match_info['media']}")
