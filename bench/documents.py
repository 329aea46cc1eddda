"""The city's documents, each made by the domain that owns it, in the form that its store writes."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from bench.city import LESSONS, City, Enrolment, answers_of, expiry
from ieum.courses.v1.events_pb2 import CoursePublished
from services.chassis.clock import now
from services.chassis.events.outbox import Pending, pending_event
from services.chassis.principal import pseudonym
from services.chassis.sealed_answers import AnswersSeal
from services.courses.domain import course as courses
from services.courses.domain import review
from services.courses.domain.content import (
    Audience,
    Block,
    Choice,
    Content,
    Item,
    Lesson,
    Level,
    Option,
    Quiz,
    Rule,
    Text,
)
from services.courses.domain.course import Course, Published
from services.courses.domain.listing import Version
from services.courses.messages import announcements
from services.enrollment.domain import Delivery, Participation, Residence, Run, State, Universe, key_of
from services.people.domain import person as people
from services.people.domain.equality import Answers, Group, Sex
from services.people.domain.sessions import Session
from services.people.messages.resources import answers_to_numbers
from services.people.store.equality import SealedCard
from services.progress.domain import enrolling, steps
from services.progress.domain.grading import Answer
from services.progress.domain.record import Record
from services.progress.domain.steps import AnswerItem, OpenScreen, Step
from services.progress.messages.plans import plan_from_message
from services.statistics.facts.keys import fact_key
from services.statistics.figures.periods import quarter_of

Document = dict[str, Any]
TEACHER, REVIEWER = "people/benchteacher0000", "people/benchreviewer000"
WRITTEN = datetime.fromisoformat("2025-01-02T00:00:00+00:00")
ZONE = ZoneInfo("Asia/Seoul")
_TEXT = (
    "휴대전화로 사진을 보내는 방법을 배웁니다. 천천히 따라 해 보세요.\n\n- 먼저 사진을 고릅니다.\n- 보내기를 누릅니다."
)
_SHAPES = 512
"""Limited, because a hundred times as many would take hundreds of megabytes."""
SCREENS, QUESTIONS = ("a", "b", "c"), ("i1", "i2")
_COURSE, _VERSION, _PERSON, _SESSION = (TypeAdapter(kind) for kind in (Course, Version, people.Person, Session))
_RECORD, _PARTICIPATION, _CARD = TypeAdapter(Record), TypeAdapter(Participation), TypeAdapter(SealedCard)


def content(number: int, lessons: int) -> Content:
    return Content(
        title={"ko": f"디지털 생활 {number}", "en": f"Digital life {number}"},
        summary={"ko": "하루 30분, 차근차근 배우는 과정입니다.", "en": "Half an hour a day, step by step."},
        languages=("ko",),
        audience=Audience.BOTH,
        competences=("1.1", "2.1"),
        level=Level.BASIC,
        lessons=tuple(_lesson(place) for place in range(lessons)),
        rule=Rule(tuple(f"l{place:02d}" for place in range(lessons)), pass_mark=50, max_attempts=0),
    )


@cache
def _lesson(place: int) -> Lesson:
    options = (Option("o1", {"ko": "사진을 고른다"}), Option("o2", {"ko": "전화를 끈다"}))
    items = tuple(
        Item(item, Choice(options, ("o1",)), {"ko": "먼저 무엇을 하나요?"}, {"ko": "사진을 먼저 골라야 해요."})
        for item in QUESTIONS
    )
    texts = tuple(Block(screen, Text({"ko": _TEXT})) for screen in SCREENS)
    quiz = Block("q", Quiz({"ko": "확인 문제"}, items))
    return Lesson(f"l{place:02d}", {"ko": f"{place + 1}번째 수업"}, 30, (*texts, quiz))


def published(city: City, number: int) -> tuple[Course, Version]:
    key, shape = city.course(number), content(number, city.lessons_of(number))
    draft = courses.create(key, shape, (TEACHER,), WRITTEN)
    submitted, _ = review.submit(draft, (), WRITTEN)
    approved, events = review.approve(submitted, REVIEWER, WRITTEN + timedelta(minutes=number))
    return approved, next(event.version for event in events if isinstance(event, Published))


def course_documents(city: City, number: int) -> tuple[Document, Document]:
    """The course, which carries the announcement of its version, and the version."""
    course, version = published(city, number)
    event = announcement(course, version, f"courses/{course.id}/1/0")
    document = {"_id": course.id, "revision": 1, **_COURSE.dump_python(course)}
    return waiting(document, event), {"_id": f"{course.id}-1", **_VERSION.dump_python(version)}


def announcement(course: Course, version: Version, identity: str) -> Pending:
    return pending_event(
        identity, course.id, announcements.announcement(Published(version, course.teachers), course.id, 1)
    )


def waiting(document: Document, event: Pending) -> Document:
    return {**document, "pending": [event], "due": WRITTEN}


def person_document(key: str, login: str, area: str, hashed: str, *grants: people.Grant) -> Document:
    name = f"학습자 {login[-6:]}"
    drafted = people.draft(key, login, name, "", area, "", "ko", WRITTEN)
    registered, _ = people.register(drafted, hashed, WRITTEN)
    for grant in grants:
        registered, _ = people.grant(registered, grant, WRITTEN)
    return {"_id": key, "revision": 1 + len(grants), **_PERSON.dump_python(registered)}


def session_document(secret: str, person: str) -> Document:
    session = Session(person, 0, False, now(), expiry())
    key = hashlib.sha256(secret.encode()).hexdigest()
    return {"_id": key, "revision": 1, **_SESSION.dump_python(session)}


def card_document(key: bytes, city: City, person: int) -> Document | None:
    if (given := answers_of(person)) is None:
        return None
    name = pseudonym(key, f"people/{city.person(person)}")
    return {"_id": name, "revision": 1, **_CARD.dump_python(SealedCard(_sealed(key, name, given), WRITTEN))}


def traits(key: bytes, city: City, person: int) -> Document | None:
    given = answers_of(person)
    name = pseudonym(key, f"people/{city.person(person)}")
    return given and {"revision": 1, "sealed": _sealed(key, name, given)}


def _sealed(key: bytes, name: str, given: Document) -> bytes:
    groups = tuple(Group(group) for group in given["groups"])
    answers = Answers(given["birth_year"], Sex(given["sex"]), groups, groups_answered=True)
    return AnswersSeal(key).close(name, answers_to_numbers(answers))


def participation_document(city: City, taking: Enrolment) -> Document:
    person, course = f"people/{city.person(taking.person)}", f"courses/{city.course(taking.course)}"
    residence = Residence(city.town(taking.person), "", Universe.RESIDENT)
    run = Run(1, 1, State.ACTIVE, residence, Delivery.ONLINE, taking.began)
    dumped = _PARTICIPATION.dump_python(Participation(person, course, (run,)))
    return {"_id": key_of(course, person), "revision": 1, **dumped}


def record_document(city: City, taking: Enrolment) -> Document:
    enrolment = city.enrolment(taking.course, taking.person)
    return record_after(city.lessons_of(taking.course), taking.done, taking.began) | {
        "_id": enrolment,
        "enrollment": enrolment,
        "person": f"people/{city.person(taking.person)}",
        "course": f"courses/{city.course(taking.course)}",
        "certificate": certificate(city, taking),
    }


def certificate(city: City, taking: Enrolment) -> Document | None:
    issued = _issued(city.lessons_of(taking.course), taking.done, taking.began)
    return {**issued, "number": _certificate(taking)} if issued else None


@cache
def _issued(lessons: int, done: int, began: datetime) -> Document | None:
    certificate: Document | None = record_after(lessons, done, began)["certificate"]
    return certificate


def _certificate(taking: Enrolment) -> str:
    digits = f"{taking.course:06d}{taking.person:010d}"
    return "-".join(["IEUM", *(digits[place : place + 4] for place in range(0, 16, 4))])


@lru_cache(_SHAPES)
def record_after(lessons: int, done: int, began: datetime) -> Document:
    """The record of somebody with this progress, without names: a copy of another learner's, moved in time."""
    later: Document = _later(learn(lessons, done, WRITTEN), began - WRITTEN)
    return later


