"""REST under /api/v1: each resource is a module with a `table` of operations, from which routes and description are made."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web


def routes() -> Iterable[web.AbstractRouteDef]:
    return ()
