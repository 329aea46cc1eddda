"""All of the API in one list, and its description at /api/openapi.json."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache

from aiohttp import web

from gateway.api import (
    answers,
    audit,
    catalog,
    certificates,
    courses,
    distribution,
    enrollments,
    grid,
    media,
    openapi,
    people,
    places,
    progress,
    release_work,
    releases,
    sessions,
    statistics,
    tokens,
)

_TABLES = (
    *(sessions.table, people.table, answers.table, tokens.table, places.table, audit.table),
    *(catalog.table, courses.table, media.table),
    *(enrollments.table, progress.table, grid.table, certificates.table),
    *(statistics.table, releases.table, release_work.table, distribution.table),
)
OPERATIONS = [operation for table in _TABLES for operation in table.operations]


@cache
def _description() -> bytes:
    return json.dumps(openapi.describe(OPERATIONS), ensure_ascii=False).encode()


def routes() -> Iterable[web.AbstractRouteDef]:
    description = _description()

    async def describe(_: web.Request) -> web.Response:
        return web.Response(body=description, content_type="application/json")

    return [web.get("/api/openapi.json", describe), *(operation.route for operation in OPERATIONS)]
