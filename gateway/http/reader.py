"""The reader of a page: language and text size."""

from __future__ import annotations

from functools import lru_cache

from aiohttp import web
from babel import negotiate_locale

from gateway.html.render import SIZES, USUAL_SIZE
from gateway.http import auth
from gateway.language import i18n


def language(request: web.Request, viewer: auth.Viewer | None = None) -> str:
    """The choice made in this browser, else the person's own, else what the browser asks for."""
    for chosen in (request.cookies.get("lang"), viewer.locale if viewer else None):
        if chosen in i18n.LANGUAGES:
            return str(chosen)
    return _wanted(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=1_000)
def _wanted(header: str) -> str:
    wanted = [part.partition(";")[0].strip() for part in header.split(",")]
    return negotiate_locale(wanted, list(i18n.LANGUAGES), sep="-") or i18n.DEFAULT


def text_size(request: web.Request) -> int:
    size = _known_size(request.cookies.get("size", ""))
    return USUAL_SIZE if size is None else size


def _known_size(text: str) -> int | None:
    return int(text) if text in map(str, range(len(SIZES))) else None
