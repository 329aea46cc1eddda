from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.message import Message

from ieum.courses.v1.content_pb2 import Choice, Item, Number, Option, Rule, TrueFalse
from ieum.courses.v1.events_pb2 import CoursePublished, LessonPlan, QuizPlan, TeachersChanged
from ieum.enrollment.v1.events_pb2 import Enrolled, MovedToVersion, Withdrawn
from ieum.people.v1.events_pb2 import PersonErased
from ieum.progress.v1 import progress_pb2 as pb
from ieum.progress.v1.events_pb2 import (
    CertificateIssued,
    CertificateRevoked,
    CourseCompleted,
    GridExported,
    LearningStarted,
    LessonCompleted,
)
from ieum.progress.v1.progress_pb2_grpc import ProgressServiceStub
from services.chassis.clock import now, stamp
from services.chassis.errors import Forbidden, Invalid, Missing, Problem, Refused, Unauthenticated
from services.chassis.principal import ANONYMOUS, SYSTEM, Grant, Kind, Principal
from services.chassis.store.entities import Database
from services.progress.main import compose
from tests.service.conftest import Announce, ClientFor, Published, StartService, eventually

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


@pytest.fixture
async def empty_town(
    start_service: StartService, client_for: ClientFor, announce: Announce, database_of: Callable[[str], Database]
) -> Town:
    return Town(await start_service("progress", compose), client_for, announce, database_of("progress"))


@pytest.fixture
async def town(empty_town: Town) -> Town:
    await empty_town.publish(published_course())
    return empty_town


async def test_a_learner_goes_through_a_course_to_its_certificate(town: Town, published: Published) -> None:
    name = await town.enrol()
    first = await town.record(KIM, name, opening("look", "a"))
    assert (first.progress.percent, first.completed_now) == (20, False)
    assert first.progress.position == pb.Position(lesson="look", screen="a")
    last = await town.record(KIM, name, *ALL_STEPS)
    assert last.completed_now
    assert last.progress.percent == 100
    assert last.progress.completion_reason.lessons_counted == 2
    assert [score.score for score in last.progress.completion_reason.scores] == [100]
    assert [lesson.state for lesson in last.progress.lessons] == [pb.DONE, pb.DONE]
    certificate = last.progress.certificate
    assert (certificate.state, certificate.minutes, certificate.course_title["ko"]) == (pb.VALID, 20, "사진")
    [started] = await published(LearningStarted)
    [completed] = await published(CourseCompleted)
    [issued] = await published(CertificateIssued)
    assert {event.lesson: event.minutes for event in await published(LessonCompleted, 2)} == {"look": 5, "try": 10}
    assert started.enrollment == completed.enrollment == "enrollments/kim-1"
    assert completed.complete_time == last.progress.complete_time
    assert issued.certificate == certificate.name


async def test_fifty_parallel_last_steps_give_one_completion_one_certificate_and_one_event_of_each(
    town: Town, published: Published
) -> None:
    name = await town.enrol()
    await town.record(KIM, name, *ALL_STEPS[:-1])
    answers = await asyncio.gather(*(town.record(KIM, name, ALL_STEPS[-1]) for _ in range(50)))
    assert sum(answer.completed_now for answer in answers) == 1
    assert len({answer.progress.certificate.name for answer in answers}) == 1
    for kind, count in ((LearningStarted, 1), (LessonCompleted, 2), (CourseCompleted, 1), (CertificateIssued, 1)):
        assert len(await published(kind, count)) == count


async def test_an_answer_is_told_right_or_wrong_at_once_and_the_first_one_stands(town: Town) -> None:
    name = await town.enrol()
    [wrong, later] = (await town.record(KIM, name, answering("i1", "no"), answering("i1", "yes"))).results
    assert (wrong.accepted, wrong.correct, wrong.already_answered) == (True, False, False)
    assert wrong.right_answer.values == ["yes"]
    assert (later.correct, later.already_answered) == (False, True)
    [quiz] = (await town.as_(KIM).GetProgress(pb.GetProgressRequest(name=name))).lessons[1].quizzes
    [given] = quiz.attempts[0].answers
    assert (given.item, given.correct, given.answer.values, given.right_answer.values) == ("i1", False, ["no"], ["yes"])


