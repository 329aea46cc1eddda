"""A cache of anonymous pages, in memory: one entry for each address, language and text size, as bytes ready to send.

An event about anything that such a page may show empties the cache. Requests with a session or a flash message bypass
it. A page module marks a handler by `@page_cache.public()` under its route and names there what it reads of the query;
all else is taken out of the address before the handler sees it, so that no stranger can have the same page made again
under countless addresses. Such a handler may read nothing of the request but address, language and text size.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from multidict import MultiMapping

from gateway.backend.conditions import is_known
from gateway.http import csrf, reader, security_headers
from gateway.http.compression import accepts_gzip
from gateway.web.site import frame
from ieum.classes.v1.events_pb2 import ClassCancelled, ClassChanged, ClassPublished, SessionMoved
from ieum.courses.v1.events_pb2 import CoursePublished, CourseReinstated, CourseRetired
from ieum.people.v1.events_pb2 import PlacesImported
from ieum.statistics.v1.events_pb2 import ReleasePublished
from services.chassis.events.bus import Handlers

FRESH_SECONDS = 60.0
STALE_SECONDS = 3.0
MOST_BYTES = 48 * 1024 * 1024
_LONGEST_ADDRESS = 512

Key = tuple[str, str, int]
_SKIPPED = web.RequestKey("skipped", bool)
H = TypeVar("H", bound=Callable[..., object])
Canonical = Callable[[MultiMapping[str]], Mapping[str, str] | MultiMapping[str]]
_public_handlers: dict[object, Canonical] = {}


def public(*parameters: str, canonical: Canonical | None = None) -> Callable[[H], H]:
    """Mark a page that looks the same to every stranger. It reads these parameters of the query, once each, or those
    that `canonical` makes of the query."""

    def known(query: MultiMapping[str]) -> Mapping[str, str]:
        return {name: value for name in parameters if (value := query.get(name))}

    def mark(handler: H) -> H:
        _public_handlers[handler] = canonical or known
        return handler

    return mark


def skip(request: web.Request) -> None:
    """Keep this answer out of the cache, because the page lacks something this time."""
    request[_SKIPPED] = True


@dataclass(frozen=True)
class CachedPage:
    """A page as bytes. `pieces` end where a form begins, for the few browsers whose forms need a token."""

    pieces: tuple[bytes, ...]
    plain: bytes
    gzipped: bytes
    etag: str
    since: float

    @property
    def size(self) -> int:
        return 2 * len(self.plain) + len(self.gzipped)


def cached_page(text: str, now: float) -> CachedPage:
    plain = text.encode()
    gzipped = zlib.compress(plain, level=9, wbits=31)
    tag = hashlib.blake2b(plain, digest_size=12).hexdigest()
    # Weak: the same page goes out plain or compressed.
    return CachedPage(tuple(piece.encode() for piece in csrf.pieces(text)), plain, gzipped, f'W/"{tag}"', now)


@dataclass
class PublicPageCache:
    """`now` counts seconds. An event empties the whole cache; an entry past its age serves only in an outage."""

    now: Callable[[], float] = time.monotonic
    _pages: OrderedDict[Key, CachedPage] = field(default_factory=OrderedDict)
    _filling: dict[Key, asyncio.Future[CachedPage | None]] = field(default_factory=dict)
    _bytes: int = 0
    clearings: int = 0

    def fresh(self, key: Key) -> CachedPage | None:
        page = self._pages.get(key)
        if page is None or self.now() - page.since >= FRESH_SECONDS:
            return None
        self._pages.move_to_end(key)
        return page

    def stale(self, key: Key) -> CachedPage | None:
        """The last page, for an outage. It counts as fresh for some seconds, so that not every visitor waits."""
        page = self._pages.get(key)
        if page:
            self._pages[key] = page = replace(page, since=self.now() - FRESH_SECONDS + STALE_SECONDS)
        return page

    async def wait_for(self, key: Key) -> CachedPage | None:
        """The page that another request is building now; None if no request is, or if it fails."""
        filling = self._filling.get(key)
        return await asyncio.shield(filling) if filling else None

    @contextmanager
    def filling(self, key: Key) -> Iterator[Callable[[str], CachedPage]]:
        """Hold back other requests for the key. The function given stores the page, unless an event came meanwhile."""
        clearings_before, result = self.clearings, asyncio.get_running_loop().create_future()
        self._filling[key] = result

        def store(text: str) -> CachedPage:
            page = cached_page(text, self.now())
            result.set_result(page)
            if clearings_before == self.clearings:
                self._put(key, page)
            return page

        try:
            yield store
        finally:
            if self._filling.get(key) is result:
                del self._filling[key]
            if not result.done():
                result.set_result(None)

    def _put(self, key: Key, page: CachedPage) -> None:
        self._drop(key)
        self._pages[key] = page
        self._bytes += page.size
        while self._bytes > MOST_BYTES:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: Key) -> None:
        if page := self._pages.pop(key, None):
            self._bytes -= page.size

    def clear(self) -> None:
        self.clearings += 1
        self._pages.clear()
        self._filling.clear()
        self._bytes = 0

    def handlers(self) -> dict[str, Handlers]:
        """By producer: the events about anything that a public page may show."""

        async def clear(_: object) -> None:
            self.clear()

        return {
            "ieum.classes.v1": dict.fromkeys((ClassPublished, ClassChanged, ClassCancelled, SessionMoved), clear),
            "ieum.courses.v1": dict.fromkeys((CoursePublished, CourseRetired, CourseReinstated), clear),
            "ieum.people.v1": {PlacesImported: clear},
            "ieum.statistics.v1": {ReleasePublished: clear},
        }


PAGE_CACHE = web.AppKey("page_cache", PublicPageCache)


@web.middleware
async def serve(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer anonymous requests for public pages from the cache; pass everything else on."""
    if not _is_public(request):
        return await handler(request)
    request = _with_canonical_address(request)
    if len(request.path_qs) > _LONGEST_ADDRESS:
        return await handler(request)
    cache, key = request.app[PAGE_CACHE], (request.path_qs, reader.language(request), frame.text_size(request))
    if page := cache.fresh(key) or await cache.wait_for(key):
        return _answer(request, page)
    request[csrf.SEALED_LATER] = True
    with cache.filling(key) as store:
        response = await handler(request)
        if isinstance(response, web.Response) and _is_whole_page(response) and _SKIPPED not in request:
            return _answer(request, store(response.text or ""))
    if response.status == 503 and (old := cache.stale(key)):
        return _answer(request, old)
    csrf.seal(request, response)
    return response


def _with_canonical_address(request: web.Request) -> web.Request:
    query = _public_handlers[request.match_info.handler](request.query)
    return request.clone(rel_url=request.rel_url.with_query(query))


def _is_public(request: web.Request) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and request.match_info.handler in _public_handlers
        and not frame.is_personal(request)
    )


def _is_whole_page(response: web.Response) -> bool:
    return response.status == 200 and response.content_type == "text/html" and not response.cookies


def _answer(request: web.Request, page: CachedPage) -> web.Response:
    if csrf.needs_token(request):
        return csrf.sealed(request, page.pieces)
    headers = security_headers.headers(request)
    headers.update(_HEADERS)
    headers[hdrs.ETAG] = page.etag
    if is_known(request, headers):
        return web.Response(status=304, headers=headers)
    headers[hdrs.CONTENT_TYPE] = "text/html; charset=utf-8"
    if accepts_gzip(request):
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(body=page.gzipped, headers=headers)
    return web.Response(body=page.plain, headers=headers)


_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding, Accept-Language, Cookie, Sec-Fetch-Site"}
