"""Rate limit: how many registrations one address may make in a minute."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from gateway.http.auth import VIEWER
from gateway.http.networks import counted_by, is_centre
from services.chassis.errors import Exhausted


@dataclass
class RateLimit:
    """A sliding window: at most so many from one address in any 60 seconds."""

    limit: int
    limit_at_centres: int
    now: Callable[[], float] = time.monotonic
    _seen: dict[str, deque[float]] = field(default_factory=dict)

    def check(self, address: str, *, centre: bool = False) -> None:
        now = self.now()
        self._forget(now)
        times = self._seen.setdefault(address, deque())
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= (self.limit_at_centres if centre else self.limit):
            raise Exhausted("SLOW_DOWN", seconds=int(times[0] + 60 - now) + 1)
        times.append(now)

    def _forget(self, now: float) -> None:
        if len(self._seen) > 10_000:
            self._seen = {address: times for address, times in self._seen.items() if times and times[-1] > now - 60}


REGISTRATIONS = web.AppKey("registrations", RateLimit)


def check_registration_rate(request: web.Request) -> None:
    """Raises Exhausted for whoever registers too often; an administrator at the desk is not limited."""
    viewer = request[VIEWER]
    if viewer is None or not viewer.holds("administrator"):
        request.app[REGISTRATIONS].check(counted_by(request.remote or ""), centre=is_centre(request))