async def test_what_cannot_be_accepted_says_why_and_keeps_no_other_step_back(town: Town) -> None:
    name = await town.enrol()
    steps = [
        opening("look", "nowhere"),
        opening("nowhere", "a"),
        answering("i9", "yes"),
        answering("i1", "perhaps"),
        answering("i1", "yes", attempt=3),
        opening("look", "a", now() - timedelta(days=31)),
        opening("look", "a", now() + timedelta(hours=1)),
        opening("look", "b"),
    ]
    response = await town.record(KIM, name, *steps)
    assert [result.reason for result in response.results] == [
        "SCREEN_UNKNOWN",
        "LESSON_UNKNOWN",
        "ITEM_UNKNOWN",
        "OPTION_UNKNOWN",
        "ATTEMPT_UNKNOWN",
        "TIME_WRONG",
        "TIME_WRONG",
        "",
    ]
    assert response.progress.lessons[0].opened_screens == ["b"]


async def test_a_teacher_allows_one_attempt_more_when_none_is_left(empty_town: Town) -> None:
    await empty_town.publish(published_course(attempts=1))
    town, name = empty_town, await empty_town.enrol()
    await town.record(KIM, name, answering("i1", "no"), answering("i2", "false"))
    [result] = (await town.record(KIM, name, answering("i1", "yes", attempt=2))).results
    assert (result.accepted, result.reason, result.HasField("right_answer")) == (False, "NO_ATTEMPT_LEFT", False)
    start = pb.StartAttemptRequest(name=name, lesson="try", quiz="quiz")
    with pytest.raises(Refused, match="NO_ATTEMPT_LEFT"):
        await town.as_(KIM).StartAttempt(start)
    for _ in range(2):
        allowed = await town.as_(TEACHER).AllowAttempt(pb.AllowAttemptRequest(name=name, quiz="quiz"))
    assert (allowed.lessons[1].quizzes[0].attempts_left, allowed.lessons[1].quizzes[0].unlimited) == (1, False)
    for _ in range(2):
        begun = await town.as_(KIM).StartAttempt(start)
    assert [attempt.finished for attempt in begun.lessons[1].quizzes[0].attempts] == [True, False]
    response = await town.record(KIM, name, *ALL_STEPS)
    assert response.completed_now


async def test_enrolment_events_fed_twice_and_in_any_order_make_the_same_record(empty_town: Town) -> None:
    town = empty_town
    first, second = published_course(1, 1), published_course(2, 2)
    told: list[tuple[Message, str]] = [
        (enrolled(), "kim-1"),
        (moved(2), "kim-1"),
        (withdrawn(), "kim-1"),
        (first, "photos"),
        (second, "photos"),
    ]
    for seed, who in enumerate(("kim", "lee", "park", "choi")):
        mine = [(enrolled(who), f"{who}-1"), (moved(2, who), f"{who}-1"), (withdrawn(who), f"{who}-1"), *told[3:]]
        random.Random(seed).shuffle(mine)
        for event, key in mine:
            await town.tell(event, key, times=2)
        seen = await town.shows(
            f"progress/{who}-1",
            lambda progress: progress.withdrawn and progress.version == 2 and len(progress.lessons) == 3,
        )
        assert seen.enrol_time == stamp(BEGAN)
    rows = (await town.as_(ADMIN).ListGrid(pb.ListGridRequest(course=PHOTOS))).rows
    assert [list(row.cells) for row in rows] == [[*[pb.NOT_STARTED] * 3, 0, 0, 0]] * 4


async def test_what_only_a_later_event_has_told_of_is_not_there_yet(town: Town) -> None:
    await town.tell(withdrawn("early"), "early-1")

    async def heard() -> bool:
        return await town.database["records"].find_one({"_id": "early-1"}) is not None

    await eventually(heard, "withdrawal")
    with pytest.raises(Missing, match="PROGRESS_NOT_FOUND"):
        await town.as_(SYSTEM).GetProgress(pb.GetProgressRequest(name="progress/early-1"))
    grid = await town.as_(ADMIN).ListGrid(pb.ListGridRequest(course=PHOTOS))
    assert (len(grid.rows), grid.totals) == (0, pb.CourseTotals(course=PHOTOS))


