"""Addresses that machines ask for on every site: robots.txt, sitemap.xml, security.txt, favicon.ico."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.published_releases import PUBLISHED_RELEASES, key_of, newest_of_each
from gateway.http.public_url import public_origin
from gateway.language import i18n
from gateway.web.site.frame import SETTINGS
from ieum.courses.v1.courses_pb2 import SearchCatalogRequest
from services.chassis import clock
from services.chassis.principal import ANONYMOUS, acting_as

# Where nothing for search engines is: pages behind the sign-in, and the programming interface.
_NOT_FOR_ROBOTS = ("/api/", "/account", "/admin", "/learning", "/preferences", "/review", "/statistics", "/teach")
_PAGES = ("/", "/courses", "/data", "/help", "/privacy", "/accessibility")
_MOST_ADDRESSES = 50_000
_PAGE_SIZE = 100
_SECURITY_DAYS = 180
_A_DAY = {"Cache-Control": "public, max-age=86400"}
_ICON = Path(__file__).with_name("favicon.ico").read_bytes()

routes = web.RouteTableDef()


@routes.get("/robots.txt")
async def robots(request: web.Request) -> web.Response:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOR_ROBOTS), ""]
    return web.Response(text="\n".join([*lines, f"Sitemap: {public_origin(request)}/sitemap.xml", ""]), headers=_A_DAY)


@routes.get("/sitemap.xml")
async def sitemap(request: web.Request) -> web.Response:
    """The pages that everybody may read: of the site, of each course and of each release."""
    origin = public_origin(request)
    addresses = [origin + path for path in _PAGES]
    with acting_as(ANONYMOUS):
        addresses += [f"{origin}/{course}" async for course in _courses(request)]
        releases = newest_of_each(await request.app[PUBLISHED_RELEASES].all())
    addresses += [f"{origin}/data/{key_of(release.series)}" for release in releases]
    entries = "".join(f"<url><loc>{escape(address)}</loc></url>\n" for address in addresses[:_MOST_ADDRESSES])
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    )
    return web.Response(text=text, content_type="application/xml", headers=_A_DAY)


async def _courses(request: web.Request) -> AsyncIterator[str]:
    grpc_request = SearchCatalogRequest(page_size=_PAGE_SIZE)
    while True:
        answer = await request.app[CLIENTS].courses.SearchCatalog(grpc_request)
        for entry in answer.entries:
            yield entry.course
        if not answer.next_page_token:
            return
        grpc_request.page_token = answer.next_page_token


@routes.get("/.well-known/security.txt")
async def security(request: web.Request) -> web.Response:
    """Whom to tell of a weakness (RFC 9116): the setting, else the telephone of the site."""
    settings = request.app[SETTINGS]
    phone = "".join(sign for sign in settings.site_phone if sign in "+0123456789")
    day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.security_contact or f'tel:{phone}'}",
        f"Expires: {(day + timedelta(days=_SECURITY_DAYS)).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        f"Preferred-Languages: {', '.join(i18n.LANGUAGES)}",
        f"Canonical: {public_origin(request)}/.well-known/security.txt",
        "",
    ]
    return web.Response(text="\n".join(lines), headers=_A_DAY)


@routes.get("/favicon.ico")
async def icon(request: web.Request) -> web.Response:
    return web.Response(body=_ICON, content_type="image/x-icon", headers=_A_DAY)