def _later(value: Any, by: timedelta) -> Any:
    match value:
        case datetime():
            return value + by
        case dict():
            return {name: _later(each, by) for name, each in value.items()}
        case list() | tuple():
            return [_later(each, by) for each in value]
    return value


@cache
def learn(lessons: int, done: int, began: datetime) -> Document:
    """The record after taking every step."""
    course = courses.create("x", content(0, lessons), (TEACHER,), WRITTEN)
    approved, _ = review.approve(review.submit(course, (), WRITTEN)[0], REVIEWER, WRITTEN)
    event = CoursePublished.FromString(announcement(approved, Version("x", 1, course.draft, WRITTEN), "x")["data"])
    record = enrolling.enrolled(Record("x", "x", "x"), 1, began)
    taken = steps_of(lessons if done < 0 else done, almost=done < 0)
    timed = [Step(step, began + timedelta(minutes=1 + place)) for place, step in enumerate(taken)]
    last = began + timedelta(minutes=2 + len(timed))
    after = steps.take(record, plan_from_message(event), timed, lambda: "number", last, trusted=True)
    return {"revision": 1 + done % (LESSONS * 2), **_RECORD.dump_python(after.record)}


def steps_of(lessons: int, *, almost: bool) -> list[OpenScreen | AnswerItem]:
    """`almost`: without the last answer of each lesson."""
    steps: list[OpenScreen | AnswerItem] = []
    for lesson in (f"l{place:02d}" for place in range(lessons)):
        steps += [OpenScreen(lesson, screen) for screen in SCREENS]
        items = QUESTIONS[:-1] if almost else QUESTIONS
        steps += [AnswerItem(lesson, "q", item, 1, Answer(("o1",))) for item in items]
    return steps


def fact_document(city: City, key: bytes, taking: Enrolment, record: Document) -> Document:
    document = {
        "_id": fact_key(key, f"enrollments/{record['_id']}"),
        "pseudonym": pseudonym(key, record["person"]),
        "course": record["course"],
        "run": 1,
        "area": city.town(taking.person),
        "organisation": "",
        "universe": "resident",
        "delivery": "online",
        "enrolled_at": taking.began,
        "enrol_year": taking.began.astimezone(ZONE).year,
        "quarter": quarter_of(taking.began, ZONE),
        "version": 1,
        # The database's time of the last write, whenever that was.
        "changed": taking.began,
    }
    if record["start_time"]:
        document["started_at"] = record["start_time"]
    if done := [lesson["lesson"] for lesson in record["lessons"] if lesson["done_time"]]:
        document["minutes"] = dict.fromkeys(done, 30)
    if record["completion"]:
        document["completed_at"] = record["completion"]["time"]
    if given := traits(key, city, taking.person):
        document["traits"] = given
    return document