async def test_moving_to_another_version_keeps_what_was_done_and_asks_for_what_is_new(town: Town) -> None:
    name = await town.enrol()
    await town.record(KIM, name, *ALL_STEPS[:2])
    await town.publish(published_course(2, 2, extra=["new"]))
    await town.tell(moved(2), "kim-1")
    progress = await town.shows(name, lambda progress: progress.version == 2)
    assert list(progress.lessons[0].opened_screens) == ["a", "b"]
    assert progress.lessons[0].state == pb.UNDER_WAY
    response = await town.record(KIM, name, *ALL_STEPS, opening("look", "new"))
    assert response.completed_now


async def test_a_move_to_a_version_that_asks_less_completes_the_course_once(town: Town, published: Published) -> None:
    name = await town.enrol()
    await town.record(KIM, name, *ALL_STEPS[:2])
    easier = published_course(2, 2)
    easier.rule.counted_lessons[:] = ["look"]
    await town.publish(easier)
    await town.tell(moved(2), "kim-1", times=2)
    progress = await town.shows(name, lambda progress: progress.percent == 100)
    assert progress.certificate.version == 2
    assert len(await published(CourseCompleted)) == 1


async def test_a_withdrawn_learner_keeps_what_there_is_and_adds_nothing(town: Town) -> None:
    name = await town.enrol()
    await town.record(KIM, name, *ALL_STEPS)
    await town.tell(withdrawn(), "kim-1")
    progress = await town.shows(name, lambda progress: progress.withdrawn)
    assert (progress.percent, progress.certificate.state) == (100, pb.VALID)
    with pytest.raises(Refused, match="ENROLLMENT_WITHDRAWN"):
        await town.record(KIM, name, opening("more", "z"))
    totals = await town.as_(TEACHER).GetCourseTotals(pb.GetCourseTotalsRequest(course=PHOTOS))
    assert (totals.enrolled, totals.completed, totals.withdrawn) == (1, 1, 0)


async def test_page_grid_and_totals_say_the_same(town: Town) -> None:
    chance = random.Random(7)
    for number in range(12):
        name = await town.enrol(f"p{number}", BEGAN + timedelta(hours=number))
        await town.record(ADMIN, name, *chance.sample(ALL_STEPS, chance.randint(0, len(ALL_STEPS))))
        if number % 4 == 0:
            await town.tell(withdrawn(f"p{number}"), f"p{number}-1")
            await town.shows(name, lambda progress: progress.withdrawn)
    await town.record(ADMIN, "progress/p1-1", *ALL_STEPS)
    grid = await town.as_(TEACHER).ListGrid(pb.ListGridRequest(course=PHOTOS))
    assert [column.lesson for column in grid.columns] == ["look", "try", "more"]
    pages = [
        await town.as_(ADMIN).GetProgress(pb.GetProgressRequest(name=f"progress/p{number}-1")) for number in range(12)
    ]
    for row, page in zip(grid.rows, pages, strict=True):
        states = [lesson.state for lesson in page.lessons]
        scores = [max((q.best_score for q in one.quizzes), default=-1) for one in page.lessons]
        assert list(row.cells) == [*states, *(score + 1 for score in scores)]
        assert (row.enrollment, row.person, row.percent) == (page.enrollment, page.person, page.percent)
        told = (page.enrol_time, page.complete_time, page.last_activity_time)
        assert [row.enrol_ms, row.complete_ms, row.last_activity_ms] == [time.ToMilliseconds() for time in told]
        assert row.withdrawn == page.withdrawn
    counted = [page for page in pages if not page.withdrawn or page.HasField("complete_time")]
    assert grid.totals == pb.CourseTotals(
        course=PHOTOS,
        enrolled=len(counted),
        started=sum(page.HasField("start_time") for page in counted),
        completed=sum(page.HasField("complete_time") for page in counted),
        withdrawn=len(pages) - len(counted),
    )
    assert grid.totals == await town.as_(TEACHER).GetCourseTotals(pb.GetCourseTotalsRequest(course=PHOTOS))
    alone = await town.as_(TEACHER).ListGrid(pb.ListGridRequest(course=PHOTOS, rows_alone=True))
    assert (alone.rows, alone.HasField("totals")) == (grid.rows, False)


