"""Past its capacity the gateway says so at once instead of making everybody wait: so many requests are at work, no
more, and of their places strangers may take half, so that whoever is learning goes on while others come back later.

A place is held until the answer begins: who downloads slowly holds none, and a body must arrive within a deadline.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import Counter

from gateway.html.render import PAGE, PageContext, render
from gateway.http import auth
from gateway.language.problems import WORDS
from services.chassis.errors import Problem, Unavailable

_SHED = Counter("ieum_http_shed", "Requests sent away because too much was at work", ["who"])
# Shares of the places, by who asks: somebody verified, somebody who shows a credential, nobody known.
SHARES = {"known": 1.0, "claimed": 0.75, "stranger": 0.5}
BODY_SECONDS = 15.0
UPLOAD_SECONDS = 120.0
_SMALL_BODIES = ("application/json", "application/x-www-form-urlencoded")


@dataclass
class Room:
    places: int
    taken: int = 0

    def has_place(self, who: str) -> bool:
        return self.taken < max(1, int(self.places * SHARES[who]))


@dataclass
class Place:
    """Leaving twice is leaving once."""

    room: Room
    left: bool = False

    def __post_init__(self) -> None:
        self.room.taken += 1

    def leave(self) -> None:
        if not self.left:
            self.left = True
            self.room.taken -= 1


ROOM = web.AppKey("room", Room)
_PLACE = web.RequestKey("place", Place)


@web.middleware
async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
    if auth.is_asset(request):
        return await handler(request)
    await _receive(request)
    who, room = auth.standing(request), request.app[ROOM]
    if not room.has_place(who):
        _SHED.labels(who).inc()
        return _busy(request)
    place = request[_PLACE] = Place(room)
    try:
        async with asyncio.timeout(UPLOAD_SECONDS if request.body_exists else None):
            return await handler(request)
    except TimeoutError:
        raise Problem("REQUEST_TOO_SLOW", status=408) from None
    finally:
        place.leave()


async def leave_at_first_byte(request: web.Request, response: web.StreamResponse) -> None:
    """An on_response_prepare signal."""
    if _PLACE in request:
        request[_PLACE].leave()


async def _receive(request: web.Request) -> None:
    """A small body arrives before its request takes a place."""
    if request.body_exists and request.content_type in _SMALL_BODIES:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await request.read()
        except TimeoutError:
            raise Problem("REQUEST_TOO_SLOW", status=408) from None


def _busy(request: web.Request) -> web.Response:
    seconds = random.randint(2, 6)  # noqa: S311 - so that not all come back together
    if auth.is_api(request):
        raise Unavailable("OVERLOADED", seconds=seconds)
    page = request[PAGE]
    return web.Response(
        text=_page(page),
        status=503,
        content_type="text/html",
        charset="utf-8",
        headers={"Retry-After": str(seconds), "Connection": "close"},
    )


_pages: dict[str, str] = {}


def _page(page: PageContext) -> str:
    """Made once for each language: whoever is sent away must cost little."""
    language = page.locale.language
    if language not in _pages:
        gettext = page.locale.gettext
        why = WORDS["OVERLOADED"]
        heading, text = gettext("We cannot answer just now"), gettext(why)
        plain = PageContext(page.locale, page.site)
        _pages[language] = render(plain, "site/error.html", heading=heading, text=text, code=0, trace_id="")
    return _pages[language]
