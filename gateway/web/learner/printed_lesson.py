"""The print version of a lesson, with a QR code that leads to the lesson online."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import segno
from aiohttp import web
from multidict import MultiDict
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.names import id_of
from gateway.html.render import PAGE, page
from gateway.http.auth import VIEWER
from gateway.http.public_url import public_origin
from gateway.web.course.question_form import Question, in_words, question_of
from gateway.web.course.screen import Reader, ScreenPosition, ShownBlock, blocks_of, prepare_texts
from gateway.web.learner.course_progress import find_courses_of
from gateway.web.learner.lesson_screen import content_of
from gateway.web.site.frame import go_to
from ieum.courses.v1.content_pb2 import Content, Item, Lesson
from ieum.courses.v1.courses_pb2 import GetVersionRequest, SearchCatalogRequest
from ieum.progress.v1.progress_pb2 import Answer, GetProgressRequest
from services.chassis.errors import Missing

_SHORT = 6
_ALL = 1000

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Sheet:
    """`path` is the path of the lesson online, `address` a short URL of it, `code` its full URL as a QR code.

    `answers` are the right ones, for whoever teaches; none for others.
    """

    course_title: str
    course_path: str
    title: str
    number: int
    lessons: int
    minutes: int
    language: str
    blocks: Sequence[ShownBlock]
    questions: Sequence[Question]
    answers: Sequence[Sequence[str]]
    path: str
    address: str
    code: str


@routes.get("/courses/{course}/lessons/{lesson}")
async def open_lesson(request: web.Request) -> web.Response:
    """Redirect a learner of the course to the lesson's first screen, everybody else to the course."""
    clients, viewer = request.app[CLIENTS], request[VIEWER]
    course = f"courses/{request.match_info['course']}"
    mine = await find_courses_of(clients, request[PAGE].locale, viewer.person if viewer else "")
    if (standing := mine.of_course(course)) is None:
        return go_to(f"/{course}")
    progress = await clients.progress.GetProgress(GetProgressRequest(name=f"progress/{standing.enrollment}"))
    _, lesson = _numbered(await content_of(clients, progress), request.match_info["lesson"])
    return go_to(f"{standing.href}/{lesson.id}/{lesson.screens[0].key}" if lesson.screens else standing.href)


@routes.get("/courses/{course}/lessons/{lesson}/sheet")
async def show(request: web.Request) -> web.Response:
    info = request.match_info
    name = f"courses/{info['course']}/versions/current"
    version = await request.app[CLIENTS].courses.GetVersion(GetVersionRequest(name=name))
    content = version.content
    reader = Reader(request[PAGE].locale, content.languages)
    sheet = sheet_of(reader, content, info, URL(public_origin(request)))
    if (viewer := request[VIEWER]) and (viewer.holds("instructor") or viewer.holds("reviewer")):
        with_answers = await request.app[CLIENTS].contents.with_answers(version.name)
        items = _items(_numbered(with_answers, info["lesson"])[1])
        sheet = replace(sheet, answers=[in_words(reader, item, right_answer(item)) for item in items])
    await prepare_texts(sheet.blocks)
    return page(request, "learner/printed_lesson.html", sheet=sheet)


@routes.get("/s/{course:[0-9a-z]{1,6}}-{number:[0-9]{1,3}}")
async def open_short_address(request: web.Request) -> web.Response:
    """The address on paper: the beginning of the course's id, and the number of the lesson."""
    clients, info = request.app[CLIENTS], request.match_info
    catalogue = await clients.courses.SearchCatalog(SearchCatalogRequest(page_size=_ALL))
    courses = [entry.course for entry in catalogue.entries if id_of(entry.course).startswith(info["course"])]
    if len(courses) != 1:
        return go_to("/courses")
    content = (await clients.courses.GetVersion(GetVersionRequest(name=f"{courses[0]}/versions/current"))).content
    lessons = [lesson.id for number, lesson in enumerate(content.lessons, 1) if number == int(info["number"])]
    return go_to(f"/{courses[0]}/lessons/{lessons[0]}" if lessons else f"/{courses[0]}")


def sheet_of(reader: Reader, content: Content, path_parts: Mapping[str, str], origin: URL) -> Sheet:
    number, lesson = _numbered(content, path_parts["lesson"])
    path = URL(f"/courses/{path_parts['course']}/lessons") / path_parts["lesson"]
    short = URL(f"/s/{path_parts['course'].partition('-')[0][:_SHORT]}-{number}")
    screens = [ScreenPosition(content, lesson, screen, number, at) for at, screen in enumerate(lesson.screens, 1)]
    return Sheet(
        course_title=reader.words(content.title),
        course_path=f"/courses/{path_parts['course']}",
        title=reader.words(lesson.title),
        number=number,
        lessons=len(content.lessons),
        minutes=lesson.minutes,
        language=reader.language,
        blocks=[block for screen in screens for block in blocks_of(reader, screen)],
        questions=[question_of(reader, item, MultiDict()) for item in _items(lesson)],
        answers=(),
        path=str(path),
        address=str(origin.join(short)).partition("://")[2],
        code=segno.make(str(origin.join(path)), error="m", micro=False).svg_data_uri(border=4),
    )


def _items(lesson: Lesson) -> list[Item]:
    return [item for block in lesson.blocks for item in block.quiz.items]


def right_answer(item: Item) -> Answer:
    """Of an item that has its answers."""
    match item.WhichOneof("kind"):
        case "choice":
            return Answer(values=item.choice.correct)
        case "true_false":
            return Answer(values=["true" if item.true_false.correct else "false"])
        case "short_text":
            return Answer(values=item.short_text.accepted[:1])
        case "number":
            return Answer(values=[item.number.value])
        case "matching":
            return Answer(pairs=item.matching.correct)
        case "gaps":
            return Answer(pairs={gap.id: gap.accepted[0] for gap in item.gaps.gaps if gap.accepted})
        case _:
            return Answer(values=[step.id for step in item.ordering.steps])


def _numbered(content: Content, lesson: str) -> tuple[int, Lesson]:
    matching = next(((number, each) for number, each in enumerate(content.lessons, 1) if each.id == lesson), None)
    if matching is None:
        raise Missing("LESSON_NOT_FOUND")
    return matching
