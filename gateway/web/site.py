"""All pages' routes in one list. A new group of pages is a module with `routes: web.RouteTableDef`, named here."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from aiohttp import web

from gateway.web import admin, assets, audit, frame, help, places, statistics, tokens

PAGES: tuple[web.RouteTableDef, ...] = (
    frame.routes,
    statistics.routes,
    tokens.routes,
    admin.routes,
    audit.routes,
    places.routes,
    help.routes,
)


def routes() -> Iterable[web.AbstractRouteDef]:
    return chain(*PAGES, assets.routes())
