"""The classes that a person manages or helps with, and today's sessions."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from gateway.backend.classes import list_classes, next_start
from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, page
from gateway.http.auth import signed_in
from gateway.web.learner.class_words import ShownClass, ShownSession, sessions_of, shown
from gateway.web.site.frame import SETTINGS
from services.chassis import clock

routes = web.RouteTableDef()


@routes.get("/centre")
async def show(request: web.Request) -> web.Response:
    signed_in(request)
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    classes = sorted(await list_classes(request.app[CLIENTS], managed=True), key=next_start)
    today = clock.now().astimezone(request.app[SETTINGS].zone).date()
    sessions: list[tuple[datetime, ShownClass, ShownSession]] = []
    for class_ in classes:
        for session in sessions_of(locale, class_):
            if session.start and session.date == today.isoformat() and not session.cancelled:
                sessions.append((session.start, shown(locale, places, class_), session))
    rows = [(shown(locale, places, each), each.confirmed, each.waiting + each.received) for each in classes]
    sessions.sort(key=lambda row: row[0])
    return page(request, "centre/centre.html", sessions=sessions, classes=rows)