async def test_a_grid_that_leaves_as_a_file_is_announced_with_its_first_page(town: Town, published: Published) -> None:
    for name in ("first", "second", "third"):
        await town.enrol(name)
    teacher = town.as_(TEACHER)
    with pytest.raises(Forbidden):
        await town.as_(STRANGER).ListGrid(pb.ListGridRequest(course=PHOTOS, export=True))
    page = await teacher.ListGrid(pb.ListGridRequest(course=PHOTOS, page_size=1, export=True))
    await teacher.ListGrid(pb.ListGridRequest(course=PHOTOS, page_size=1, page_token=page.next_page_token, export=True))
    await teacher.ListGrid(pb.ListGridRequest(course=PHOTOS))
    (event,) = await published(GridExported)
    assert (event.actor, event.course) == (TEACHER.person, PHOTOS)


async def test_the_grid_has_a_column_for_lessons_that_only_earlier_versions_have(town: Town) -> None:
    first, second = await town.enrol("first"), await town.enrol("second", BEGAN + timedelta(hours=1), version=2)
    await town.record(ADMIN, first, *ALL_STEPS[:2])
    later = published_course(2, 2)
    del later.lessons[0]
    later.rule.counted_lessons[:] = ["try"]
    await town.publish(later)
    await town.shows(second, lambda progress: len(progress.lessons) == 2)
    grid = await town.as_(TEACHER).ListGrid(pb.ListGridRequest(course=PHOTOS))
    assert [column.lesson for column in grid.columns] == ["try", "more", "look"]
    assert [list(row.cells) for row in grid.rows] == [
        [pb.NOT_STARTED, pb.NOT_STARTED, pb.DONE, 0, 0, 0],
        [pb.NOT_STARTED, pb.NOT_STARTED, pb.LESSON_STATE_UNSPECIFIED, 0, 0, 0],
    ]


async def test_a_certificate_is_verified_by_anybody_however_its_number_is_typed(town: Town) -> None:
    name = await town.enrol()
    number = (await town.record(KIM, name, *ALL_STEPS)).progress.certificate.name
    for typed in (number, number.lower(), number.replace("-", ""), number.replace("0", "o").replace("1", "l")):
        certificate = await town.as_(ANONYMOUS).VerifyCertificate(pb.VerifyCertificateRequest(name=typed))
        assert (certificate.name, certificate.state, certificate.person) == (number, pb.VALID, "")
    for who, shown in ((KIM, True), (SYSTEM, True), (ADMIN, True), (STRANGER, False), (TEACHER, False)):
        certificate = await town.as_(who).VerifyCertificate(pb.VerifyCertificateRequest(name=number))
        assert bool(certificate.person) is shown
    for unknown in ("certificates/IEUM-0000-0000-0000-0000", "certificates/x", ""):
        with pytest.raises(Missing, match="CERTIFICATE_UNKNOWN"):
            await town.as_(ANONYMOUS).VerifyCertificate(pb.VerifyCertificateRequest(name=unknown))


async def test_a_certificate_is_revoked_once_with_a_reason(town: Town, published: Published) -> None:
    name = await town.enrol()
    number = (await town.record(KIM, name, *ALL_STEPS)).progress.certificate.name
    for who in (KIM, STRANGER):
        with pytest.raises(Forbidden, match="NOT_TEACHER"):
            await town.as_(who).RevokeCertificate(pb.RevokeCertificateRequest(name=number, reason="why not"))
    with pytest.raises(Invalid, match="REASON_MISSING"):
        await town.as_(TEACHER).RevokeCertificate(pb.RevokeCertificateRequest(name=number, reason=" "))
    for reason in ("somebody else answered", "again"):
        revoked = await town.as_(TEACHER).RevokeCertificate(pb.RevokeCertificateRequest(name=number, reason=reason))
    assert revoked.state == pb.REVOKED
    shown = await town.as_(ANONYMOUS).VerifyCertificate(pb.VerifyCertificateRequest(name=number))
    assert (shown.state, shown.revoke_time) == (pb.REVOKED, revoked.revoke_time)
    [event] = await published(CertificateRevoked)
    assert (event.certificate, event.ListFields()[-1][0].name) == (number, "time")
    assert "somebody" not in str(event), "what people write stays where it can be erased"


