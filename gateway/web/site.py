"""All pages' routes in one list. A new group of pages is a module with `routes: web.RouteTableDef`, named here."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from aiohttp import web

from gateway.web import assets, frame

PAGES: tuple[web.RouteTableDef, ...] = (frame.routes,)


def routes() -> Iterable[web.AbstractRouteDef]:
    return chain(*PAGES, assets.routes())
