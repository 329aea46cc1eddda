"""Compresses answers with gzip where their length cannot betray a secret (ADR 13).

BREACH: an attacker's page makes the victim's browser fetch ours again and again with guesses in the address. If our
page repeats the guess beside a secret, such as a CSRF token, a right guess compresses better, and the length on the
wire shows it. So two things are not compressed: answers to requests that another site could have sent with the victim's
cookie, and pages that contain a CSRF token.
"""

from __future__ import annotations

import asyncio
import zlib

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from gateway.http import csrf
from gateway.http.auth import session_secret
from gateway.http.negotiation import weights

_SMALLEST = 1_000
_LARGE = 200_000
_TEXTS = ("text/", "application/json", "application/problem+json", "application/ld+json", "image/svg+xml")


@web.middleware
async def compress(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if isinstance(response, web.Response) and not response.prepared and _is_text(response):
        response.headers.add(hdrs.VARY, "Accept-Encoding")
        if may_compress(request, response) and isinstance(response.body, bytes) and len(response.body) >= _SMALLEST:
            await _compress(response, response.body)
    return response


async def _compress(response: web.Response, plain: bytes) -> None:
    response.body = await asyncio.to_thread(_gzip, plain) if len(plain) > _LARGE else _gzip(plain)
    response.headers[hdrs.CONTENT_ENCODING] = "gzip"
    tag = response.headers.get(hdrs.ETAG)
    if tag and not tag.startswith("W/"):
        response.headers[hdrs.ETAG] = f"W/{tag}"  # a strong tag promises the same bytes


def _gzip(plain: bytes) -> bytes:
    return zlib.compress(plain, level=1, wbits=31)


def _is_text(response: web.Response) -> bool:
    kind = response.content_type
    return (
        kind.startswith(_TEXTS)
        and hdrs.CONTENT_ENCODING not in response.headers
        and hdrs.CONTENT_RANGE not in response.headers
    )


def accepts_gzip(request: web.Request) -> bool:
    """False also for a weight of 0, which refuses it (RFC 9110, 12.5.3)."""
    given = dict(weights(request.headers.get(hdrs.ACCEPT_ENCODING, "")))
    return given.get("gzip", given.get("*", 0.0)) > 0


def may_compress(request: web.Request, response: web.StreamResponse) -> bool:
    """False if another site could have sent the request (BREACH) or the page contains a CSRF token."""
    if request.method != "GET" or not accepts_gzip(request):
        return False
    if session_secret(request):
        return request.headers.get("Sec-Fetch-Site") in ("same-origin", "none")
    return response.content_type != "text/html" or not csrf.needs_token(request)
