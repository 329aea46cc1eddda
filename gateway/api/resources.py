"""All of the API in one list, and its description at /api/openapi.json."""

from __future__ import annotations

import json
from collections.abc import Iterable

from aiohttp import web

from gateway.api import answers, audit, openapi, people, places, sessions, tokens

OPERATIONS = [
    operation for module in (sessions, people, answers, tokens, places, audit) for operation in module.table.operations
]


def routes() -> Iterable[web.AbstractRouteDef]:
    description = json.dumps(openapi.describe(OPERATIONS), ensure_ascii=False).encode()

    async def describe(_: web.Request) -> web.Response:
        return web.Response(body=description, content_type="application/json")

    return [web.get("/api/openapi.json", describe), *(operation.route for operation in OPERATIONS)]
