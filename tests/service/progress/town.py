"""The running progress service, with what it has heard, and events and steps to give it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message

from ieum.courses.v1.content_pb2 import Choice, Item, Option, Rule, TrueFalse
from ieum.courses.v1.events_pb2 import CoursePublished, LessonPlan, QuizPlan
from ieum.enrollment.v1.events_pb2 import Enrolled, MovedToVersion, Withdrawn
from ieum.progress.v1 import progress_pb2 as pb
from ieum.progress.v1.progress_pb2_grpc import ProgressServiceStub
from services.chassis.clock import now, stamp
from services.chassis.errors import Missing
from services.chassis.principal import SYSTEM, Grant, Kind, Principal
from services.chassis.store.mongo import Database
from tests.service.conftest import Announce, ClientFor, eventually

PHOTOS = "courses/photos"


BEGAN = datetime(2026, 9, 1, 9, tzinfo=UTC)


SCREENS = [("look", "a"), ("look", "b"), ("try", "c"), ("try", "quiz.i1"), ("try", "quiz.i2")]


def person(name: str, *roles: str) -> Principal:
    return Principal(Kind.PERSON, f"people/{name}", grants=tuple(Grant(role, "*") for role in ("learner", *roles)))


KIM, STRANGER, TEACHER = person("kim"), person("park"), person("teacher", "instructor")


ADMIN = person("admin", "administrator")


NEW_TEACHER = person("new", "instructor")


# Who might be taken for one of the above.
LOCAL_ADMIN = replace(ADMIN, person="people/local", grants=(Grant("administrator", "areas/HB01"),))


ADMIN_BY_AREA_TOKEN = replace(ADMIN, token_scopes=("learning.read", "learning.write"), token_area="areas/HB01")


OFFICIAL = replace(STRANGER, person="people/official", grants=(Grant("official", "*"),))


FORMER_TEACHER = replace(TEACHER, grants=(Grant("learner", "*"),))


def quiz_items() -> list[Item]:
    options = [Option(id="yes"), Option(id="no")]
    return [
        Item(id="i1", choice=Choice(options=options, correct=["yes"])),
        Item(id="i2", true_false=TrueFalse(correct=True)),
    ]


def published_course(
    version: int = 1, revision: int = 1, attempts: int = 0, extra: Iterable[str] = ()
) -> CoursePublished:
    lessons = [
        LessonPlan(id="look", title={"en": "Look"}, minutes=5, screens=["a", "b", *extra]),
        LessonPlan(
            id="try",
            title={"en": "Try"},
            minutes=10,
            screens=["c", "quiz.i1", "quiz.i2"],
            quizzes=[QuizPlan(id="quiz", items=quiz_items())],
        ),
        LessonPlan(id="more", title={"en": "More"}, minutes=5, screens=["z"]),
    ]
    return CoursePublished(
        course=PHOTOS,
        version=version,
        title={"en": "Photos", "ko": "사진"},
        minutes=20,
        teachers=[TEACHER.person],
        rule=Rule(counted_lessons=["look", "try"], pass_mark=60, max_attempts=attempts),
        lessons=lessons,
        revision=revision,
    )


def opening(lesson: str, screen: str, time: datetime | None = None) -> pb.Step:
    return pb.Step(open_screen=pb.OpenScreen(lesson=lesson, screen=screen), time=stamp(time))


def answering(item: str, value: str, attempt: int = 0) -> pb.Step:
    answer = pb.Answer(values=[value])
    return pb.Step(answer_item=pb.AnswerItem(lesson="try", quiz="quiz", item=item, attempt=attempt, answer=answer))


def flagging(item: str) -> pb.Step:
    return pb.Step(flag_item=pb.FlagItem(lesson="try", quiz="quiz", item=item, unclear=True))


ALL_STEPS = [*(opening(*screen) for screen in SCREENS), answering("i1", "yes"), answering("i2", "true")]


@dataclass
class Town:
    """The service with what it has heard."""

    address: str
    make: ClientFor
    announce: Announce
    database: Database

    def as_(self, who: Principal) -> Any:
        return self.make(ProgressServiceStub, self.address, who)

    async def publish(self, event: CoursePublished) -> None:
        await self.announce(event, "photos")

        async def check() -> bool:
            return await self.database["plans"].find_one({"_id": f"photos-{event.version}"}) is not None

        await eventually(check, "plan")

    async def enrol(self, who: str = "kim", enrol_time: datetime = BEGAN, version: int = 1) -> str:
        """Name of the progress, once the service knows of it."""
        await self.tell(enrolled(who, enrol_time, version), f"{who}-1")
        await self.shows(f"progress/{who}-1", lambda progress: True)
        return f"progress/{who}-1"

    async def tell(self, event: Message, key: str, times: int = 1) -> None:
        await self.announce(event, key, times)

    async def shows(self, name: str, check: Callable[[pb.Progress], bool]) -> pb.Progress:
        seen = pb.Progress()

        async def look() -> bool:
            try:
                seen.CopyFrom(await self.as_(SYSTEM).GetProgress(pb.GetProgressRequest(name=name)))
            except Missing:
                return False
            return check(seen)

        await eventually(look, f"{name} as expected, not {seen}")
        return seen

    async def record(self, who: Principal, name: str, *steps: pb.Step) -> pb.RecordProgressResponse:
        request = pb.RecordProgressRequest(name=name, steps=steps)
        response: pb.RecordProgressResponse = await self.as_(who).RecordProgress(request)
        return response


def enrolled(who: str = "kim", enrol_time: datetime = BEGAN, version: int = 1) -> Enrolled:
    return Enrolled(
        enrollment=f"enrollments/{who}-1",
        person=f"people/{who}",
        course=PHOTOS,
        version=version,
        run=1,
        enrol_time=stamp(enrol_time),
        revision=1,
        time=stamp(enrol_time),
    )


def withdrawn(who: str = "kim") -> Withdrawn:
    return Withdrawn(
        enrollment=f"enrollments/{who}-1", person=f"people/{who}", course=PHOTOS, withdraw_time=stamp(now()), revision=3
    )


def moved(version: int, who: str = "kim") -> MovedToVersion:
    return MovedToVersion(
        enrollment=f"enrollments/{who}-1",
        person=f"people/{who}",
        course=PHOTOS,
        version=version,
        revision=2,
        time=stamp(now()),
    )
