"""The first lesson of a course for whoever has no account. Nothing is recorded: an answer is in the address alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiMapping

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, page
from gateway.http import errors
from gateway.http.form import read_texts
from gateway.web.course import practice, question_form
from gateway.web.course.practice import practice_of
from gateway.web.course.screen import Reader, ScreenPosition, ShownBlock, blocks_of, find_screen, prepare_texts
from gateway.web.course.screen_page import Feedback, ScreenPage, feedback_of
from gateway.web.site.frame import go_to
from ieum.courses.v1.content_pb2 import Content, Item
from ieum.courses.v1.courses_pb2 import GetVersionRequest
from ieum.progress.v1.progress_pb2 import GradeDraftRequest
from services.chassis.errors import Invalid, Missing
from services.chassis.principal import SYSTEM, acting_as

PATH = "/courses/{course}/try/{screen}"

routes = web.RouteTableDef()


@routes.get(PATH)
async def show(request: web.Request) -> web.Response:
    version, place = await _place(request)
    if "end" in request.query:
        return page(request, "learner/first_lesson_end.html", course=_course(request))
    reader = Reader(request[PAGE].locale, place.content.languages)
    item, feedback, form_errors = _item(place), None, {}
    if item and "answered" in request.query:
        try:
            feedback = await _feedback(request, reader, version, place, request.query)
        except Invalid as problem:
            form_errors = {question_form.FIELD: errors.message(reader.locale, problem)}
    shown = blocks_of(reader, place)
    await prepare_texts(shown)
    screen = _screen_page(request, reader, place, shown, feedback)
    if practice_of(place):
        clients = request.app[CLIENTS]
        task = practice.with_answers(await clients.contents.with_answers(version), place)
        walk = await practice.practice_screen(clients, reader, task, request.query, request.path)
        screen = replace(screen, practice=walk)
        form_errors = dict(practice.errors(reader.locale, request.query))
    return page(request, "course/screen_page.html", screen=screen, errors=form_errors)


@routes.post(PATH)
async def press(request: web.Request) -> web.Response:
    version, place = await _place(request)
    form = await read_texts(request, longest=practice.longest)
    if form.get("do") == "walk" and practice_of(place):
        clients = request.app[CLIENTS]
        task = practice.with_answers(await clients.contents.with_answers(version), place)
        return go_to(f"{request.path}?{(await practice.step(clients, task, form))[1]}")
    if form.get("do") == "answer" and (item := _item(place)):
        fields = [("answered", "1"), *question_form.typed_in(item, form)]
        return go_to(f"{request.path}?{urlencode(fields)}")
    after = place.after()
    if after and after[0] == place.lesson.id:
        return go_to(f"{_course(request)}/try/{after[1]}")
    return go_to(f"{request.path}?end=1")


def _course(request: web.Request) -> str:
    return f"/courses/{request.match_info['course']}"


async def _place(request: web.Request) -> tuple[str, ScreenPosition]:
    """The name of the version, and the screen; a later lesson is not open to strangers."""
    name = f"{_course(request)[1:]}/versions/current"
    version = await request.app[CLIENTS].courses.GetVersion(GetVersionRequest(name=name))
    first = next((lesson for lesson in version.content.lessons if lesson.screens), None)
    if first is None or version.retired:
        raise Missing("SCREEN_UNKNOWN")
    return version.name, find_screen(version.content, first.id, request.match_info["screen"])


def _item(place: ScreenPosition) -> Item | None:
    quiz = place.quiz
    return next((item for item in quiz[1].items if item.id == place.screen.item), None) if quiz else None


async def _feedback(
    request: web.Request, reader: Reader, version: str, place: ScreenPosition, given: MultiMapping[str]
) -> Feedback | None:
    """Graded by the service that grades learners. The first lesson is practice, so its answers may be known."""
    clients = request.app[CLIENTS]
    content: Content = await clients.contents.with_answers(version)
    item = _item(replace(place, content=content, lesson=find_screen(content, place.lesson.id, place.screen.key).lesson))
    if item is None:
        return None
    answer = question_form.answer_of(item, given)
    with acting_as(SYSTEM):
        verdict = await clients.progress.GradeDraft(GradeDraftRequest(item=item, answer=answer))
    return feedback_of(reader, item, answer, verdict)


def _screen_page(
    request: web.Request, reader: Reader, place: ScreenPosition, blocks: Sequence[ShownBlock], feedback: Feedback | None
) -> ScreenPage:
    quiz, item = place.quiz, _item(place)
    before = place.before()
    return ScreenPage(
        course_title=reader.words(place.content.title),
        lesson_title=reader.words(place.lesson.title),
        lesson_number=place.lesson_number,
        lessons=len(place.content.lessons),
        screen_number=place.screen_number,
        screens=len(place.lesson.screens),
        language=reader.language,
        action=f"{_course(request)}/try/{place.screen.key}",
        back=f"{_course(request)}/try/{before[1]}" if before else _course(request),
        blocks=[(block, "") for block in blocks],
        quiz_title=reader.words(quiz[1].title) if quiz else "",
        question=question_form.question_of(reader, item, request.query) if item else None,
        attempt=1,
        feedback=feedback,
        recorded=False,
        trial=True,
    )
