"""A cache of course contents: a published version never changes, so it is fetched once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from ieum.courses.v1.content_pb2 import Content
from ieum.courses.v1.courses_pb2 import GetVersionRequest
from ieum.courses.v1.courses_pb2_grpc import CoursesServiceStub
from services.chassis.principal import ANONYMOUS, SYSTEM, Principal, acting_as

KEPT_BYTES = 16 * 1024 * 1024
"""The size of the messages on the wire; in memory they take several times as much."""


@dataclass
class CourseContents:
    """Least recently used first. Fetched as a stranger or as the system, never as a person, so that nothing one person
    may see reaches another. Callers must not change a content."""

    courses: CoursesServiceStub
    _kept: OrderedDict[tuple[str, bool], tuple[Content, int]] = field(default_factory=OrderedDict)
    _bytes: int = 0

    async def for_learners(self, version: str) -> Content:
        """The content of "courses/{id}/versions/{number}", without right answers."""
        return await self._get(version, ANONYMOUS)

    async def with_answers(self, version: str) -> Content:
        return await self._get(version, SYSTEM)

    async def _get(self, version: str, principal: Principal) -> Content:
        key = (version, principal.is_system)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key][0]
        with acting_as(principal):
            content = (await self.courses.GetVersion(GetVersionRequest(name=version))).content
        if key not in self._kept:
            self._keep(key, content)
        return content

    def _keep(self, key: tuple[str, bool], content: Content) -> None:
        self._kept[key] = content, content.ByteSize()
        self._bytes += self._kept[key][1]
        while self._bytes > KEPT_BYTES:
            self._bytes -= self._kept.popitem(last=False)[1][1]
