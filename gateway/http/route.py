"""The route of a request: what logs, traces, measurements and the audit log say instead of its path."""

from __future__ import annotations

from aiohttp import web


def route_of(request: web.Request) -> str:
    """/courses/{course}, or "none". A path may hold an id, or the secret of a link that counts once."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"
