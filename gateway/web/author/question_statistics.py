"""How the questions of a course work, over the first answers of all learners; as a page and as CSV."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.documents import csv
from gateway.documents.csv import Cell
from gateway.html.render import PAGE, page
from gateway.http import csv_download
from gateway.http.auth import signed_in
from gateway.language.i18n import Locale, msgid
from gateway.web.author.course import course_of
from gateway.web.author.labels import title_of
from gateway.web.author.learner import Place, content_of, items_of
from gateway.web.course import question_form
from gateway.web.course.screen import Reader
from ieum.courses.v1.content_pb2 import Content, Item
from ieum.courses.v1.courses_pb2 import Course
from ieum.progress.v1.progress_pb2 import ItemHint, ItemResult, ListItemResultsRequest

routes = web.RouteTableDef()

ADVICE: Mapping[ItemHint.ValueType, str] = {
    ItemHint.LIKELY_MISKEYED: msgid(
        "Learners who did well otherwise got this wrong. Is the answer that counts as right really right?"
    ),
    ItemHint.TRAP: msgid("One wrong answer was given more often than the right one. Is it perhaps right as well?"),
    ItemHint.UNCLEAR: msgid("Several learners said that it is unclear. Read it as somebody would who is new to it."),
    ItemHint.TOO_HARD: msgid("Most got this wrong. Is the question clear, and does the lesson say the answer?"),
    ItemHint.TELLS_LITTLE: msgid("It does not tell who has understood. Ask for what matters, or word it more clearly."),
    ItemHint.TOO_EASY: msgid("Nearly everybody knows this. It may stay to encourage, or make room for another one."),
}


@dataclass(frozen=True)
class WrongAnswer:
    words: str
    count: int


@dataclass(frozen=True)
class Question:
    """`discrimination` and `seconds` are None where too few have answered."""

    lesson: str
    lesson_id: str
    prompt: str
    answers: int
    wrong: int
    discrimination: float | None
    seconds: int | None
    wrong_answers: Sequence[WrongAnswer]
    advice: Sequence[str]
    unclear: int = 0
    """Learners who said so; 0 where they are few."""


def questions_of(locale: Locale, content: Content, results: Sequence[ItemResult]) -> list[Question]:
    """The questions of this version that were answered: those to look at first, then by share of wrong answers."""
    titles = {lesson.id: title_of(locale, lesson, *content.languages) for lesson in content.lessons}
    counted: dict[Place, ItemResult] = {(each.lesson, each.quiz, each.item): each for each in results}
    reader = Reader(locale, list(content.languages))
    questions = [
        _question(reader, titles[place[0]], item, counted[place])
        for place, item in items_of(content).items()
        if place in counted
    ]
    return sorted(questions, key=lambda each: (not each.advice, -each.wrong / each.answers, -each.wrong))


def _question(reader: Reader, lesson: str, item: Item, result: ItemResult) -> Question:
    return Question(
        lesson=lesson,
        lesson_id=result.lesson,
        prompt=reader.words(item.prompt),
        answers=result.answers,
        wrong=result.wrong,
        discrimination=result.discrimination if result.HasField("discrimination") else None,
        seconds=result.seconds if result.HasField("seconds") else None,
        wrong_answers=[
            WrongAnswer(", ".join(question_form.in_words(reader, item, each.answer)), each.count)
            for each in result.wrong_answers
        ],
        unclear=result.unclear,
        advice=[reader.locale.gettext(ADVICE[hint]) for hint in result.hints if hint in ADVICE],
    )


async def _questions(request: web.Request) -> tuple[Course, list[Question]]:
    signed_in(request, "instructor")
    course = await course_of(request)
    answer = await request.app[CLIENTS].progress.ListItemResults(ListItemResultsRequest(course=course.name))
    content = await content_of(request, f"{course.name}/versions/current")
    return course, questions_of(request[PAGE].locale, content, answer.results)


@routes.get("/teach/{course}/questions")
async def show_questions(request: web.Request) -> web.Response:
    course, questions = await _questions(request)
    return page(
        request,
        "author/questions.html",
        here=f"/teach/{request.match_info['course']}",
        course_title=title_of(request[PAGE].locale, course.draft, *course.draft.languages),
        look_at=[each for each in questions if each.advice],
        questions=questions,
    )


@routes.get("/teach/{course}/questions.csv")
async def download_questions(request: web.Request) -> web.StreamResponse:
    _, questions = await _questions(request)
    gettext = request[PAGE].locale.gettext

    async def text() -> AsyncIterator[str]:
        yield csv.lines(_rows(gettext("Lesson"), questions, request[PAGE].locale))

    return await csv_download.stream(request, f"questions-{request.match_info['course']}.csv", text())


def _rows(lesson: str, questions: Sequence[Question], locale: Locale) -> Iterator[Sequence[Cell]]:
    gettext = locale.gettext
    yield (
        *(gettext("Question"), lesson, gettext("Answers"), gettext("Wrong"), gettext("Discrimination")),
        *(gettext("Half needed at most (seconds)"), gettext("Most frequent wrong answer"), gettext("Given by")),
        *(gettext("Why to look at it"), gettext("Called unclear by")),
    )
    for each in questions:
        wrong = each.wrong_answers[0] if each.wrong_answers else None
        yield (
            *(each.prompt, each.lesson, each.answers, each.wrong),
            "" if each.discrimination is None else f"{each.discrimination:.2f}",
            "" if each.seconds is None else each.seconds,
            *((wrong.words, wrong.count) if wrong else ("", "")),
            *(" ".join(each.advice), each.unclear or ""),
        )
