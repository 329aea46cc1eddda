"""Labels of the authors' pages: the state of a course, its gaps with links to them, names of parts and kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.backend.names import id_of
from gateway.http.errors import message
from gateway.language.i18n import LANGUAGES, Locale, msgid
from gateway.web.course.screen_keys import key_of
from ieum.courses.v1 import courses_pb2
from ieum.courses.v1.content_pb2 import Block, Content, Lesson
from ieum.courses.v1.courses_pb2 import Course, Problem
from services.chassis.errors import Invalid

BLOCKS: Mapping[str, str] = {
    "text": msgid("Text"),
    "image": msgid("Picture"),
    "video": msgid("Video"),
    "file": msgid("Hand-out"),
    "quiz": msgid("Quiz"),
    "practice": msgid("Exercise"),
}
ITEMS: Mapping[str, str] = {
    "choice": msgid("One right answer"),
    "multiple": msgid("Several right answers"),
    "true_false": msgid("True or false"),
    "short_text": msgid("A word or short text"),
    "gaps": msgid("Text with gaps"),
    "number": msgid("A number"),
    "matching": msgid("Match pairs"),
    "ordering": msgid("Put in order"),
    "hotspot": msgid("Find the place on a picture"),
    "placement": msgid("Put in place on a picture"),
}


_BEGINNING = 40


@dataclass(frozen=True)
class State:
    text: str
    kind: str


@dataclass(frozen=True)
class Gap:
    """Something that a draft lacks; `href` leads to the control that supplies it."""

    text: str
    href: str
    lesson: str = ""


def state_of(locale: Locale, course: Course) -> State:
    gettext = locale.gettext
    if course.retired:
        return State(gettext("Retired"), "plain")
    if course.review_state == courses_pb2.IN_REVIEW:
        return State(gettext("In review"), "warning")
    if course.review_state == courses_pb2.SENT_BACK:
        return State(gettext("Sent back with a note"), "error")
    if not course.published_version:
        return State(gettext("Draft"), "plain")
    if course.review_state == courses_pb2.UP_TO_DATE:
        return State(gettext("Published, version %(number)s") % {"number": course.published_version}, "")
    return State(gettext("Changes not published yet"), "information")


def title_of(locale: Locale, content: Content | Lesson, *languages: str) -> str:
    return locale.pick(content.title, *languages)[0] or locale.gettext("Without a title")


def language_name(language: str) -> str:
    return LANGUAGES.get(language, language)


def block_words(locale: Locale, block: Block, position: int) -> str:
    """Position from 1."""
    kind = BLOCKS[block.WhichOneof("body") or "text"]
    return f"{position}. {locale.gettext(kind)}"


def address(course: str, lesson: str = "", language: str = "", place: str = "") -> str:
    """Of the page where a course, or a lesson of it, is written."""
    path = f"/teach/{id_of(course)}" + (f"/lessons/{lesson}" if lesson else "")
    return path + (f"?lang={language}" if language else "") + (f"#{place}" if place else "")


def practice_address(course: str, lesson: str, block: str, language: str = "", place: str = "") -> str:
    """Of the page where a practice task is written."""
    path = f"{address(course, lesson)}/practice/{block}"
    return path + (f"?lang={language}" if language else "") + (f"#{place}" if place else "")


FIELDS: Mapping[str, str] = {
    "TITLE_MISSING": "title",
    "SUMMARY_MISSING": "summary",
    "LANGUAGES_MISSING": "languages",
    "AUDIENCE_MISSING": "audience",
    "COMPETENCES_MISSING": "competences",
    "LEVEL_MISSING": "level",
    "COVER_ALT_MISSING": "cover_alt",
    "MINUTES_MISSING": "minutes",
    "TASK_MISSING": "task",
    "NO_LESSON": "lessons",
    "NO_COUNTED_LESSON": "counted",
    "COUNTED_LESSON_UNKNOWN": "counted",
    "NO_BLOCK": "add",
    "ALT_MISSING": "alt",
    "TEXT_MISSING": "markdown",
    "GAPS_DIFFER": "text",
    "NO_GAP": "text",
    "DRAW_TOO_LARGE": "draw",
    "PICTURE_MISSING": "file",
    "TRANSCRIPT_MISSING": "transcript",
    "CAPTIONS_MISSING": "captions",
    "CAPTIONS_WRONG_TYPE": "captions",
    "MEDIA_MISSING": "file",
    "MEDIA_UNKNOWN": "file",
    "MEDIA_WRONG_TYPE": "file",
    "VIDEO_URL_NOT_HTTPS": "url",
    "VIDEO_URL_NOT_A_FILE": "url",
    "PROMPT_MISSING": "prompt",
    "EXPLANATION_MISSING": "explanation",
}


def field_of(problem: Problem) -> str:
    """The name of the control that a problem is about."""
    control = "text" if problem.item and problem.reason == "TEXT_MISSING" else FIELDS.get(problem.reason, "")
    return key_of(problem.block, problem.item, control) or "title"


def gaps_of(locale: Locale, course: Course) -> Sequence[Gap]:
    lessons = {lesson.id: (number, lesson) for number, lesson in enumerate(course.draft.lessons, start=1)}
    return [_gap(locale, course, problem, lessons) for problem in course.problems]


def _gap(locale: Locale, course: Course, problem: Problem, lessons: Mapping[str, tuple[int, Lesson]]) -> Gap:
    words = message(locale, Invalid(problem.reason))
    where = []
    within = lessons.get(problem.lesson) if problem.reason != "COUNTED_LESSON_UNKNOWN" else None
    if within:
        where = _where(locale, course.draft, problem, *within)
    if problem.language:
        words = f"{words} ({language_name(problem.language)})"
    text = f"{' · '.join(where)}: {words}" if where else words
    lesson = within[1].id if within else ""
    if within and _is_practice(within[1], problem.block):
        place = problem.item or FIELDS.get(problem.reason, "title")
        return Gap(text, practice_address(course.name, lesson, problem.block, problem.language, place), lesson)
    return Gap(text, address(course.name, lesson, problem.language, field_of(problem)), lesson)


def _is_practice(lesson: Lesson, block: str) -> bool:
    return any(each.id == block and each.WhichOneof("body") == "practice" for each in lesson.blocks)


def _where(locale: Locale, content: Content, problem: Problem, number: int, lesson: Lesson) -> list[str]:
    lesson_words = locale.gettext("Lesson %(number)s, %(title)s")
    where = [lesson_words % {"number": number, "title": title_of(locale, lesson, *content.languages)}]
    for position, block in enumerate(lesson.blocks, start=1):
        if block.id == problem.block:
            where.append(block_words(locale, block, position))
            items = [item.id for item in block.quiz.items]
            scenes = [scene.id for scene in block.practice.scenes]
            if problem.item in scenes:
                where.append(locale.gettext("Scene %(number)s") % {"number": scenes.index(problem.item) + 1})
            if problem.item in items:
                where.append(locale.gettext("Question %(number)s") % {"number": items.index(problem.item) + 1})
    return where


def open_places(course: Course, lesson: Lesson) -> frozenset[str]:
    """The parts and questions that lack something, which the editor shows unfolded. A part alone is unfolded too."""
    places = {lesson.blocks[0].id} if len(lesson.blocks) == 1 else set()
    for problem in course.problems:
        if problem.lesson == lesson.id:
            places |= {problem.block, key_of(problem.block, problem.item)}
    return frozenset(places)


def part_words(locale: Locale, block: Block, *languages: str) -> str:
    """How a folded part begins, in a few words."""
    kind = block.WhichOneof("body") or "text"
    body = getattr(block, kind)
    texts = {"text": "markdown", "image": "alt"}.get(kind, "title")
    words = " ".join(locale.pick(getattr(body, texts), *languages)[0].replace("#", " ").split())
    if kind == "quiz":
        count = locale.ngettext("%(num)s question", "%(num)s questions", len(body.items)) % {"num": len(body.items)}
        return f"{words} · {count}" if words else count
    return words if len(words) <= _BEGINNING else f"{words[:_BEGINNING]}…"
