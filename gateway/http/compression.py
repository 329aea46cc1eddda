"""Answers go out compressed where nobody can learn a secret from their length (ADR 13)."""

from __future__ import annotations

import asyncio
import zlib

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from gateway.http import csrf
from gateway.http.auth import session_secret

_SMALLEST = 1_000
_LARGE = 200_000
_TEXTS = ("text/", "application/json", "application/problem+json", "application/ld+json", "image/svg+xml")


@web.middleware
async def pack(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if isinstance(response, web.Response) and not response.prepared and _is_text(response):
        response.headers.add(hdrs.VARY, "Accept-Encoding")
        if may_pack(request, response) and isinstance(response.body, bytes) and len(response.body) >= _SMALLEST:
            await _pack(response, response.body)
    return response


async def _pack(response: web.Response, plain: bytes) -> None:
    packed = await asyncio.to_thread(_gzip, plain) if len(plain) > _LARGE else _gzip(plain)
    response.body = packed
    response.headers[hdrs.CONTENT_ENCODING] = "gzip"
    tag = response.headers.get(hdrs.ETAG)
    if tag and not tag.startswith("W/"):
        response.headers[hdrs.ETAG] = f"W/{tag}"  # other bytes than those the strong one stands for


def _gzip(plain: bytes) -> bytes:
    return zlib.compress(plain, level=1, wbits=31)


def _is_text(response: web.Response) -> bool:
    kind = response.content_type
    return (
        kind.startswith(_TEXTS)
        and hdrs.CONTENT_ENCODING not in response.headers
        and hdrs.CONTENT_RANGE not in response.headers
    )


def takes_gzip(request: web.Request) -> bool:
    """Unless it is refused with a weight of 0 (RFC 9110, 12.5.3)."""
    given = request.headers.get(hdrs.ACCEPT_ENCODING, "").lower().replace(" ", "")
    weights = {coding: weight or "1" for coding, _, weight in (each.partition(";q=") for each in given.split(","))}
    return bool(weights.get("gzip", weights.get("*", "")).strip("0."))


def may_pack(request: web.Request, response: web.StreamResponse) -> bool:
    """Where a page of somebody else could have asked in a visitor's name, or the text holds a form's token, not."""
    if request.method != "GET" or not takes_gzip(request):
        return False
    if session_secret(request):
        return request.headers.get("Sec-Fetch-Site") in ("same-origin", "none")
    return response.content_type != "text/html" or not csrf.needs_token(request)
