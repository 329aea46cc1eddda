"""What a browser keeps of a device: marks of the people who signed in on it, and whether it is a shared computer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aiohttp import web

from gateway.http.networks import is_centre

_MARKS = "ieum_device"
_SHARED = "shared_device"
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
    return said == "1" if said else is_centre(request)


def keep_shared(request: web.Request, response: web.StreamResponse, shared: bool) -> None:
    _set(request, response, _SHARED, "1" if shared else "0")


def agent(request: web.Request) -> str:
    """The kind of browser in words, e.g. "Firefox, Windows"."""
    header = request.headers.get("User-Agent", "")
    return ", ".join(filter(None, (_first(_BROWSERS, header), _first(_SYSTEMS, header))))


def _first(words: Mapping[str, str], header: str) -> str:
    return next((name for word, name in words.items() if word in header), "")


def _cookie(request: web.Request) -> str:
    return f"__Host-{_MARKS}" if request.secure else _MARKS


def _set(request: web.Request, response: web.StreamResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=_YEAR_SECONDS, path="/", httponly=True, samesite="Lax", secure=request.secure
    )