async def test_who_may_see_and_do_what(town: Town) -> None:
    name = await town.enrol()
    nothing = "progress/nobody-1"
    get, grid = pb.GetProgressRequest(name=name), pb.ListGridRequest(course=PHOTOS)
    mine, counts = pb.ListProgressRequest(person=KIM.person), pb.GetCourseTotalsRequest(course=PHOTOS)
    record = pb.RecordProgressRequest(name=name, steps=[opening("look", "a")])
    start = pb.StartAttemptRequest(name=name, lesson="try", quiz="quiz")
    allow = pb.AllowAttemptRequest(name=name, quiz="quiz")
    allowed: dict[str, tuple[Message, set[str]]] = {
        "GetProgress": (get, {"kim", "teacher", "admin", "system"}),
        "RecordProgress": (record, {"kim", "admin", "system"}),
        "StartAttempt": (start, {"kim", "admin", "system"}),
        "AllowAttempt": (allow, {"teacher", "admin", "system"}),
        "ListProgress": (mine, {"kim", "admin", "system"}),
        "ListStandings": (pb.ListStandingsRequest(person=KIM.person), {"kim", "admin", "system"}),
        "ListGrid": (grid, {"teacher", "admin", "system"}),
        "GetCourseTotals": (counts, {"teacher", "admin", "system"}),
    }
    callers = {"kim": KIM, "park": STRANGER, "teacher": TEACHER, "admin": ADMIN, "system": SYSTEM, "nobody": ANONYMOUS}
    callers |= {"local": LOCAL_ADMIN, "token": ADMIN_BY_AREA_TOKEN, "former": FORMER_TEACHER}
    callers["official"] = OFFICIAL
    for method, (request, whose) in allowed.items():
        for label, who in callers.items():
            call = getattr(town.as_(who), method)
            if label in whose:
                await call(request)
            else:
                with pytest.raises(Unauthenticated if label == "nobody" else (Missing, Forbidden)):
                    await call(request)
    for learning in (town.as_(TEACHER).RecordProgress(record), town.as_(TEACHER).StartAttempt(start)):
        with pytest.raises(Forbidden, match="NOT_YOURS"):
            await learning
    for who, what in ((STRANGER, name), (STRANGER, nothing), (KIM, nothing), (KIM, "bad name")):
        with pytest.raises(Missing, match="PROGRESS_NOT_FOUND"):
            await town.record(who, what, opening("look", "a"))


async def test_a_changed_list_of_teachers_decides_who_sees_the_class(town: Town) -> None:
    await town.tell(TeachersChanged(course=PHOTOS, teachers=[NEW_TEACHER.person], revision=5), "photos", times=2)

    async def admitted() -> bool:
        try:
            await town.as_(NEW_TEACHER).GetCourseTotals(pb.GetCourseTotalsRequest(course=PHOTOS))
        except Problem:
            return False
        return True

    await eventually(admitted, "the new teacher admitted")
    with pytest.raises(Forbidden, match="NOT_TEACHER"):
        await town.as_(TEACHER).ListGrid(pb.ListGridRequest(course=PHOTOS))


async def test_lists_walked_while_people_enrol_miss_and_repeat_nobody_who_was_there(town: Town) -> None:
    there = [await town.enrol(f"e{number}", BEGAN + timedelta(hours=number)) for number in range(7)]
    seen: list[str] = []
    request = pb.ListGridRequest(course=PHOTOS, page_size=2)
    for number in range(40):
        answer = await town.as_(TEACHER).ListGrid(request)
        assert len(answer.rows) <= 2
        seen += [row.enrollment.replace("enrollments", "progress") for row in answer.rows]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
        await town.enrol(f"l{number}", BEGAN + timedelta(hours=number * 2))
    assert len(seen) == len(set(seen))
    assert set(there) <= set(seen)


async def test_a_class_that_came_at_one_moment_is_walked_in_its_index_alone(town: Town) -> None:
    there = [await town.enrol(f"e{number}", BEGAN) for number in range(5)]
    there.append(await town.enrol("late", BEGAN + timedelta(hours=1)))
    await town.database.command({"profile": 2})
    request, seen = pb.ListGridRequest(course=PHOTOS, page_size=2, rows_alone=True), list[str]()
    for _ in range(3):
        answer = await town.as_(TEACHER).ListGrid(request)
        seen += [row.enrollment.replace("enrollments", "progress") for row in answer.rows]
        request.page_token = answer.next_page_token
    await town.database.command({"profile": 0})
    assert (seen, request.page_token) == (there, "")
    noted = await town.database["system.profile"].find({"ns": {"$regex": "records$"}, "command.hint": "grid"}).to_list()
    assert [(each["keysExamined"], each["docsExamined"]) for each in noted] == [(3, 0), (3, 0), (1, 0), (1, 0)]


