"""The gateway as one aiohttp application: middlewares in order, routes, clients and caches."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from gateway.api import resources
from gateway.backend import clients
from gateway.backend.classes import OPEN_CLASSES, OpenClasses
from gateway.backend.clients import CLIENTS
from gateway.backend.invalidation import LISTENER, Listener, merge_handlers
from gateway.backend.places import PLACES, PlacesCache
from gateway.backend.published_releases import PUBLISHED_RELEASES, PublishedReleases
from gateway.documents import certificate
from gateway.http import admission, auth, compression, csrf, errors, monitoring, networks, refusals, security_headers
from gateway.http.csrf import FORM_KEY, HOSTS
from gateway.http.networks import CENTRES
from gateway.http.public_url import PUBLIC_URL, allowed_hosts
from gateway.http.rate_limit import REGISTRATIONS, RateLimit
from gateway.http.sessions import SESSIONS, Sessions
from gateway.interop.oidc import routes as oidc
from gateway.settings import GatewaySettings
from gateway.web import routes
from gateway.web.public_data.pictures import PICTURES
from gateway.web.site import frame, page_cache
from gateway.web.site.error_page import error_page
from gateway.web.site.frame import SETTINGS
from gateway.web.site.page_cache import PAGE_CACHE, PublicPageCache


def create_app(settings: GatewaySettings) -> web.Application:
    app = web.Application(
        middlewares=[
            monitoring.monitor,
            compression.compress,
            page_cache.serve,
            frame.set_page,
            errors.render_problems,
            admission.admit,
            csrf.refuse_foreign,
            auth.authenticate,
            frame.set_viewer,
            # Once more inside: an error page of a signed-in person is signed in too.
            errors.render_problems,
            refusals.record,
        ],
        client_max_size=csrf.LARGEST_BODY,
    )
    app[SETTINGS] = settings
    app[PAGE_CACHE] = PublicPageCache()
    app[monitoring.ENDING] = asyncio.Event()
    app[FORM_KEY] = settings.secret("session_key")
    app[errors.ERROR_PAGE] = error_page
    app[certificate.ISSUER] = certificate.Issuer(
        settings.certificate_issuer,
        Path(settings.certificate_seal).read_bytes() if settings.certificate_seal else b"",
    )
    app[certificate.PRINTER] = asyncio.Semaphore(certificate.AT_A_TIME)
    app[HOSTS] = allowed_hosts(settings.hosts, settings.public_url, settings.port)
    app[PUBLIC_URL] = settings.public_url
    app[security_headers.SUBDOMAINS] = settings.hsts_subdomains
    app[REGISTRATIONS] = RateLimit(settings.registrations_per_minute, settings.registrations_per_minute_at_centres)
    app[CENTRES] = networks.parse(settings.centre_networks)
    app[monitoring.BEHIND_PROXY] = settings.behind_proxy
    app.on_response_prepare.append(security_headers.add_headers)
    admission.prepare(app, settings.at_once)
    app.cleanup_ctx.append(_connected)
    app.cleanup_ctx.append(oidc.connected(settings))
    app.add_routes(monitoring.routes)
    app.add_routes(resources.routes())
    app.add_routes(oidc.routes)
    app.add_routes(routes.routes())
    return app


async def _connected(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    async with clients.connect(settings) as services:
        app[CLIENTS] = services
        listener = Listener()
        app[SESSIONS] = Sessions(services.people, events_arrive=listener.connected)
        app[PLACES] = PlacesCache(services.people)
        app[OPEN_CLASSES] = OpenClasses(services)
        app[PICTURES] = OrderedDict()
        app[PUBLISHED_RELEASES] = PublishedReleases(services.releases)
        handlers = merge_handlers(
            {"ieum.people.v1": app[SESSIONS].handlers()},
            {"ieum.people.v1": app[PLACES].handlers()},
            app[PAGE_CACHE].handlers(),
        )

        def forget() -> None:
            app[SESSIONS].doubt()
            app[PAGE_CACHE].clear()

        app[LISTENER] = listener
        async with listener.running(settings, handlers, forget):
            yield
