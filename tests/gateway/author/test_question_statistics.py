from __future__ import annotations

import pytest

from gateway.html.render import locales
from gateway.web.author.question_statistics import ADVICE, questions_of
from ieum.courses.v1.content_pb2 import Content
from ieum.courses.v1.courses_pb2 import Course, Version
from ieum.progress.v1 import progress_pb2 as pb
from tests.gateway.author.test_courses import headers, lesson_
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes


def content() -> Content:
    lesson = lesson_()
    copy = lesson.blocks[1].quiz.items.add(id="i2", points=1)
    copy.prompt["ko"] = "둘째 문제"
    return Content(languages=["ko"], lessons=[lesson])


RESULTS = [
    pb.ItemResult(lesson="l1", quiz="b2", item="i1", answers=10, wrong=2),
    pb.ItemResult(lesson="l1", quiz="b2", item="i2", answers=4, wrong=3),
    pb.ItemResult(lesson="l1", quiz="gone", item="i1", answers=9, wrong=9),
]


def test_questions_are_listed_by_their_share_of_wrong_answers() -> None:
    questions = questions_of(locales()["ko"], content(), RESULTS)
    assert [(each.prompt, each.wrong, each.answers) for each in questions] == [
        ("둘째 문제", 3, 4),
        ("어느 것이 맞나요?", 2, 10),
    ]
    assert [(each.discrimination, each.seconds) for each in questions] == [(None, None)] * 2


def test_a_question_to_look_at_comes_first_and_says_why() -> None:
    looked_at = pb.ItemResult(lesson="l1", quiz="b2", item="i1", answers=30, wrong=1, hints=[pb.TOO_EASY])
    first, second = questions_of(locales()["en"], content(), [looked_at, RESULTS[1]])
    assert first.advice == [ADVICE[pb.TOO_EASY]]
    assert second.advice == []


@pytest.mark.parametrize("hint", pb.ItemHint.values()[1:], ids=pb.ItemHint.keys()[1:])
def test_every_reason_to_look_at_a_question_has_its_words(hint: pb.ItemHint.ValueType) -> None:
    assert ADVICE[hint]


async def test_page_and_csv_show_the_same_figures(client: Client, fake: Fakes) -> None:
    fake.sign_in("inst", "instructor")
    fake.answers["GetCourse"] = Course(name="courses/c1", teachers=["people/inst"])
    fake.answers["GetVersion"] = Version(content=content())
    wrong = pb.WrongAnswer(answer=pb.Answer(values=["o1"]), count=17)
    result = pb.ItemResult(lesson="l1", quiz="b2", item="i1", answers=40, wrong=21, discrimination=-0.125, seconds=45)
    result.wrong_answers.append(wrong)
    result.hints.append(pb.LIKELY_MISKEYED)
    fake.answers["ListItemResults"] = pb.ListItemResultsResponse(results=[result])
    ask = headers("inst") | {"Accept-Language": "en"}
    page = await (await client.get("/teach/c1/questions", headers=ask)).text()
    for words in (
        "21 of 40 wrong",
        "-0.12",
        "45 s",
        "보기 o1",
        "(17)",
        "Is the answer that counts as right really right?",
    ):
        assert words in page
    sheet = await (await client.get("/teach/c1/questions.csv", headers=ask)).text()
    assert sheet.splitlines()[1].startswith(
        "어느 것이 맞나요?,First lesson,40,21,-0.12,45,보기 o1,17,Learners who did well"
    )
