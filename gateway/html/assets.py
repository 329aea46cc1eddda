"""Addresses of stylesheets and scripts: the bundle under its hash, or the source files if there is no current bundle.

Bundles only make pages faster, so tests and a first look at the code need no Node.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from aiohttp import web

WEB = Path(__file__).parents[1] / "web"
SOURCES = WEB / "assets"
BUILT = WEB / "static" / "build"


@cache
def _manifest() -> dict[str, str]:
    path = BUILT / "manifest.json"
    sources = max(source.stat().st_mtime for source in SOURCES.rglob("*.*"))
    if not path.exists() or path.stat().st_mtime < sources:
        return {}
    return dict(json.loads(path.read_text()))


def asset(name: str) -> str:
    """Return the address of an asset by its source name, such as `site/ieum.css`."""
    built = _manifest().get(name)
    return f"/static/build/{built}" if built else f"/static/source/{name}"


def routes() -> list[web.AbstractRouteDef]:
    """Serve bundles and sources. The content of a name under `/static/build/` never changes."""
    BUILT.mkdir(parents=True, exist_ok=True)
    return [web.static("/static/build", BUILT), web.static("/static/source", SOURCES)]
