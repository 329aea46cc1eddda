"""Where Ieum is reached from outside: for addresses that are printed, sent or published."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_USUAL_PORTS = {"http": 80, "https": 443}

PUBLIC_URL = web.AppKey("public_url", str)


def public_origin(request: web.Request) -> str:
    """ "https://learn.example.org". Without the setting, on a developer's machine, what the request says."""
    return request.app[PUBLIC_URL].rstrip("/") or f"{request.scheme}://{request.host}"


def allowed_hosts(hosts: str, public_url: str, port: int) -> frozenset[str]:
    """The Host headers that are answered, lower case; empty: any. If only the public address is set: that, and this
    machine's own names."""
    if hosts.strip():
        return frozenset(filter(None, hosts.lower().replace(" ", "").split(",")))
    if not public_url:
        return frozenset()
    url = urlsplit(public_url.lower())
    authority = url.netloc.rpartition("@")[2]
    host = authority.removesuffix(f":{_USUAL_PORTS.get(url.scheme, 0)}")
    return frozenset({host, *(f"{name}:{port}" for name in LOOPBACK)})