async def test_a_persons_courses_are_listed_latest_first_page_by_page(town: Town) -> None:
    for number in range(5):
        event = enrolled("kim", BEGAN + timedelta(days=number % 3))
        event.enrollment = f"enrollments/kim-{number}"
        await town.tell(event, f"kim-{number}")
        await town.shows(f"progress/kim-{number}", lambda progress: True)
    request, seen = pb.ListProgressRequest(person=KIM.person, page_size=2), list[pb.Progress]()
    for _ in range(3):
        answer = await town.as_(KIM).ListProgress(request)
        seen += answer.progress
        request.page_token = answer.next_page_token
    assert request.page_token == ""
    assert [one.name[-1] for one in seen] == ["2", "1", "4", "0", "3"]
    assert seen[0].course_title["en"] == "Photos"


async def test_a_list_of_standings_says_the_same_as_the_records_and_what_comes_next(town: Town) -> None:
    name = await town.enrol()
    request = pb.ListStandingsRequest(person=KIM.person)

    async def standing() -> pb.Standing:
        answer: pb.ListStandingsResponse = await town.as_(KIM).ListStandings(request)
        [one] = answer.standings
        return one

    assert (await standing()).next_lesson["en"] == "Look"
    await town.record(KIM, name, opening("try", "c"))
    assert (await standing()).next_lesson["en"] == "Try"
    done = (await town.record(KIM, name, *ALL_STEPS)).progress
    await town.publish(published_course(2, extra=["c"]))

    async def heard() -> bool:
        return (await standing()).newest_version == 2

    await eventually(heard, "the newest version")
    said = await standing()
    assert (said.enrollment, said.course, said.course_title) == (done.enrollment, done.course, done.course_title)
    assert (said.percent, said.complete_time, said.certificate) == (100, done.complete_time, done.certificate.name)
    assert (said.version, said.next_lesson["en"], said.withdrawn) == (1, "More", False)
    await town.record(KIM, name, opening("more", "z"))
    assert not (await standing()).next_lesson


async def test_standings_asked_for_at_once_are_each_persons_own_latest_first(town: Town) -> None:
    lee = person("lee")
    for who in ("kim", "lee"):
        for number in range(3):
            event = enrolled(who, BEGAN + timedelta(days=number))
            event.enrollment = f"enrollments/{who}-{number}"
            await town.tell(event, f"{who}-{number}")
            await town.shows(f"progress/{who}-{number}", lambda progress: True)
    asked = [town.as_(who).ListStandings(pb.ListStandingsRequest(person=who.person)) for who in (KIM, lee, KIM, lee)]
    for who, answer in zip(("kim", "lee") * 2, await asyncio.gather(*asked), strict=True):
        assert [each.enrollment for each in answer.standings] == [f"enrollments/{who}-{n}" for n in (2, 1, 0)]


async def test_one_lesson_is_told_whole_and_a_step_is_answered_with_its_own_lesson(town: Town) -> None:
    name = await town.enrol()
    recorded = (await town.record(KIM, name, *ALL_STEPS)).progress
    whole = await town.as_(KIM).GetProgress(pb.GetProgressRequest(name=name))
    assert recorded.lessons[:] == whole.lessons[:2]
    del recorded.lessons[:]
    recorded.lessons.extend(whole.lessons)
    assert recorded == whole
    seen = await town.as_(KIM).GetProgress(pb.GetProgressRequest(name=name, lesson="try"))
    expected = pb.Progress.FromString(whole.SerializeToString())
    for lesson in expected.lessons:
        if lesson.lesson != "try":
            del lesson.quizzes[:], lesson.opened_screens[:]
    assert seen == expected
    assert whole.lessons[0].opened_screens
    assert whole.lessons[1].quizzes
    later = (await town.record(KIM, name, opening("look", "a"))).progress
    assert later.lessons[:] == whole.lessons[:1]


async def test_whoever_asks_for_an_enrolment_just_made_may_wait_for_it(town: Town) -> None:
    request = pb.GetProgressRequest(name="progress/kim-1", wait=True)
    asked = asyncio.create_task(town.as_(SYSTEM).GetProgress(request))
    await town.tell(enrolled(), "kim-1")
    assert (await asked).name == "progress/kim-1"


