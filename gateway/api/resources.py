"""All operations of the API, and their OpenAPI description at /api/openapi.json."""

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
    class_staff,
    classes,
    counter,
    courses,
    distribution,
    enrollments,
    erasures,
    grid,
    media,
    openapi,
    outreach,
    packages,
    people,
    places,
    privacy,
    progress,
    reference,
    release_work,
    releases,
    retention,
    sessions,
    statistics,
    tokens,
)

_RESOURCES = (
    sessions,
    people,
    privacy,
    retention,
    counter,
    erasures,
    answers,
    tokens,
    places,
    audit,
    catalog,
    courses,
    packages,
    media,
    enrollments,
    progress,
    grid,
    certificates,
    class_staff,
    classes,
    outreach,
    statistics,
    releases,
    release_work,
    distribution,
)
OPERATIONS = [operation for resource in _RESOURCES for operation in resource.table.operations]


@cache
def _description() -> bytes:
    return json.dumps(openapi.describe(OPERATIONS), ensure_ascii=False).encode()


@cache
def _reference() -> str:
    return reference.render(json.loads(_description()))


def routes() -> Iterable[web.AbstractRouteDef]:
    description = _description()

    async def describe(_: web.Request) -> web.Response:
        return web.Response(body=description, content_type="application/json")

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=_reference(), content_type="text/html", charset="utf-8")

    return [
        web.get("/api/openapi.json", describe),
        web.get("/api/docs", show),
        *(operation.route for operation in OPERATIONS),
    ]
