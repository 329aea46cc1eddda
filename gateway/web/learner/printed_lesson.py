"""The print version of a lesson, with a QR code that leads to the lesson online."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import segno
from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, page
from gateway.http.auth import VIEWER
from gateway.http.public_url import public_origin
from gateway.web.course.screen import Reader, ScreenPosition, ShownBlock, blocks_of, prepare_texts
from gateway.web.learner.course_progress import find_courses_of
from gateway.web.learner.lesson_screen import content_of
from gateway.web.site.frame import go_to
from ieum.courses.v1.content_pb2 import Content, Lesson
from ieum.courses.v1.courses_pb2 import GetVersionRequest
from ieum.progress.v1.progress_pb2 import GetProgressRequest
from services.chassis.errors import Missing

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Sheet:
    """`path` is the path of the lesson online, `address` its full URL, `code` the URL as a QR code."""

    course_title: str
    course_path: str
    title: str
    number: int
    lessons: int
    minutes: int
    language: str
    blocks: Sequence[ShownBlock]
    questions: int
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
    content = (await request.app[CLIENTS].courses.GetVersion(GetVersionRequest(name=name))).content
    path = URL(f"/courses/{info['course']}/lessons") / info["lesson"]
    address = URL(public_origin(request)).join(path)
    reader = Reader(request[PAGE].locale, content.languages)
    sheet = sheet_of(reader, content, info, str(path), str(address))
    await prepare_texts(sheet.blocks)
    return page(request, "learner/printed_lesson.html", sheet=sheet)


def sheet_of(reader: Reader, content: Content, path_parts: Mapping[str, str], path: str, address: str) -> Sheet:
    number, lesson = _numbered(content, path_parts["lesson"])
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
        questions=sum(len(block.quiz.items) for block in lesson.blocks),
        path=path,
        address=address,
        code=segno.make(address, error="m", micro=False).svg_data_uri(border=4),
    )


def _numbered(content: Content, lesson: str) -> tuple[int, Lesson]:
    matching = next(((number, each) for number, each in enumerate(content.lessons, 1) if each.id == lesson), None)
    if matching is None:
        raise Missing("LESSON_NOT_FOUND")
    return matching
