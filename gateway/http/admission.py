"""Admission control: a limited number of requests is worked on at a time; the others get 503 and Retry-After at once.

Strangers may use half of the slots, so that whoever is learning can go on while others come back later. A request
holds its slot until its answer begins: a slow download holds none, and a body must arrive before a deadline.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import Counter

from gateway.http import auth
from services.chassis.errors import Problem, Unavailable

_SHED = Counter("ieum_http_shed", "Requests sent away because too much was at work", ["who"])
# Shares of the slots, by what is known of the credential before people is called.
SHARES = {"known": 1.0, "claimed": 0.75, "stranger": 0.5}
BODY_SECONDS = 15.0
UPLOAD_SECONDS = 120.0
_SMALL_BODIES = ("application/json", "application/x-www-form-urlencoded")


@dataclass
class Slots:
    """How many requests may be worked on at a time, and how many are."""

    total: int
    taken: int = 0

    def is_free_for(self, who: str) -> bool:
        return self.taken < max(1, int(self.total * SHARES[who]))


@dataclass
class Slot:
    """One taken slot. Releasing it again changes nothing."""

    slots: Slots
    released: bool = False

    def __post_init__(self) -> None:
        self.slots.taken += 1

    def release(self) -> None:
        if not self.released:
            self.released = True
            self.slots.taken -= 1


SLOTS = web.AppKey("slots", Slots)
_SLOT = web.RequestKey("slot", Slot)


@web.middleware
async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
    if auth.is_asset(request):
        return await handler(request)
    await _receive_body(request)
    who, slots = auth.credential_state(request), request.app[SLOTS]
    if not slots.is_free_for(who):
        _SHED.labels(who).inc()
        # The delay is random so that not all come back together.
        raise Unavailable("OVERLOADED", seconds=random.randint(2, 6))  # noqa: S311
    slot = request[_SLOT] = Slot(slots)
    try:
        async with asyncio.timeout(UPLOAD_SECONDS if request.body_exists else None):
            return await handler(request)
    except TimeoutError:
        raise Problem("REQUEST_TOO_SLOW", status=408) from None
    finally:
        slot.release()


async def release_at_first_byte(request: web.Request, response: web.StreamResponse) -> None:
    """An on_response_prepare signal."""
    if _SLOT in request:
        request[_SLOT].release()


async def _receive_body(request: web.Request) -> None:
    """Reads a small body before its request takes a slot."""
    if request.body_exists and request.content_type in _SMALL_BODIES:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await request.read()
        except TimeoutError:
            raise Problem("REQUEST_TOO_SLOW", status=408) from None