async def test_every_query_is_answered_by_an_index(town: Town) -> None:
    records = town.database["records"]
    queries = [
        records.find({"person": KIM.person, "enrol_time": {"$ne": None}}).sort([("enrol_time", -1), ("_id", 1)]),
        records.find({"course": PHOTOS, "enrol_time": {"$ne": None}}).sort([("enrol_time", 1), ("_id", 1)]),
        records.find({"certificate.number": "IEUM-0000-0000-0000-0000"}),
        records.find({"course": PHOTOS, "version": 2, "summary.version": {"$lt": 2}}),
        records.find({"course": PHOTOS}, {"_id": 0, "summary.standing": 1}).hint("course_1_summary.standing_1"),
    ]
    for query in queries:
        plan = str((await query.explain())["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in plan
        assert "'SORT'" not in plan


async def test_of_somebody_erased_the_progress_stays_without_what_was_typed(town: Town) -> None:
    name = await town.enrol()
    number = (await town.record(KIM, name, *ALL_STEPS)).progress.certificate.name
    await town.as_(TEACHER).RevokeCertificate(pb.RevokeCertificateRequest(name=number, reason="Kim told me"))
    totals = await town.as_(TEACHER).GetCourseTotals(pb.GetCourseTotalsRequest(course=PHOTOS))
    before = await town.as_(TEACHER).GetProgress(pb.GetProgressRequest(name=name))
    for _ in range(2):
        await town.tell(PersonErased(person=KIM.person, pseudonym="p", revision=2), "kim")

    async def forgotten() -> bool:
        return await town.database["records"].count_documents({"_id": "kim-1", "erased": True}) == 1

    await eventually(forgotten, "what was typed is gone")
    document = await town.database["records"].find_one({"_id": "kim-1"})
    assert document is not None
    assert "Kim told me" not in str(document)
    answers = [given["answer"] for lesson in document["lessons"] for quiz in lesson["quizzes"]
               for attempt in quiz["attempts"] for given in attempt["answers"]]  # fmt: skip
    assert [*answers, document["position"]] == [{"values": [], "pairs": []}, {"values": [], "pairs": []}, None]
    after = await town.as_(TEACHER).GetProgress(pb.GetProgressRequest(name=name))
    assert (after.percent, after.complete_time, after.certificate.state) == (
        before.percent,
        before.complete_time,
        before.certificate.state,
    )
    assert await town.as_(TEACHER).GetCourseTotals(pb.GetCourseTotalsRequest(course=PHOTOS)) == totals
    with pytest.raises(Missing, match="PROGRESS_NOT_FOUND"):
        await town.record(KIM, name, opening("more", "z"))
    late = enrolled()
    late.enrollment = "enrollments/kim-2"
    await town.tell(late, "kim-2")
    await town.shows("progress/kim-2", lambda progress: True)

    async def forgotten_too() -> bool:
        return await town.database["records"].count_documents({"_id": "kim-2", "erased": True}) == 1

    await eventually(forgotten_too, "what came late is not written to")


async def test_an_answer_to_a_draft_is_graded_as_a_learners_and_only_for_authors(town: Town) -> None:
    number = Item(id="n")
    number.number.value, number.number.tolerance = "1200", "0.5"
    reviewer = person("reviewer", "reviewer")
    for given, verdict in (
        ("1,200", (True, True, "")),
        ("1,201", (True, False, "")),
        ("", (False, False, "ANSWER_EMPTY")),
    ):
        asked = pb.GradeDraftRequest(item=number, answer=pb.Answer(values=[given]))
        for author in (TEACHER, reviewer):
            result = await town.as_(author).GradeDraft(asked)
            assert (result.accepted, result.correct, result.reason) == verdict
            assert list(result.right_answer.values) == ["1200"]
    for who in (KIM, ADMIN):
        with pytest.raises(Forbidden):
            await town.as_(who).GradeDraft(asked)
    with pytest.raises(Invalid, match="NUMBER_MALFORMED"):
        await town.as_(TEACHER).GradeDraft(pb.GradeDraftRequest(item=Item(id="n", number=Number()), answer=pb.Answer()))
    assert await town.database["records"].count_documents({}) == 0
