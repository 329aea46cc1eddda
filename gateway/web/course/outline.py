"""The page of a published course: what it contains and how to complete it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.language.i18n import Locale
from gateway.web.course import card
from ieum.courses.v1.content_pb2 import Content, Lesson
from ieum.courses.v1.courses_pb2 import Version


@dataclass(frozen=True)
class LessonLine:
    id: str
    title: str
    minutes: int
    counted: bool
    has_quiz: bool


@dataclass(frozen=True)
class CoursePage:
    name: str
    title: str
    summary: str
    language: str
    cover: str
    cover_alt: str
    minutes: int
    level: str
    audience: str
    languages: str
    topics: Sequence[str]
    lessons: Sequence[LessonLine]
    finish: Sequence[str]
    retired: bool


def course_of(locale: Locale, version: Version) -> CoursePage:
    content = version.content
    title, language = locale.pick(content.title, *content.languages)

    def words(texts: dict[str, str]) -> str:
        return locale.pick(texts, *content.languages)[0]

    return CoursePage(
        name=version.course,
        title=title,
        summary=words(dict(content.summary)),
        language="" if language == locale.language else language,
        cover=card.address(content.cover),
        cover_alt=words(dict(content.cover_alt)),
        minutes=content.minutes,
        level=card.level_words(locale, content.level),
        audience=card.audience_words(locale, content.audience),
        languages=card.language_words(content.languages),
        topics=card.topic_words(locale, content.competences),
        lessons=[_line(locale, content, lesson) for lesson in content.lessons],
        finish=rule_words(locale, content),
        retired=version.retired,
    )


def _line(locale: Locale, content: Content, lesson: Lesson) -> LessonLine:
    title = locale.pick(lesson.title, *content.languages)[0]
    return LessonLine(lesson.id, title, lesson.minutes, lesson.id in content.rule.counted_lessons, has_quiz(lesson))


def has_quiz(lesson: Lesson) -> bool:
    return any(block.WhichOneof("body") == "quiz" for block in lesson.blocks)


def rule_words(locale: Locale, content: Content) -> list[str]:
    """The completion rule, a sentence for each condition."""
    counted = [lesson for lesson in content.lessons if lesson.id in content.rule.counted_lessons]
    titles = ", ".join(f"“{locale.pick(lesson.title, *content.languages)[0]}”" for lesson in counted)
    if not counted:
        return [locale.gettext("It is not decided yet which lessons count.")]
    if len(counted) == len(content.lessons):
        sentences = [
            locale.ngettext("You go through the lesson.", "You go through all %(count)s lessons.", len(counted))
            % {"count": len(counted)}
        ]
    else:
        sentences = [
            locale.ngettext(
                "You go through this lesson: %(titles)s.",
                "You go through these %(count)s lessons: %(titles)s.",
                len(counted),
            )
            % {"count": len(counted), "titles": titles}
        ]
    if any(has_quiz(lesson) for lesson in counted):
        sentences += _quiz_words(locale, content.rule.pass_mark, content.rule.max_attempts)
    if percent := content.rule.attendance_percent:
        attendance = locale.gettext("If you take it in a class, you also attend at least %(percent)s%% of its time.")
        if content.rule.attendance_is_enough:
            attendance = locale.gettext("Or you take it in a class and attend at least %(percent)s%% of its time.")
        sentences.append(attendance % {"percent": percent})
    return sentences


def _quiz_words(locale: Locale, pass_mark: int, attempts: int) -> list[str]:
    right = locale.gettext("You answer at least %(mark)s%% of each quiz correctly.") % {"mark": pass_mark}
    if not pass_mark:
        right = locale.gettext("You answer all questions of each quiz, right or wrong.")
    if not attempts:
        return [right, locale.gettext("You may try each quiz as often as you like.")]
    tries = locale.ngettext(
        "You have %(count)s try at each quiz.", "You may try each quiz up to %(count)s times.", attempts
    )
    return [right, tries % {"count": attempts}]
