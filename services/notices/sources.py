"""The services that are asked when a notice goes out: mails to offices and about accounts are composed by whoever
asked for them, and what a person is told follows from classes, with the name and address that their account has now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

import grpc.aio

from ieum.classes.v1.classes_pb2 import Class
from ieum.notices.v1.notices_pb2 import (
    ClassFacts,
    ComposedNotice,
    ComposeNoticeRequest,
    Contact,
    GetClassFactsRequest,
    GetContactRequest,
    GetCourseTitleRequest,
    GiveUpSeatOfRequest,
)
from ieum.notices.v1.notices_pb2_grpc import (
    ClassSourceServiceStub,
    ContactSourceServiceStub,
    CourseSourceServiceStub,
    NoticeSourceServiceStub,
)
from ieum.people.v1.people_pb2 import Centre, ListCentresRequest
from services.chassis import rpc, tls
from services.chassis.config import Settings
from services.chassis.principal import SYSTEM, acting_as
from services.chassis.signature import Signer
from services.notices.domain.notice import Notice

S = TypeVar("S")

SOURCES = ("statistics", "people")
_ASKED = ("people", "classes", "courses")
_SECONDS = 30.0
_CENTRES_SECONDS = 300.0


class PersonSources:
    """Each call raises a Problem: Unavailable while the other service is away, Missing for what is gone."""

    def __init__(
        self,
        people: ContactSourceServiceStub,
        classes: ClassSourceServiceStub,
        courses: CourseSourceServiceStub,
        zone: str,
    ) -> None:
        self._people = people
        self._classes = classes
        self._courses = courses
        self._zone = zone
        self._centres: tuple[float, Mapping[str, Centre]] = (0.0, {})

    async def contact(self, person: str) -> Contact:
        with acting_as(SYSTEM):
            return await self._people.GetContact(GetContactRequest(person=person), timeout=_SECONDS)

    async def class_facts(self, application: str) -> ClassFacts:
        request = GetClassFactsRequest(application=application)
        with acting_as(SYSTEM):
            return await self._classes.GetClassFacts(request, timeout=_SECONDS)

    async def class_alone(self, name: str) -> Class:
        with acting_as(SYSTEM):
            request = GetClassFactsRequest(class_name=name)
            return (await self._classes.GetClassFacts(request, timeout=_SECONDS)).course_class

    async def course_title(self, course: str) -> Mapping[str, str]:
        """By language."""
        with acting_as(SYSTEM):
            answer = await self._courses.GetCourseTitle(GetCourseTitleRequest(course=course), timeout=_SECONDS)
        return dict(answer.title)

    async def give_up_seat(self, application: str) -> ClassFacts:
        with acting_as(SYSTEM):
            return await self._classes.GiveUpSeatOf(GiveUpSeatOfRequest(application=application), timeout=_SECONDS)

    async def zone_of(self, class_: Class) -> tzinfo:
        return ZoneInfo(class_.details.zone or self._zone)

    async def places_of(self, class_: Class) -> dict[str, str]:
        """Where the class meets, in words, by language."""
        place = class_.details.place
        centre = (await self._all_centres()).get(place.centre)
        languages = ("ko", "en")
        titles = {each: _pick(centre.title, each) if centre else "" for each in languages}
        addresses = {each: place.address or (_pick(centre.address, each) if centre else "") for each in languages}
        return {each: ", ".join(filter(None, (titles[each], addresses[each], place.room))) for each in languages}

    async def _all_centres(self) -> Mapping[str, Centre]:
        since, centres = self._centres
        if time.monotonic() - since > _CENTRES_SECONDS or not centres:
            with acting_as(SYSTEM):
                answer = await self._people.ListCentres(ListCentresRequest(), timeout=_SECONDS)
            centres = {centre.name: centre for centre in answer.centres}
            self._centres = (time.monotonic(), centres)
        return centres


class Sources:
    def __init__(
        self,
        clients: Mapping[str, NoticeSourceServiceStub],
        persons: PersonSources,
        channels: Sequence[grpc.aio.Channel] = (),
    ) -> None:
        self._clients = clients
        self._channels = channels
        self.persons = persons

    async def compose(self, notice: Notice, public_url: str) -> ComposedNotice:
        """Raises a Problem: Unavailable while the source is away."""
        request = ComposeNoticeRequest(request=notice.request, public_url=public_url)
        with acting_as(SYSTEM):
            composed: ComposedNotice = await self._clients[notice.source].ComposeNotice(request, timeout=_SECONDS)
        return composed

    async def hold_open(self) -> None:
        """Until cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            for channel in self._channels:
                await channel.close()


def connect(settings: Settings) -> Sources:
    """Does not wait for the services."""
    signer, identity = Signer("notices", settings.signing_key("notices")), tls.identity(settings)
    channels = {name: rpc.channel(settings.target(name), identity) for name in dict.fromkeys((*SOURCES, *_ASKED))}

    def client(name: str, stub: Callable[[grpc.aio.Channel], S]) -> S:
        return rpc.client(stub, channels[name], signer, name)

    persons = PersonSources(
        client("people", ContactSourceServiceStub),
        client("classes", ClassSourceServiceStub),
        client("courses", CourseSourceServiceStub),
        settings.time_zone,
    )
    stubs = {name: client(name, NoticeSourceServiceStub) for name in SOURCES}
    return Sources(stubs, persons, list(channels.values()))


def _pick(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next((text for text in texts.values() if text), "")
