"""The reader of an answer: their language."""

from __future__ import annotations

from functools import lru_cache

from aiohttp import web
from babel import negotiate_locale

from gateway.http import auth
from gateway.http.negotiation import accepted, weights
from gateway.language import i18n
from gateway.language.i18n import Locale

LOCALE = web.RequestKey("locale", Locale)
"""Set by the outermost middlewares, so that error answers have it too."""


def language(request: web.Request, viewer: auth.Viewer | None = None) -> str:
    """The choice made in this browser, else the person's own, else what the browser asks for."""
    for chosen in (request.cookies.get("lang"), viewer.locale if viewer else None):
        if chosen in i18n.LANGUAGES:
            return str(chosen)
    return _accepted(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=1_000)
def _accepted(header: str) -> str:
    if chosen := negotiate_locale(accepted(header), list(i18n.LANGUAGES), sep="-"):
        return chosen
    refused = {value for value, weight in weights(header) if not weight}
    return next((each for each in (i18n.DEFAULT, *i18n.LANGUAGES) if each not in refused), i18n.DEFAULT)
