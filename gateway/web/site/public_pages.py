"""Public pages that stand ready: made once for each address, language and text size, and sent as bytes until something
that they show has changed.

Only strangers are answered from here: whoever sends a session or a message to be shown gets a page of their own. A page
module says `@shelf.public` under its route; such a handler must look at nothing but address, language and text size.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from gateway.http import csrf, reader, security_headers
from gateway.http.compression import takes_gzip
from gateway.web.site import frame
from ieum.courses.v1.events_pb2 import CoursePublished, CourseReinstated, CourseRetired
from ieum.people.v1.events_pb2 import PlacesImported
from ieum.statistics.v1.events_pb2 import ReleasePublished
from services.chassis.events.bus import Handlers

KEPT_SECONDS = 60.0
REPRIEVE_SECONDS = 3.0
KEPT_BYTES = 48 * 1024 * 1024
_LONGEST_ADDRESS = 512

Key = tuple[str, str, int]
_KEPT_OFF = web.RequestKey("kept_off", bool)
H = TypeVar("H", bound=Callable[..., object])


def public(handler: H) -> H:
    """Mark a page that looks the same to every stranger."""
    handler.stands_ready = True  # type: ignore[attr-defined]
    return handler


def keep_off(request: web.Request) -> None:
    """Say of a public page that it lacks something this time, and must be made again for the next visitor."""
    request[_KEPT_OFF] = True


@dataclass(frozen=True)
class Ready:
    """A page as bytes. `pieces` end where a form begins, for the few browsers whose forms need a token."""

    pieces: tuple[bytes, ...]
    plain: bytes
    gzipped: bytes
    etag: str
    since: float

    @property
    def size(self) -> int:
        return 2 * len(self.plain) + len(self.gzipped)


def ready_of(text: str, now: float) -> Ready:
    plain = text.encode()
    packed = zlib.compress(plain, level=9, wbits=31)
    tag = hashlib.blake2b(plain, digest_size=12).hexdigest()
    # Weak: the same page goes out plain or compressed.
    return Ready(tuple(piece.encode() for piece in csrf.pieces(text)), plain, packed, f'W/"{tag}"', now)


@dataclass
class Shelf:
    """`now` counts seconds. What an event says is wrong is thrown away whole; what is old serves only in an outage."""

    now: Callable[[], float] = time.monotonic
    _pages: OrderedDict[Key, Ready] = field(default_factory=OrderedDict)
    _making: dict[Key, asyncio.Future[Ready | None]] = field(default_factory=dict)
    _bytes: int = 0
    clearings: int = 0

    def fresh(self, key: Key) -> Ready | None:
        page = self._pages.get(key)
        return page if page and self.now() - page.since < KEPT_SECONDS else None

    def reprieved(self, key: Key) -> Ready | None:
        """The last page, for an outage; it counts as fresh for some seconds more."""
        page = self._pages.get(key)
        if page:
            self._pages[key] = page = replace(page, since=self.now() - KEPT_SECONDS + REPRIEVE_SECONDS)
        return page

    async def soon(self, key: Key) -> Ready | None:
        """The page that somebody else makes right now; none when nobody does or it came to nothing."""
        making = self._making.get(key)
        return await asyncio.shield(making) if making else None

    @contextmanager
    def making(self, key: Key) -> Iterator[Callable[[str], Ready]]:
        """Others wait meanwhile. Gives what keeps the page made, unless an event may have overtaken it."""
        began, waited_for = self.clearings, asyncio.get_running_loop().create_future()
        self._making[key] = waited_for

        def keep(text: str) -> Ready:
            page = ready_of(text, self.now())
            waited_for.set_result(page)
            if began == self.clearings:
                self._put(key, page)
            return page

        try:
            yield keep
        finally:
            if self._making.get(key) is waited_for:
                del self._making[key]
            if not waited_for.done():
                waited_for.set_result(None)

    def _put(self, key: Key, page: Ready) -> None:
        self._drop(key)
        self._pages[key] = page
        self._bytes += page.size
        while self._bytes > KEPT_BYTES:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: Key) -> None:
        if page := self._pages.pop(key, None):
            self._bytes -= page.size

    def clear(self) -> None:
        self.clearings += 1
        self._pages.clear()
        self._making.clear()
        self._bytes = 0

    def handlers(self) -> dict[str, Handlers]:
        """By producer: whatever a public page may show."""

        async def changed(_: object) -> None:
            self.clear()

        return {
            "ieum.courses.v1": dict.fromkeys((CoursePublished, CourseRetired, CourseReinstated), changed),
            "ieum.people.v1": {PlacesImported: changed},
            "ieum.statistics.v1": {ReleasePublished: changed},
        }


SHELF = web.AppKey("shelf", Shelf)


@web.middleware
async def serve(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers a stranger's look at a public page from the shelf; everything else goes on."""
    if not _is_strangers_look(request):
        return await handler(request)
    shelf, key = request.app[SHELF], (request.path_qs, reader.language(request), reader.text_size(request))
    if page := shelf.fresh(key) or await shelf.soon(key):
        return _answer(request, page)
    request[csrf.SEALED_LATER] = True
    with shelf.making(key) as keep:
        response = await handler(request)
        if isinstance(response, web.Response) and _is_whole_page(response) and _KEPT_OFF not in request:
            return _answer(request, keep(response.text or ""))
    if response.status == 503 and (old := shelf.reprieved(key)):
        return _answer(request, old)
    csrf.seal(request, response)
    return response


def _is_strangers_look(request: web.Request) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and getattr(request.match_info.handler, "stands_ready", False)
        and not frame.is_personal(request)
        and len(request.path_qs) <= _LONGEST_ADDRESS
    )


def _is_whole_page(response: web.Response) -> bool:
    return response.status == 200 and response.content_type == "text/html" and not response.cookies


def _answer(request: web.Request, page: Ready) -> web.Response:
    if csrf.needs_token(request):
        return csrf.sealed(request, page.pieces)
    headers = security_headers.headers(request)
    headers.update(_HEADERS)
    headers[hdrs.ETAG] = page.etag
    if page.etag in request.headers.get(hdrs.IF_NONE_MATCH, ""):
        return web.Response(status=304, headers=headers)
    headers[hdrs.CONTENT_TYPE] = "text/html; charset=utf-8"
    if takes_gzip(request):
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(body=page.gzipped, headers=headers)
    return web.Response(body=page.plain, headers=headers)


_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding, Accept-Language, Cookie, Sec-Fetch-Site"}
