"""Finds everything that a draft lacks before it can be published, so that authors see all of it at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never
from urllib.parse import urlsplit

from services.courses.domain.content import (
    GAP,
    Block,
    Body,
    Choice,
    Content,
    File,
    Gaps,
    Image,
    Item,
    Lesson,
    Matching,
    Number,
    Option,
    Ordering,
    Quiz,
    ShortText,
    Task,
    Text,
    TrueFalse,
    Video,
    reading,
)
from services.courses.domain.practice import Action, Practice, Scene, endless, unreachable
from services.courses.domain.texts import Texts

MOST_DIGITS = 15
_PLAIN_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
# A page that shows a video, as those of YouTube are, cannot be played as a file.
_VIDEO_ENDINGS = (".mp4", ".m4v", ".webm", ".mov", ".ogv")

# Content types by media name, of all media that exist.
Known = Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    reason: str
    lesson: str = ""
    block: str = ""
    item: str = ""
    language: str = ""


Problems = Iterator[Problem]


def problems_of(content: Content, known: Known) -> tuple[Problem, ...]:
    """All problems in reading order; none means that the draft may be submitted."""
    return tuple(_of_outline(content, known)) + tuple(_of_lessons(content, known))


def _of_outline(content: Content, known: Known) -> Problems:
    if not content.languages:
        yield Problem("LANGUAGES_MISSING")
    yield from _missing(content.title, content, "TITLE_MISSING")
    yield from _missing(content.summary, content, "SUMMARY_MISSING")
    if content.audience is None:
        yield Problem("AUDIENCE_MISSING")
    if content.level is None:
        yield Problem("LEVEL_MISSING")
    if not content.competences:
        yield Problem("COMPETENCES_MISSING")
    if content.cover:
        yield from _of_media({"": content.cover}, content, known, "image/", "COVER")
        yield from _missing(content.cover_alt, content, "COVER_ALT_MISSING")
    yield from _of_rule(content)


def _of_rule(content: Content) -> Problems:
    ids = {lesson.id for lesson in content.lessons}
    if not ids:
        yield Problem("NO_LESSON")
    elif not content.rule.counted_lessons:
        yield Problem("NO_COUNTED_LESSON")
    for lesson in content.rule.counted_lessons:
        if lesson not in ids:
            yield Problem("COUNTED_LESSON_UNKNOWN", lesson=lesson)


def _of_lessons(content: Content, known: Known) -> Problems:
    for lesson in content.lessons:
        yield from (replace(problem, lesson=lesson.id) for problem in _of_lesson(lesson, content, known))


def _of_lesson(lesson: Lesson, content: Content, known: Known) -> Problems:
    yield from _missing(lesson.title, content, "TITLE_MISSING")
    if not lesson.minutes:
        yield Problem("MINUTES_MISSING")
    if not lesson.blocks:
        yield Problem("NO_BLOCK")
    for block in lesson.blocks:
        yield from (replace(problem, block=block.id) for problem in _of_block(block, content, known))


def _of_block(block: Block, content: Content, known: Known) -> Problems:
    body: Body = block.body
    match body:
        case Text():
            yield from _missing(body.markdown, content, "TEXT_MISSING")
        case Image():
            yield from _of_media(body.media, content, known, "image/")
            yield from _missing(body.alt, content, "ALT_MISSING")
        case Video():
            yield from _of_video(body, content, known)
        case File():
            yield from _missing(body.title, content, "TITLE_MISSING")
            yield from _of_media(body.media, content, known, "")
        case Quiz():
            if not body.items:
                yield Problem("NO_ITEM")
            if body.draw and body.draw > len(body.items):
                yield Problem("DRAW_TOO_LARGE")
            for item in body.items:
                yield from (replace(problem, item=item.id) for problem in _of_item(item, content, known))
        case Practice():
            yield from _of_practice(body, content, known)
        case _:
            assert_never(body)


def _of_practice(practice: Practice, content: Content, known: Known) -> Problems:
    yield from _missing(practice.title, content, "TITLE_MISSING")
    yield from _missing(practice.task, content, "TASK_MISSING")
    if not practice.scenes:
        yield Problem("NO_SCENE")
    for scene in practice.scenes:
        yield from (replace(problem, item=scene.id) for problem in _of_scene(scene, practice, content, known))
    yield from (Problem("SCENE_UNREACHABLE", item=scene) for scene in unreachable(practice))
    yield from (Problem("SCENE_WITHOUT_END", item=scene) for scene in endless(practice))


def _of_scene(scene: Scene, practice: Practice, content: Content, known: Known) -> Problems:
    yield from _missing(scene.title, content, "TITLE_MISSING")
    if scene.media:
        yield from _of_media(scene.media, content, known, "image/")
        yield from _missing(scene.alt, content, "ALT_MISSING")
    scenes = {each.id for each in practice.scenes}
    for part in scene.parts:
        yield from _missing(part.text, content, "PART_TEXT_MISSING")
        if part.slip:
            yield from _missing(part.words, content, "SLIP_WORDS_MISSING")
        if part.leads_to and part.leads_to not in scenes:
            yield Problem("SCENE_UNKNOWN")
        if part.action is Action.TYPED:
            if not any(_is_visible(text) for text in part.accepted):
                yield Problem("RIGHT_ANSWER_MISSING")
            yield from _missing(part.otherwise, content, "SLIP_WORDS_MISSING")


def _of_video(video: Video, content: Content, known: Known) -> Problems:
    yield from _missing(video.title, content, "TITLE_MISSING")
    if not video.url:
        yield from _of_media(video.media, content, known, "video/")
    elif not is_https(video.url):
        yield Problem("VIDEO_URL_NOT_HTTPS")
    elif not urlsplit(video.url).path.lower().endswith(_VIDEO_ENDINGS):
        yield Problem("VIDEO_URL_NOT_A_FILE")
    yield from _of_media(video.captions, content, known, "text/vtt", "CAPTIONS")
    yield from _missing(video.transcript, content, "TRANSCRIPT_MISSING")


def _of_item(item: Item, content: Content, known: Known) -> Problems:
    yield from _missing(item.prompt, content, "PROMPT_MISSING")
    yield from _missing(item.explanation, content, "EXPLANATION_MISSING")
    if item.picture:
        yield from _of_media(item.picture.media, content, known, "image/")
        yield from _missing(item.picture.alt, content, "ALT_MISSING")
    yield from _of_task(item.task, content)
    yield from _of_spots(item)


def _of_task(task: Task, content: Content) -> Problems:
    match task:
        case Choice():
            yield from _of_options(task.options, content)
            yield from _of_equal_options(task.options, content)
            yield from _of_right_options(task)
        case Matching():
            yield from _of_options(task.left, content)
            yield from _of_options(task.right, content)
            yield from _of_equal_options(task.left, content)
            yield from _of_equal_options(task.right, content, allow_twins=True)
            rights = {option.id for option in task.right}
            if any(task.correct.get(option.id) not in rights for option in task.left):
                yield Problem("NO_RIGHT_ANSWER")
        case Ordering():
            yield from _of_options(task.steps, content)
            yield from _of_equal_options(task.steps, content, allow_twins=True)
        case ShortText():
            if not any(_is_visible(answer) for answer in task.accepted):
                yield Problem("RIGHT_ANSWER_MISSING")
        case Number():
            yield from _of_number(task)
        case TrueFalse():
            if task.correct is None:
                yield Problem("NO_RIGHT_ANSWER")
        case Gaps():
            yield from _of_gaps(task, content)
        case _:
            assert_never(task)


def _of_spots(item: Item) -> Problems:
    task = item.task
    if not isinstance(task, Choice | Matching) or not task.on_picture:
        return
    if item.picture is None:
        yield Problem("PICTURE_MISSING")
    elif any(option.spot is None for option in (task.options if isinstance(task, Choice) else task.left)):
        yield Problem("SPOT_MISSING")


def _of_gaps(task: Gaps, content: Content) -> Problems:
    """Each gap stands in the text of each language once."""
    yield from _missing(task.text, content, "TEXT_MISSING")
    if not task.gaps:
        yield Problem("NO_GAP")
    if any(not any(_is_visible(text) for text in gap.accepted) for gap in task.gaps):
        yield Problem("RIGHT_ANSWER_MISSING")
    gaps = sorted(gap.id for gap in task.gaps)
    for language in content.languages:
        if (text := task.text.get(language, "")) and sorted(GAP.findall(text)) != gaps:
            yield Problem("GAPS_DIFFER", language=language)


def _of_right_options(choice: Choice) -> Problems:
    right = {option.id for option in choice.options} & set(choice.correct)
    if not right:
        yield Problem("NO_RIGHT_ANSWER")
    elif len(right) > 1 and not choice.multiple:
        yield Problem("TOO_MANY_RIGHT_ANSWERS")


def _of_number(number: Number) -> Problems:
    if not number.value:
        yield Problem("RIGHT_ANSWER_MISSING")
    elif (
        not is_plain_number(number.value)
        or not is_plain_number(number.tolerance or "0")
        or number.tolerance.startswith("-")
    ):
        yield Problem("NUMBER_MALFORMED")


def _of_options(options: tuple[Option, ...], content: Content) -> Problems:
    if len(options) < 2:
        yield Problem("OPTIONS_TOO_FEW")
    missing = [problem for option in options for problem in _missing(option.text, content, "OPTION_TEXT_MISSING")]
    yield from dict.fromkeys(missing)


def _of_equal_options(options: tuple[Option, ...], content: Content, *, allow_twins: bool = False) -> Problems:
    """Options that read the same in a language. Twins read the same in all of them, and are graded as one."""
    if allow_twins:
        options = tuple({_readings(option, content): option for option in options}.values())
    for language in content.languages:
        readings = [read for option in options if (read := reading(option, language))]
        if len(set(readings)) < len(readings):
            yield Problem("OPTIONS_EQUAL", language=language)


def _readings(option: Option, content: Content) -> tuple[str, ...]:
    return tuple(reading(option, language) for language in content.languages)


def _of_media(media: Texts, content: Content, known: Known, kind: str, what: str = "MEDIA") -> Problems:
    """Each language needs a file of its own or the shared one; all files must exist and be of the kind."""
    for language in content.languages:
        if not media.get(language) and not media.get(""):
            yield Problem(f"{what}_MISSING", language=language)
    for language, name in media.items():
        if name not in known:
            yield Problem("MEDIA_UNKNOWN", language=language)
        elif not known[name].startswith(kind):
            yield Problem(f"{what}_WRONG_TYPE", language=language)


def _missing(texts: Texts, content: Content, reason: str) -> Problems:
    for language in _lacking(texts, content.languages):
        yield Problem(reason, language=language)


def _lacking(texts: Texts, languages: Iterable[str]) -> Iterator[str]:
    return (language for language in languages if not texts.get(language, "").strip())


def is_plain_number(text: str) -> bool:
    """Digits with at most one point, and few enough that no arithmetic with them can go wrong."""
    return bool(_PLAIN_NUMBER.fullmatch(text)) and sum(character.isdigit() for character in text) <= MOST_DIGITS


def _is_visible(text: str) -> bool:
    return any(unicodedata.category(character)[0] not in "CZ" for character in text)


def is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
