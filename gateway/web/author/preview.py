"""A draft through the learner's screens. Nothing is recorded; what is pressed is carried by the address alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web
from multidict import MultiDict, MultiMapping

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, locales, page
from gateway.language.i18n import Locale
from gateway.web.author.course import course_of, language_of
from gateway.web.author.form_fields import posted
from gateway.web.course import practice, question_form
from gateway.web.course.practice import practice_of
from gateway.web.course.screen import (
    Reader,
    ScreenPosition,
    ShownBlock,
    blocks_of,
    file_words,
    find_screen,
    list_screens,
    prepare_texts,
)
from gateway.web.course.screen_page import Feedback, LessonLink, ScreenPage, feedback_of
from gateway.web.site.frame import go_to
from ieum.courses.v1.content_pb2 import Content, Item, Option
from ieum.courses.v1.courses_pb2 import GetMediaRequest
from ieum.progress.v1.progress_pb2 import Answer, GradeDraftRequest, StepResult
from services.chassis.errors import Invalid, Missing, Problem
from services.chassis.principal import acting

routes = web.RouteTableDef()
PATH = "/teach/{course}/preview"


@routes.get(PATH)
@routes.get(f"{PATH}/{{lesson}}")
async def begin(request: web.Request) -> web.Response:
    """The first screen of the course, or of the lesson; an empty draft leads back to where it is written."""
    acting().require("instructor", "reviewer")
    course = await course_of(request)
    lesson, root = request.match_info.get("lesson", ""), f"/teach/{request.match_info['course']}"
    language = language_of(request, course.draft)
    ways = [way for way in list_screens(course.draft) if lesson in ("", way[0])]
    if not ways:
        return go_to(f"{root}/lessons/{lesson}#add" if lesson else f"{root}#lessons")
    return go_to(_address(request, *ways[0], language))


@routes.get(f"{PATH}/{{lesson}}/{{screen}}")
async def show(request: web.Request) -> web.Response:
    acting().require("instructor", "reviewer")
    return await _show(request, MultiDict(), answered=False)


@routes.post(f"{PATH}/{{lesson}}/{{screen}}")
async def press(request: web.Request) -> web.Response:
    acting().require("instructor", "reviewer")
    form = await posted(request)
    given = MultiDict((name, value) for name, value in form.items() if isinstance(value, str))
    match given.get("do"):
        case "answer":
            return await _show(request, given, answered=True)
        case "again":
            return go_to(request.path_qs)
        case "walk":
            return await _walk(request, given)
        case _:
            return await _go_on(request)


async def _walk(request: web.Request, given: MultiMapping[str]) -> web.Response:
    course = await course_of(request)
    place = _place(request, course.draft)
    if (task := practice_of(place)) is None or not task.scenes:
        raise Missing("SCREEN_UNKNOWN")
    _, query = await practice.step(request.app[CLIENTS], task, given)
    address = _address(request, place.lesson.id, place.screen.key, language_of(request, course.draft))
    return go_to(f"{address}&{query}")


async def _go_on(request: web.Request) -> web.Response:
    course = await course_of(request)
    language, place = language_of(request, course.draft), _place(request, course.draft)
    following = place.after()
    if following:
        return go_to(_address(request, *following, language))
    ending = "teach" if acting().holds("instructor") else "review"
    return go_to(f"/{ending}/{request.match_info['course']}?lang={language}")


def _place(request: web.Request, content: Content) -> ScreenPosition:
    """A block that joins the screen of another is found there."""
    lesson, key = request.match_info["lesson"], request.match_info["screen"]
    try:
        return find_screen(content, lesson, key)
    except Missing:
        for each in content.lessons:
            for screen in each.screens:
                if each.id == lesson and key in screen.blocks:
                    return find_screen(content, lesson, screen.key)
        raise


def _address(request: web.Request, lesson: str, screen: str, language: str) -> str:
    return f"/teach/{request.match_info['course']}/preview/{lesson}/{screen}?lang={language}"


async def _show(request: web.Request, given: MultiMapping[str], *, answered: bool) -> web.Response:
    course = await course_of(request)
    language, place = language_of(request, course.draft), _place(request, course.draft)
    # What a learner with this language gets, whatever the author's own is.
    own = request[PAGE].locale
    reader = Reader(locales(own.timezone).get(language, own), [language, *course.draft.languages])
    shown = await _with_files(request, reader.locale, blocks_of(reader, place))
    item, feedback = _item_of(place), None
    if item and answered:
        feedback = await _feedback(request, reader, item, question_form.answer_of(item, given))
    screen = _screen_page(request, reader, place, shown, given, feedback=feedback, language=language)
    task = practice_of(place)
    if task and task.scenes:
        clients, again = request.app[CLIENTS], screen.action
        walk = await practice.practice_screen(clients, reader, task, request.query, again)
        screen = replace(screen, practice=walk)
    form_errors = practice.errors(request[PAGE].locale, request.query)
    return page(request, "course/screen_page.html", screen=screen, errors=form_errors)


async def _with_files(
    request: web.Request, locale: Locale, blocks: Sequence[ShownBlock]
) -> list[tuple[ShownBlock, str]]:
    await prepare_texts(blocks)
    found = []
    for each in blocks:
        words = ""
        if each.kind == "file" and each.media:
            try:
                media = await request.app[CLIENTS].courses.GetMedia(GetMediaRequest(name=each.media))
                words = file_words(locale, media)
            except Problem:
                words = ""  # a draft may name what is not there; its gaps say so elsewhere
        found.append((each, words))
    return found


def _item_of(place: ScreenPosition) -> Item | None:
    if not place.quiz:
        return None
    return next((item for item in place.quiz[1].items if item.id == place.screen.item), None)


def _screen_page(
    request: web.Request,
    reader: Reader,
    place: ScreenPosition,
    blocks: list[tuple[ShownBlock, str]],
    given: MultiMapping[str],
    *,
    feedback: Feedback | None,
    language: str,
) -> ScreenPage:
    quiz, before, root = place.quiz, place.before(), f"/teach/{request.match_info['course']}"
    item = _item_of(place)
    home = root if acting().holds("instructor") else f"/review/{request.match_info['course']}"
    return ScreenPage(
        course_title=reader.words(place.content.title),
        lesson_title=reader.words(place.lesson.title),
        lesson_number=place.lesson_number,
        lessons=len(place.content.lessons),
        screen_number=place.screen_number,
        screens=len(place.lesson.screens),
        language="" if language == request[PAGE].locale.language else language,
        action=_address(request, place.lesson.id, place.screen.key, language),
        back=_address(request, *before, language) if before else f"{home}?lang={language}",
        blocks=blocks,
        quiz_title=reader.words(quiz[1].title) if quiz else "",
        question=question_form.question_of(reader, _shuffled(item), given) if item else None,
        attempt=1,
        feedback=feedback,
        outline=[
            LessonLink(
                title=reader.words(lesson.title),
                href=_address(request, lesson.id, lesson.screens[0].key, language) if lesson.screens else "",
                state="now" if lesson.id == place.lesson.id else "",
            )
            for lesson in place.content.lessons
        ],
        recorded=False,
    )


async def _feedback(request: web.Request, reader: Reader, item: Item, answer: Answer) -> Feedback:
    """Graded by the service that grades learners. An item that is still incomplete has no right answer yet."""
    asked = GradeDraftRequest(item=item, answer=answer)
    try:
        verdict = await request.app[CLIENTS].progress.GradeDraft(asked)
    except Invalid:
        verdict = StepResult()
    return feedback_of(reader, item, answer, verdict)


def _shuffled(item: Item) -> Item:
    """Steps and partners stand in the right order in a draft; a learner never meets them so."""
    mixed = Item()
    mixed.CopyFrom(item)
    for options in (mixed.ordering.steps, mixed.matching.right):
        options.sort(key=_mixed)
    return mixed


def _mixed(option: Option) -> bytes:
    return hashlib.sha256(option.id.encode()).digest()
