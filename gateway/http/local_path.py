"""Where a form or a link may lead afterwards."""

from __future__ import annotations


def local_path(path: str) -> str:
    """A path of this site, or "/", to prevent open redirects."""
    outside = not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable()
    return "/" if outside else path
