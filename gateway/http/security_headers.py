"""Security headers, on every response."""

from __future__ import annotations

from aiohttp import web
from multidict import CIMultiDict

from gateway.http.auth import VIEWER, is_api
from gateway.http.csrf import SAFE_METHODS

SUBDOMAINS = web.AppKey("hsts_subdomains", bool)

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' https:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

_HEADERS = CIMultiDict(
    {
        "Server": "Ieum",  # without naming software and versions
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)


def headers(request: web.Request) -> CIMultiDict[str]:
    """The headers of every answer."""
    result = _HEADERS.copy()
    if request.secure:
        subdomains = "; includeSubDomains" if request.app[SUBDOMAINS] else ""
        result["Strict-Transport-Security"] = f"max-age=31536000{subdomains}"
    return result


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """An on_response_prepare signal, so it reaches every answer. A header that the handler set stays."""
    if response.headers.get("Server") == _HEADERS["Server"]:
        return
    for name, value in headers(request).items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = _HEADERS["Server"]
    if request.path.startswith("/static/build/"):
        response.headers.setdefault("Cache-Control", "public, max-age=31536000, immutable")
    elif request.get(VIEWER) or request.method not in SAFE_METHODS or is_api(request):
        response.headers.setdefault("Cache-Control", "no-store")
    elif not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-cache")
