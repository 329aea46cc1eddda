"""Content for unit tests: whole unless told otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

from services.courses.domain.content import (
    Audience,
    Block,
    Choice,
    Content,
    File,
    Image,
    Item,
    Lesson,
    Level,
    Matching,
    Number,
    Option,
    Ordering,
    Quiz,
    Rule,
    ShortText,
    Task,
    Text,
    TrueFalse,
    Video,
)
from services.courses.domain.course import Course, create

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BOTH = {"ko": "한국어", "en": "English"}
KNOWN = {
    "media/picture": "image/png",
    "media/film": "video/webm",
    "media/words": "text/vtt",
    "media/card": "application/pdf",
}


def options(*ids: str) -> tuple[Option, ...]:
    return tuple(Option(id, {language: f"{text} {id}" for language, text in BOTH.items()}) for id in ids)


TASKS: tuple[Task, ...] = (
    Choice(options("a", "b"), ("a",)),
    Choice(options("a", "b", "c"), ("a", "c"), multiple=True),
    TrueFalse(True),
    ShortText(("한빛", "hanbit")),
    Number("112", "0.5"),
    Matching(options("a", "b"), options("a", "b"), {"a": "b", "b": "a"}),
    Ordering(options("s1", "s2", "s3")),
)


def quiz(*tasks: Task) -> Quiz:
    return Quiz(BOTH, tuple(Item(f"i{place}", task, BOTH, BOTH) for place, task in enumerate(tasks)))


def lesson(id: str = "first", *blocks: Block) -> Lesson:
    whole = (
        Block("b1", Text(BOTH)),
        Block("b2", Image({"": "media/picture"}, BOTH), joined=True),
        Block("b3", Video(BOTH, {"": "media/film"}, "", {"": "media/words"}, BOTH)),
        Block("b4", File(BOTH, {"": "media/card"})),
        Block("b5", quiz(*TASKS)),
    )
    return Lesson(id, BOTH, 10, blocks or whole)


def content(*lessons: Lesson) -> Content:
    whole = lessons or (lesson(),)
    return Content(
        title=BOTH,
        summary=BOTH,
        languages=("ko", "en"),
        audience=Audience.BOTH,
        competences=("2.1", "1.2"),
        level=Level.BASIC,
        cover="media/picture",
        cover_alt=BOTH,
        lessons=whole,
        rule=Rule((whole[0].id,), 60, 3),
    )


def course(*lessons: Lesson) -> Course:
    return create("c1", content(*lessons), ("people/teacher",), NOW)
