"""CSRF protection: an unsafe request must come from our own pages.

Browsers say where a request comes from by Sec-Fetch-Site, else by Origin, else by Referer. For the few that send none
of them, each form has a CSRF token: an HMAC of a nonce in a cookie. A request with a personal token needs no check,
because no other site can make a browser send it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from gateway.http.auth import bearer, is_api, is_asset, session_secret
from gateway.http.form import read_texts
from services.chassis.errors import Forbidden, Problem

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_BODY = 1024 * 1024
LARGEST_UPLOAD = 34 * 1024 * 1024

_TOKEN_COOKIE = "ieum_form"  # noqa: S105  # a name
TOKEN_FIELD = "_csrf"  # noqa: S105  # a name
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?")
_POST_FORM = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>', re.IGNORECASE)

FORM_KEY = web.AppKey("form_key", bytes)
HOSTS = web.AppKey("hosts", frozenset[str])
SEALED_LATER = web.RequestKey("sealed_later", bool)


@web.middleware
async def refuse_foreign(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not _is_host(request.host) and not is_asset(request):
        raise Problem("HOST_UNKNOWN", status=421)
    if (hosts := request.app[HOSTS]) and request.host.lower() not in hosts and not is_asset(request):
        raise Problem("HOST_UNKNOWN", status=421)
    if request.method not in SAFE_METHODS and not await _is_ours(request):
        raise Forbidden("REQUEST_FOREIGN")
    response = await handler(request)
    if SEALED_LATER not in request:
        seal(request, response)
    return response


def _is_host(text: str) -> bool:
    """A name or address, perhaps with a port: what links, QR codes and catalogues can be made of."""
    match = _HOST.fullmatch(text)
    return match is not None and int(match["port"] or 0) < 65_536


async def _is_ours(request: web.Request) -> bool:
    if is_api(request) and bearer(request) is not None:
        return True
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    source = request.headers.get("Origin") or request.headers.get("Referer")
    if source is not None:
        return _is_same_host(source, request)
    if is_api(request) and not session_secret(request):
        return True  # no credential that another site could use
    return await _has_token(request)


def _is_same_host(source: str, request: web.Request) -> bool:
    """Of an Origin or Referer; False for "null" and for what is not a URL."""
    try:
        url = URL(source)
    except ValueError:
        return False
    return url.scheme in ("http", "https") and url.authority.lower() == _authority(request)


def _authority(request: web.Request) -> str:
    try:
        return URL(f"{request.scheme}://{request.host}").authority.lower()
    except ValueError:
        return ""


async def _has_token(request: web.Request) -> bool:
    cookie = request.cookies.get(_TOKEN_COOKIE, "")
    given = request.headers.get("X-CSRF-Token")
    if given is None:
        given = (await read_texts(request, longest=lambda name: LARGEST_BODY)).get(TOKEN_FIELD, "")
    return bool(cookie) and hmac.compare_digest(given.encode(), _token(request, cookie).encode())


def _token(request: web.Request, nonce: str) -> str:
    message = f"{nonce} {session_secret(request)}".encode()
    return hmac.digest(request.app[FORM_KEY], message, hashlib.sha256).hex()


def needs_token(request: web.Request) -> bool:
    """True for a page of a browser that does not send Sec-Fetch-Site."""
    return request.method == "GET" and "Sec-Fetch-Site" not in request.headers and not is_api(request)


def seal(request: web.Request, response: web.StreamResponse) -> None:
    """Adds the CSRF token to each form of the page, if the browser needs it."""
    if not needs_token(request) or not isinstance(response, web.Response):
        return
    if response.content_type == "text/html" and response.text:
        nonce, hidden = _nonce_and_field(request)
        response.text = hidden.join(pieces(response.text))
        _set_nonce(request, response, nonce)


def pieces(page: str) -> list[str]:
    """The page, cut where its forms' CSRF tokens go."""
    ends = [form.end() for form in _POST_FORM.finditer(page)]
    return [page[start:end] for start, end in zip([0, *ends], [*ends, len(page)], strict=True)]


def sealed(request: web.Request, cut: Iterable[bytes]) -> web.Response:
    """The page of these pieces, with a CSRF token between any two."""
    nonce, hidden = _nonce_and_field(request)
    response = web.Response(body=hidden.encode().join(cut), content_type="text/html", charset="utf-8")
    _set_nonce(request, response, nonce)
    return response


def _nonce_and_field(request: web.Request) -> tuple[str, str]:
    nonce = request.cookies.get(_TOKEN_COOKIE) or secrets.token_urlsafe(16)
    return nonce, f'<input type="hidden" name="{TOKEN_FIELD}" value="{_token(request, nonce)}">'


def _set_nonce(request: web.Request, response: web.Response, nonce: str) -> None:
    response.set_cookie(_TOKEN_COOKIE, nonce, path="/", httponly=True, samesite="Lax", secure=request.secure)


def for_upload(request: web.Request, largest: int = LARGEST_UPLOAD) -> web.Request:
    """The request with a higher limit of its size; call it before the body is read."""
    return request.clone(client_max_size=largest)
