"""Classes as several pages need them: whole lists, in the order in which a reader looks for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from gateway.backend.clients import Clients
from ieum.classes.v1.classes_pb2 import (
    SESSION_CANCELLED,
    Application,
    Class,
    ListApplicationsRequest,
    ListClassesRequest,
    Session,
)
from services.chassis import clock
from services.chassis.principal import SYSTEM, acting_as

_AT_ONCE = 200
_MOST = 2_000
_KEPT_SECONDS = 2.0


@dataclass
class OpenClasses:
    """A cache of the classes that are open: who looks at the catalogue at nine o'clock sees seats at most 2 s old."""

    clients: Clients
    now: Callable[[], float] = time.monotonic
    _kept: list[Class] = field(default_factory=list)
    _since: float = float("-inf")

    async def all(self) -> list[Class]:
        if self.now() - self._since > _KEPT_SECONDS:
            with acting_as(SYSTEM):
                kept = await list_classes(self.clients)
            self._kept, self._since = kept, self.now()
        return self._kept


OPEN_CLASSES = web.AppKey("open_classes", OpenClasses)


async def list_classes(clients: Clients, *, course: str = "", area: str = "", managed: bool = False) -> list[Class]:
    classes: list[Class] = []
    request = ListClassesRequest(page_size=_AT_ONCE, course=course, area=area, managed=managed)
    while len(classes) < _MOST:
        answer = await clients.classes.ListClasses(request)
        classes += answer.classes
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    return classes


async def list_applications(clients: Clients, *, class_name: str = "", person: str = "") -> list[Application]:
    applications: list[Application] = []
    request = ListApplicationsRequest(page_size=_AT_ONCE, class_name=class_name, person=person)
    while True:
        answer = await clients.classes.ListApplications(request)
        applications += answer.applications
        if not answer.next_page_token:
            return applications
        request.page_token = answer.next_page_token


def nearest_first(classes: list[Class], area: str) -> list[Class]:
    """Those in the reader's own area first, then by the next session."""
    return sorted(classes, key=lambda each: (each.details.place.area != area, next_start(each), each.name))


def next_session(class_: Class) -> Session | None:
    """The next that has not ended, else None."""
    now = clock.now().timestamp()
    ahead = (
        session
        for session in class_.details.sessions
        if session.state != SESSION_CANCELLED and session.end_time.seconds > now
    )
    return next(ahead, None)


def next_start(class_: Class) -> int:
    session = next_session(class_)
    return session.start_time.seconds if session else 2**40
