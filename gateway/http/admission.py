"""Admission control: a limited number of requests is worked on at a time; the others get 503 and Retry-After at once.

Strangers may use half of the slots, so that whoever is learning can go on while others come back later. A request
holds its slot until its answer begins: a slow download holds none, and a form must arrive before its request takes one.
Of one person and of one address only so many hold a slot at a time; further ones wait for their turn.

Files come only to the routes that take them, from people with the role, and have slots of their own.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter as Count
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import Counter

from gateway.http import auth
from services.chassis.errors import Forbidden, Problem, Unauthenticated, Unavailable

_SHED = Counter("ieum_http_shed", "Requests sent away because too much was at work", ["who"])
# Shares of the slots, by what is known of the credential before people is called.
SHARES = {"known": 1.0, "claimed": 0.75, "stranger": 0.5}
# How many requests of one person, and of one address, are worked on at a time. A whole class shares an address.
OF_PERSON = 8
OF_ADDRESS = {"known": 48, "claimed": 16, "stranger": 16}
MOST_WAITING = 64
TURN_SECONDS = 10.0
BODY_SECONDS = 15.0
# A body with files must bring this many bytes in each stretch of time.
UPLOAD_SECONDS, UPLOAD_BYTES = 20.0, 64 * 1024
UPLOADS, UPLOADS_OF_PERSON = 32, 4
_SMALL_BODIES = ("application/json", "application/x-www-form-urlencoded")

H = TypeVar("H", bound=Callable[..., Any])


def takes_files(*roles: str) -> Callable[[H], H]:
    """Marks the handler of a route that takes files from people with one of the roles. All others refuse multipart."""

    def mark(handler: H) -> H:
        handler.upload_roles = roles  # type: ignore[attr-defined]
        return handler

    return mark


def upload_roles(handler: object) -> tuple[str, ...]:
    return getattr(handler, "upload_roles", ())


@dataclass
class Slots:
    """How many requests may be worked on at a time, and how many are."""

    total: int
    taken: int = 0

    def is_free_for(self, who: str) -> bool:
        return self.taken < max(1, int(self.total * SHARES[who]))


@dataclass
class Turns:
    """So many requests of each key at a time. The others wait for a while, up to a number."""

    _gates: WeakValueDictionary[str, _Gate] = field(default_factory=WeakValueDictionary)

    @asynccontextmanager
    async def turn(self, key: str, limit: int) -> AsyncIterator[None]:
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = _Gate(asyncio.Semaphore(limit))
        if gate.waiting >= MOST_WAITING:
            raise _overloaded()
        gate.waiting += 1
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await gate.semaphore.acquire()
        except TimeoutError:
            raise _overloaded() from None
        finally:
            gate.waiting -= 1
        try:
            yield
        finally:
            gate.semaphore.release()


@dataclass(eq=False)
class _Gate:
    semaphore: asyncio.Semaphore
    waiting: int = 0


@dataclass
class Slot:
    """One taken slot. Releasing it again changes nothing."""

    slots: Slots
    turns: AsyncExitStack
    released: bool = False

    def __post_init__(self) -> None:
        self.slots.taken += 1

    async def release(self) -> None:
        if not self.released:
            self.released = True
            self.slots.taken -= 1
            await self.turns.aclose()


SLOTS = web.AppKey("slots", Slots)
TURNS = web.AppKey("turns", Turns)
UPLOADING: web.AppKey[Count[str]] = web.AppKey("uploading", Count)
_SLOT = web.RequestKey("slot", Slot)


def prepare(app: web.Application, at_once: int) -> None:
    app[SLOTS], app[TURNS], app[UPLOADING] = Slots(at_once), Turns(), Count()
    app.on_response_prepare.append(_release_at_first_byte)


@web.middleware
async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
    if auth.is_asset(request):
        return await handler(request)
    if request.body_exists and request.content_type not in _SMALL_BODIES:
        if roles := upload_roles(request.match_info.handler):
            return await _receive_files(request, handler, roles)
        if request.content_type.startswith("multipart/"):
            raise Problem("CONTENT_TYPE_REFUSED", status=415)
    await _receive_body(request)
    who = auth.credential_state(request)
    async with AsyncExitStack() as turns:
        if person := auth.credential_key(request):
            await turns.enter_async_context(request.app[TURNS].turn(person, OF_PERSON))
        await turns.enter_async_context(request.app[TURNS].turn(f"{who} {request.remote}", OF_ADDRESS[who]))
        if not request.app[SLOTS].is_free_for(who):
            _SHED.labels(who).inc()
            raise _overloaded()
        slot = request[_SLOT] = Slot(request.app[SLOTS], turns.pop_all())
    try:
        return await handler(request)
    finally:
        await slot.release()


def _overloaded() -> Unavailable:
    # The delay is random so that not all come back together.
    return Unavailable("OVERLOADED", seconds=random.randint(2, 6))  # noqa: S311


async def _release_at_first_byte(request: web.Request, response: web.StreamResponse) -> None:
    if _SLOT in request:
        await request[_SLOT].release()


async def _receive_body(request: web.Request) -> None:
    """Reads a small body before its request takes a slot."""
    if request.body_exists and request.content_type in _SMALL_BODIES:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await request.read()
        except TimeoutError:
            raise Problem("REQUEST_TOO_SLOW", status=408) from None


async def _receive_files(request: web.Request, handler: Handler, roles: tuple[str, ...]) -> web.StreamResponse:
    """Lets a body with files in, at a least rate, once it is known who sends it."""
    viewer = await auth.find_viewer(request)
    if viewer is None:
        raise Unauthenticated("SIGN_IN_NEEDED")
    if not viewer.holds(*roles):
        raise Forbidden("ROLE_NEEDED", roles=",".join(roles))
    uploading = request.app[UPLOADING]
    if uploading.total() >= UPLOADS or uploading[viewer.person] >= UPLOADS_OF_PERSON:
        _SHED.labels("upload").inc()
        raise _overloaded()
    uploading[viewer.person] += 1
    try:
        async with asyncio.timeout(None) as deadline:
            watch = asyncio.create_task(_watch_rate(request, deadline))
            try:
                return await handler(request)
            finally:
                watch.cancel()
    except TimeoutError:
        raise Problem("REQUEST_TOO_SLOW", status=408) from None
    finally:
        uploading -= Count({viewer.person: 1})


async def _watch_rate(request: web.Request, deadline: asyncio.Timeout) -> None:
    """Lets the deadline pass once the body comes too slowly."""
    body, arrived = request.content, 0
    while not body.is_eof():
        await asyncio.sleep(UPLOAD_SECONDS)
        if not body.is_eof() and body.total_bytes - arrived < UPLOAD_BYTES:
            return deadline.reschedule(0)
        arrived = body.total_bytes
