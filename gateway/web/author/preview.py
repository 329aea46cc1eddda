"""A draft through the learner's screens. Nothing is recorded; what is pressed is carried by the address alone."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from aiohttp import web
from multidict import MultiDict, MultiMapping

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, locales, page
from gateway.language.i18n import Locale
from gateway.web.author.course import course_of, language_of
from gateway.web.author.form_fields import posted
from gateway.web.course import question_form
from gateway.web.course.screen import Place, Reader, Shown, blocks_of, file_words, place_of, ways_through
from gateway.web.course.screen_page import Feedback, LessonLink, ScreenPage
from gateway.web.site.frame import go_to
from ieum.courses.v1.content_pb2 import Content, Item, Option
from ieum.courses.v1.courses_pb2 import GetMediaRequest
from ieum.progress.v1.progress_pb2 import Answer
from services.chassis.errors import Missing, Problem
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
    ways = [way for way in ways_through(course.draft) if lesson in ("", way[0])]
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
        case _:
            return await _go_on(request)


async def _go_on(request: web.Request) -> web.Response:
    course = await course_of(request)
    language, place = language_of(request, course.draft), _place(request, course.draft)
    following = place.after()
    if following:
        return go_to(_address(request, *following, language))
    ending = "teach" if acting().holds("instructor") else "review"
    return go_to(f"/{ending}/{request.match_info['course']}?lang={language}")


def _place(request: web.Request, content: Content) -> Place:
    """A block that joins the screen of another is found there."""
    lesson, key = request.match_info["lesson"], request.match_info["screen"]
    try:
        return place_of(content, lesson, key)
    except Missing:
        for each in content.lessons:
            for screen in each.screens:
                if each.id == lesson and key in screen.blocks:
                    return place_of(content, lesson, screen.key)
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
    screen = _screen_page(request, reader, place, shown, given, answered=answered, language=language)
    return page(request, "course/screen_page.html", screen=screen)


async def _with_files(request: web.Request, locale: Locale, blocks: Iterable[Shown]) -> list[tuple[Shown, str]]:
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


def _screen_page(
    request: web.Request,
    reader: Reader,
    place: Place,
    blocks: list[tuple[Shown, str]],
    given: MultiMapping[str],
    *,
    answered: bool,
    language: str,
) -> ScreenPage:
    quiz, before, root = place.quiz, place.before(), f"/teach/{request.match_info['course']}"
    item = next((each for each in quiz[1].items if each.id == place.screen.item), None) if quiz else None
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
        feedback=_feedback(reader, item, question_form.answer_of(item, given)) if item and answered else None,
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


def _feedback(reader: Reader, item: Item, answer: Answer) -> Feedback:
    correct = is_right(item, answer)
    return Feedback(
        correct=correct,
        answer=question_form.in_words(reader, item, answer),
        right_answer=[] if correct else question_form.in_words(reader, item, right_answer(item)),
        explanation=reader.words(item.explanation),
        ordered=question_form.kind_of(item) == "ordering",
    )


def _shuffled(item: Item) -> Item:
    """Steps and partners stand in the right order in a draft; a learner never meets them so."""
    mixed = Item()
    mixed.CopyFrom(item)
    for options in (mixed.ordering.steps, mixed.matching.right):
        options.sort(key=_mixed)
    return mixed


def _mixed(option: Option) -> bytes:
    return hashlib.sha256(option.id.encode()).digest()


def right_answer(item: Item) -> Answer:
    match item.WhichOneof("kind"):
        case "choice":
            return Answer(values=item.choice.correct)
        case "true_false":
            return Answer(values=["true" if item.true_false.correct else "false"])
        case "short_text":
            return Answer(values=item.short_text.accepted)
        case "number":
            return Answer(values=[item.number.value])
        case "matching":
            return Answer(pairs=item.matching.correct)
        case _:
            return Answer(values=[step.id for step in item.ordering.steps])


def is_right(item: Item, answer: Answer) -> bool:
    """As learners are judged, near enough for an author to see both outcomes; what counts is progress's verdict."""
    right = right_answer(item)
    match item.WhichOneof("kind"):
        case "choice":
            return set(answer.values) == set(right.values)
        case "short_text":
            return bool(answer.values) and _plain(answer.values[0]) in map(_plain, right.values)
        case "number":
            return bool(answer.values) and _is_near(answer.values[0], item.number.value, item.number.tolerance)
        case "matching":
            return dict(answer.pairs) == {left.id: right.pairs[left.id] for left in item.matching.left}
        case _:
            return list(answer.values) == list(right.values)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(".,!?\"'")


def _is_near(given: str, value: str, tolerance: str) -> bool:
    try:
        numbers = [Decimal(unicodedata.normalize("NFKC", text or "0").strip()) for text in (given, value, tolerance)]
    except InvalidOperation:
        return False
    return abs(numbers[0] - numbers[1]) <= numbers[2]
