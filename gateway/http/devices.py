"""What a browser keeps of a device: marks of the people who signed in on it, whether it is a shared computer, and the
secret of a computer of a centre, which cards need."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from aiohttp import web

from gateway.http.networks import is_centre

_MARKS = "ieum_device"
_SHARED = "shared_device"
_FIXED = "centre"
_CENTRE = "ieum_centre"
_MOST_MARKS = 10
_MARK = re.compile(r"[0-9A-Za-z-]{1,64}\.[0-9a-f]{1,32}\.[0-9a-f]{1,64}")
_YEAR_SECONDS = 365 * 24 * 3600
# By the word in the User-Agent header, the more special first.
_BROWSERS = {
    "Edg": "Edge",
    "Whale": "Whale",
    "SamsungBrowser": "Samsung Internet",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def marks(request: web.Request) -> list[str]:
    """The marks of this device, newest first. The people service finds out which of them are genuine."""
    given = request.cookies.get(_cookie(request), "").split(":")
    return [mark for mark in given if _MARK.fullmatch(mark)][:_MOST_MARKS]


def keep_mark(request: web.Request, response: web.StreamResponse, mark: str) -> None:
    if mark:
        kept = [mark, *(each for each in marks(request) if each != mark)][:_MOST_MARKS]
        _set(request, response, _cookie(request), ":".join(kept))


def is_shared(request: web.Request) -> bool:
    """As it was said on this device before; else true on the networks of centres."""
    said = request.cookies.get(_SHARED)
    return said in ("1", _FIXED) if said else is_centre(request)


def is_fixed(request: web.Request) -> bool:
    """An administrator made it a computer of a centre, for everybody who signs in on it."""
    return request.cookies.get(_SHARED) == _FIXED


def said_shared(request: web.Request, form: Mapping[str, object]) -> bool:
    """As somebody says who signs in; on a computer of a centre always."""
    return is_fixed(request) or _SHARED in form


def keep_shared(request: web.Request, response: web.StreamResponse, shared: bool) -> None:
    if not is_fixed(request):
        _set(request, response, _SHARED, "1" if shared else "0")


def fix(request: web.Request, response: web.StreamResponse, shared: bool) -> None:
    """By an administrator. Lifted, the device is again whatever people say of it."""
    _set(request, response, _SHARED, _FIXED if shared else "0")


def centre_secret(request: web.Request) -> str:
    """Of a computer of a centre; "" on any other. The people service finds out whether it is genuine."""
    secret = request.cookies.get(_named(request, _CENTRE), "")
    return secret if secret.isascii() else ""


def centre_device(request: web.Request) -> str:
    """The name under which people knows this computer; "" for none."""
    secret = centre_secret(request)
    return f"centreDevices/{hashlib.sha256(secret.encode()).hexdigest()}" if secret else ""


def keep_centre_secret(request: web.Request, response: web.StreamResponse, secret: str) -> None:
    _set(request, response, _named(request, _CENTRE), secret)


def forget_centre_secret(request: web.Request, response: web.StreamResponse) -> None:
    name = _named(request, _CENTRE)
    response.del_cookie(name, path="/", httponly=True, samesite="Lax", secure=request.secure)


def agent(request: web.Request) -> str:
    """The kind of browser in words, e.g. "Firefox, Windows"."""
    header = request.headers.get("User-Agent", "")
    return ", ".join(filter(None, (_first(_BROWSERS, header), _first(_SYSTEMS, header))))


def _first(words: Mapping[str, str], header: str) -> str:
    return next((name for word, name in words.items() if word in header), "")


def _cookie(request: web.Request) -> str:
    return _named(request, _MARKS)


def _named(request: web.Request, name: str) -> str:
    return f"__Host-{name}" if request.secure else name


def _set(request: web.Request, response: web.StreamResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=_YEAR_SECONDS, path="/", httponly=True, samesite="Lax", secure=request.secure
    )
