"""The class as its teachers see it: sorted and filtered, one learner's answers, and what many get wrong."""

from __future__ import annotations

import pytest

from gateway.web.author.grid_view import View, arranged
from ieum.courses.v1.content_pb2 import Content
from ieum.courses.v1.courses_pb2 import Course, Version
from ieum.people.v1.people_pb2 import BatchGetNamesResponse
from ieum.progress.v1 import progress_pb2 as pb
from tests.gateway.author.test_courses import headers, lesson_
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

DAY = 24 * 3600 * 1000
NOW = 1_790_000_000_000
NAMES = {"people/a": "이하늘", "people/b": "박영수", "people/c": "김순자"}


def row(
    person: str, percent: int, seen: int, *, done: bool = False, left: bool = False, cells: bytes = b""
) -> pb.GridRow:
    return pb.GridRow(
        person=f"people/{person}",
        percent=percent,
        last_activity_ms=seen,
        enrol_ms=NOW - 40 * DAY,
        complete_ms=seen if done else 0,
        withdrawn=left,
        cells=cells,
    )


ROWS = [
    row("a", 100, NOW - 30 * DAY, done=True),
    row("b", 50, NOW - 20 * DAY, cells=bytes([pb.UNDER_WAY, 41])),
    row("c", 10, NOW - DAY),
    row("d", 0, 0),
    row("e", 20, NOW - 30 * DAY, left=True),
]


@pytest.mark.parametrize(
    ("view", "persons"),
    [
        (View(sort="name"), "cbade"),
        (View(sort="progress"), "dceba"),
        (View(sort="seen"), "daebc"),
        (View(shown="stopped"), "bd"),
        (View(shown="stuck"), "b"),
        (View(shown="waiting"), "d"),
        (View(shown="learning"), "bc"),
        (View(shown="finished"), "a"),
        (View(shown="left"), "e"),
        (View(name="영수"), "b"),
    ],
)
def test_a_grid_is_sorted_filtered_and_searched(view: View, persons: str) -> None:
    assert "".join(each.person[-1] for each in arranged(ROWS, NAMES, view, NOW)) == persons


async def test_a_learners_page_has_lessons_attempts_and_every_answer(client: Client, fake: Fakes) -> None:
    fake.sign_in("inst", "instructor")
    fake.answers["GetCourse"] = Course(name="courses/c1", teachers=["people/inst"])
    fake.answers["GetVersion"] = Version(content=Content(languages=["ko"], lessons=[lesson_()]))
    fake.answers["BatchGetNames"] = BatchGetNamesResponse(display_names={"people/p1": "한미숙"})
    answer = pb.AnsweredItem(item="i1", answer=pb.Answer(values=["o1"]), right_answer=pb.Answer(values=["o2"]))
    attempt = pb.Attempt(number=1, finished=True, score=0, answers=[answer])
    quiz = pb.QuizProgress(quiz="b2", attempts=[attempt], attempts_left=2)
    lesson = pb.LessonProgress(lesson="l1", state=pb.UNDER_WAY, title={"ko": "첫 차시"}, quizzes=[quiz])
    fake.answers["GetProgress"] = pb.Progress(person="people/p1", version=1, lessons=[lesson])
    answered = await client.get("/teach/c1/grid/e1", headers=headers("inst") | {"Accept-Language": "ko"})
    page = await answered.text()
    for words in ("한미숙", "첫 차시", "어느 것이 맞나요?", "보기 o1", "보기 o2", "1번째: 0%"):
        assert words in page
    assert "2번 더 풀 수 있어요" in page
