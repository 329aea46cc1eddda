"""The gateway as one aiohttp application: its parts, the order in which a request passes them, and what it lives on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from gateway import auth, clients, errors, guard, observe, overload, packing
from gateway.api import resources
from gateway.clients import CLIENTS
from gateway.guard import FORM_KEY, HOSTS, REGISTRATIONS, Pace
from gateway.listening import LISTENER, Listener, together
from gateway.places import PLACES, Places
from gateway.releases import LIBRARY, Library
from gateway.sessions import SESSIONS, Sessions
from gateway.settings import GatewaySettings
from gateway.web import frame, shelf, site
from gateway.web.frame import SETTINGS
from gateway.web.shelf import SHELF, Shelf


def create_app(settings: GatewaySettings) -> web.Application:
    app = web.Application(
        middlewares=[
            observe.observe,
            packing.pack,
            shelf.serve,
            frame.set_page,
            errors.render_problems,
            overload.admit,
            guard.refuse_foreign,
            auth.authenticate,
            frame.set_viewer,
            # Once more inside: an error page of a signed-in person is signed in too.
            errors.render_problems,
        ],
        client_max_size=guard.LARGEST_BODY,
    )
    app[SETTINGS] = settings
    app[SHELF] = Shelf()
    app[observe.ENDING] = asyncio.Event()
    app[FORM_KEY] = settings.secret("session_key")
    app[overload.ROOM] = overload.Room(settings.at_once)
    app[HOSTS] = frozenset(filter(None, settings.hosts.lower().replace(" ", "").split(",")))
    app[REGISTRATIONS] = Pace(settings.registrations_per_minute)
    app[observe.BEHIND_PROXY] = settings.behind_proxy
    app.on_response_prepare.extend((guard.add_headers, overload.leave_at_first_byte))
    app.cleanup_ctx.append(_connected)
    app.add_routes(observe.routes)
    app.add_routes(resources.routes())
    app.add_routes(site.routes())
    return app


async def _connected(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    async with clients.connect(settings) as services:
        app[CLIENTS] = services
        listener = Listener()
        app[SESSIONS] = Sessions(services.people, hearing=listener.hearing)
        app[PLACES] = Places(services.people)
        app[LIBRARY] = Library(services.releases)
        heard = together(
            {"ieum.people.v1": app[SESSIONS].handlers()},
            {"ieum.people.v1": app[PLACES].handlers()},
            app[SHELF].handlers(),
        )

        def forget() -> None:
            app[SESSIONS].doubt()
            app[SHELF].clear()

        app[LISTENER] = listener
        async with listener.following(settings, heard, forget):
            yield
