"""What a browser shows where the line is down: a page that it keeps, and the service worker that keeps it.

The page is in every language, because nobody can change the language without a line. It knows nobody.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from aiohttp import web

from gateway.html.assets import asset
from gateway.html.render import PAGE, locales, page
from gateway.language.i18n import LANGUAGES, msgid

_WORKER = Path(__file__).with_name("service_worker.js").read_text()
_ALWAYS_ASKED = {"Cache-Control": "no-cache"}
_WORDS = {
    "title": msgid("You are offline"),
    "text": msgid("The page could not be fetched. What you have answered is kept. Look whether Wi-Fi or data is on."),
    "again": msgid("Try again"),
    "taken": msgid("Open what you have taken along"),
    "help": msgid("If it stays like this, call us:"),
}

routes = web.RouteTableDef()


@routes.get("/offline")
async def show(request: web.Request) -> web.Response:
    here = request[PAGE].locale.language
    both = [
        {"locale": language, **{name: locales()[language].gettext(words) for name, words in _WORDS.items()}}
        for language in sorted(LANGUAGES, key=lambda language: language != here)
    ]
    response = page(request, "site/offline.html", both=both)
    response.headers.update(_ALWAYS_ASKED)
    return response


@routes.get("/service-worker.js")
async def worker(request: web.Request) -> web.Response:
    style = asset("site/ieum.css")
    version = hashlib.sha256(f"{_WORKER} {style}".encode()).hexdigest()[:12]
    text = _WORKER % {"version": version, "style": style}
    return web.Response(text=text, content_type="text/javascript", headers=_ALWAYS_ASKED)
