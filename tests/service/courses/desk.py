"""The running courses service, spoken to by each of the people, and content to give it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ieum.courses.v1 import content_pb2, courses_pb2
from services.chassis.errors import Problem
from services.chassis.principal import ANONYMOUS, Grant, Kind, Principal

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


WEBM = (Path(__file__).parents[3] / "deploy/demo/courses/phishing/film.ko.webm").read_bytes()


CAPTIONS = "WEBVTT\n\n1\n00:00.000 --> 00:02.500\n안녕하세요\n".encode()


BOTH = {"ko": "한국어", "en": "English"}


def person(name: str, *roles: str) -> Principal:
    return Principal(Kind.PERSON, f"people/{name}", grants=tuple(Grant(role, "*") for role in roles))


TEACHER = person("teacher", "learner", "instructor")


OTHER_TEACHER = person("other", "instructor")


REVIEWER = person("reviewer", "reviewer")


ADMINISTRATOR = person("admin", "administrator")


LEARNER = person("learner", "learner")


@dataclass
class Desk:
    """The service, spoken to by each of the people."""

    as_: Callable[[Principal], Any]

    @property
    def teacher(self) -> Any:
        return self.as_(TEACHER)

    @property
    def reviewer(self) -> Any:
        return self.as_(REVIEWER)

    @property
    def learner(self) -> Any:
        return self.as_(LEARNER)

    async def upload(self, data: bytes, filename: str = "file") -> str:
        media = await self.teacher.UploadMedia(courses_pb2.UploadMediaRequest(filename=filename, data=data))
        return str(media.name)

    async def create(self, **changes: Any) -> courses_pb2.Course:
        request = courses_pb2.CreateCourseRequest(content=outline(**changes))
        return await self.teacher.CreateCourse(request)  # type: ignore[no-any-return]

    async def complete(self, **changes: Any) -> courses_pb2.Course:
        """A course that lacks nothing."""
        course = await self.create(**changes)
        lesson = whole_lesson(await self.upload(PNG), await self.upload(WEBM), await self.upload(CAPTIONS))
        await self.teacher.CreateLesson(courses_pb2.CreateLessonRequest(parent=course.name, lesson=lesson))
        return await self.teacher.GetCourse(courses_pb2.GetCourseRequest(name=course.name))  # type: ignore[no-any-return]

    async def publish(self, name: str) -> courses_pb2.Course:
        await self.teacher.SubmitCourse(courses_pb2.SubmitCourseRequest(name=name))
        return await self.reviewer.ApproveCourse(courses_pb2.ApproveCourseRequest(name=name))  # type: ignore[no-any-return]

    async def published(self, **changes: Any) -> courses_pb2.Course:
        return await self.publish((await self.complete(**changes)).name)

    async def retitle(self, name: str, korean: str) -> courses_pb2.Course:
        content = content_pb2.Content(title={"ko": korean, "en": korean})
        request = courses_pb2.UpdateCourseRequest(name=name, content=content)
        return await self.teacher.UpdateCourse(request)  # type: ignore[no-any-return]

    async def search(self, query: str = "", **filters: Any) -> set[str]:
        """What has all that is asked for."""
        found = await self.as_(ANONYMOUS).SearchCatalog(courses_pb2.SearchCatalogRequest(query=query, **filters))
        if found.nearest:
            return set()
        assert found.total_size == len(found.entries)
        return {entry.course for entry in found.entries}


def outline(**changes: Any) -> content_pb2.Content:
    whole: dict[str, Any] = {
        "title": {"ko": "사진과 문자", "en": "Photos and messages"},
        "summary": {"ko": "휴대전화로 사진을 보내요.", "en": "Send a photo."},
        "languages": ["ko", "en"],
        "audience": content_pb2.RESIDENTS,
        "competences": ["2.1", "3.1"],
        "level": content_pb2.BASIC,
        "rule": content_pb2.Rule(counted_lessons=["first"], pass_mark=60, max_attempts=3),
    }
    return content_pb2.Content(**(whole | changes))


def options(*ids: str) -> list[content_pb2.Option]:
    return [content_pb2.Option(id=id, text={"ko": f"{id} 보기", "en": f"option {id}"}) for id in ids]


def items() -> list[content_pb2.Item]:
    kinds: list[dict[str, Any]] = [
        {"choice": content_pb2.Choice(options=options("a", "b"), correct=["b"])},
        {"choice": content_pb2.Choice(options=options("a", "b", "c"), correct=["a", "c"], multiple=True)},
        {"true_false": content_pb2.TrueFalse(correct=True)},
        {"short_text": content_pb2.ShortText(accepted=["한빛", "hanbit"])},
        {"number": content_pb2.Number(value="112", tolerance="0.5")},
        {
            "matching": content_pb2.Matching(
                left=options("a", "b", "c"), right=options("a", "b", "c"), correct={"a": "a", "b": "b", "c": "c"}
            )
        },
        {"ordering": content_pb2.Ordering(steps=options("s1", "s2", "s3", "s4"))},
    ]
    return [
        content_pb2.Item(id=f"i{place}", prompt=BOTH, explanation={"ko": "왜냐하면", "en": "because"}, **kind)
        for place, kind in enumerate(kinds)
    ]


def whole_lesson(image: str, video: str, captions: str) -> content_pb2.Lesson:
    return content_pb2.Lesson(
        id="first",
        title={"ko": "사진 보내기", "en": "Sending a photo"},
        minutes=8,
        blocks=[
            content_pb2.Block(id="b1", text=content_pb2.Text(markdown=BOTH)),
            content_pb2.Block(id="b2", joined=True, image=content_pb2.Image(media={"": image}, alt=BOTH)),
            content_pb2.Block(
                id="b3",
                video=content_pb2.Video(title=BOTH, media={"": video}, captions={"": captions}, transcript=BOTH),
            ),
            content_pb2.Block(id="b4", quiz=content_pb2.Quiz(title=BOTH, items=items())),
        ],
    )


def named(kind: type, name: str) -> Any:
    return kind(name=name)


async def refusal(call: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        await call
    return caught.value
