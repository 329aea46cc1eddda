"""The app in which a class is taught without network: its page, its service worker, its manifest.

None of them knows anybody: a browser keeps them, and fills the page with what it took along.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from aiohttp import web

from gateway.html.assets import SOURCES, asset
from gateway.html.render import PAGE, page
from gateway.language.i18n import msgid
from gateway.web.learner.class_words import ATTENDED

routes = web.RouteTableDef()
_WORKER = Path(__file__).with_name("kit_worker.js").read_text()
_SCRIPTS = SOURCES / "centre"
_ALWAYS_ASKED = {"Cache-Control": "no-cache"}
_TITLE = msgid("Without network")


@routes.get("/kit/")
async def show(request: web.Request) -> web.Response:
    locale = request[PAGE].locale
    states = [(str(number), locale.gettext(text)) for number, text in ATTENDED.items()]
    response = page(request, "centre/kit.html", states=states)
    response.headers.update(_ALWAYS_ASKED)
    return response


@routes.get("/kit/worker.js")
async def worker(request: web.Request) -> web.Response:
    names = ("site/ieum.css", "centre/kit.css", "course/questions.css", "site/favicon.svg")
    styles = [asset(name) for name in names]
    files = ["/kit/", "/kit/manifest.webmanifest", *styles, *_scripts()]
    template = Path(__file__).with_name("kit.html").read_text()
    version = hashlib.sha256(f"{_WORKER} {files} {template} {_modified()}".encode()).hexdigest()[:12]
    text = _WORKER.replace("VERSION", version).replace("FILES", str(files).replace("'", '"'))
    return web.Response(text=text, content_type="text/javascript", headers=_ALWAYS_ASKED)


def _scripts() -> list[str]:
    """The bundle; without one, the sources that the page imports."""
    entry = asset("centre/kit.js")
    if entry.startswith("/static/build/"):
        return [entry]
    return [asset(f"centre/{path.name}") for path in sorted(_SCRIPTS.glob("*.js"))]


def _modified() -> str:
    """Sources keep their names when they change."""
    return "" if asset("centre/kit.js").startswith("/static/build/") else str(_newest())


def _newest() -> float:
    return max(path.stat().st_mtime for path in _SCRIPTS.glob("*.js"))


@routes.get("/kit/manifest.webmanifest")
async def manifest(request: web.Request) -> web.Response:
    title = request[PAGE].locale.gettext(_TITLE)
    content = {
        "name": f"{title} - {request[PAGE].site.name}",
        "short_name": title,
        "lang": request[PAGE].locale.language,
        "id": "/kit/",
        "start_url": "/kit/",
        "scope": "/kit/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#083c39",
        "icons": [{"src": asset("site/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return web.json_response(content, content_type="application/manifest+json", headers=_ALWAYS_ASKED)
