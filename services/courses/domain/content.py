"""The content of a course as values. `content.proto` explains the fields."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from services.chassis.text import normalise
from services.courses.domain.practice import Area, Practice
from services.courses.domain.texts import Texts


class Audience(StrEnum):
    RESIDENTS = "RESIDENTS"
    EMPLOYEES = "EMPLOYEES"
    BOTH = "BOTH"


class Level(StrEnum):
    BASIC = "BASIC"
    INTERMEDIATE = "INTERMEDIATE"
    ADVANCED = "ADVANCED"
    HIGHLY_ADVANCED = "HIGHLY_ADVANCED"


@dataclass(frozen=True)
class Option:
    id: str
    text: Texts = field(default_factory=dict)
    spot: Area | None = None


def reading(option: Option, language: str) -> str:
    """What the option looks like to a reader: two options with the same reading cannot be told apart."""
    return " ".join(normalise("NFC", option.text.get(language, "")).split())


@dataclass(frozen=True)
class Choice:
    options: tuple[Option, ...] = ()
    correct: tuple[str, ...] = ()
    multiple: bool = False
    on_picture: bool = False
    kind: Literal["choice"] = "choice"


@dataclass(frozen=True)
class TrueFalse:
    correct: bool | None = None
    kind: Literal["true_false"] = "true_false"


@dataclass(frozen=True)
class ShortText:
    accepted: tuple[str, ...] = ()
    kind: Literal["short_text"] = "short_text"


@dataclass(frozen=True)
class Number:
    value: str = ""
    tolerance: str = ""
    kind: Literal["number"] = "number"


@dataclass(frozen=True)
class Matching:
    left: tuple[Option, ...] = ()
    right: tuple[Option, ...] = ()
    correct: Mapping[str, str] = field(default_factory=dict)
    on_picture: bool = False
    kind: Literal["matching"] = "matching"


@dataclass(frozen=True)
class Ordering:
    steps: tuple[Option, ...] = ()
    kind: Literal["ordering"] = "ordering"


@dataclass(frozen=True)
class Gap:
    id: str
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gaps:
    text: Texts = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    kind: Literal["gaps"] = "gaps"


GAP = re.compile(r"\[\[([a-z0-9-]{1,40})\]\]")
"""Where a gap is in a text: "[[1]]"."""

Task = Choice | TrueFalse | ShortText | Number | Matching | Ordering | Gaps


@dataclass(frozen=True)
class Text:
    markdown: Texts = field(default_factory=dict)
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class Image:
    media: Texts = field(default_factory=dict)
    alt: Texts = field(default_factory=dict)
    kind: Literal["image"] = "image"


@dataclass(frozen=True)
class Item:
    id: str
    task: Task
    prompt: Texts = field(default_factory=dict)
    explanation: Texts = field(default_factory=dict)
    points: int = 1
    picture: Image | None = None


@dataclass(frozen=True)
class Video:
    title: Texts = field(default_factory=dict)
    media: Texts = field(default_factory=dict)
    url: str = ""
    captions: Texts = field(default_factory=dict)
    transcript: Texts = field(default_factory=dict)
    kind: Literal["video"] = "video"


@dataclass(frozen=True)
class File:
    title: Texts = field(default_factory=dict)
    media: Texts = field(default_factory=dict)
    kind: Literal["file"] = "file"


@dataclass(frozen=True)
class Quiz:
    title: Texts = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    draw: int = 0
    shuffle: bool = False
    kind: Literal["quiz"] = "quiz"


Body = Text | Image | Video | File | Quiz | Practice


@dataclass(frozen=True)
class Block:
    id: str
    body: Body
    joined: bool = False


@dataclass(frozen=True)
class Lesson:
    id: str
    title: Texts = field(default_factory=dict)
    minutes: int = 0
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Rule:
    counted_lessons: tuple[str, ...] = ()
    pass_mark: int = 0
    max_attempts: int = 0
    attendance_percent: int = 0
    attendance_is_enough: bool = False


@dataclass(frozen=True)
class Content:
    title: Texts = field(default_factory=dict)
    summary: Texts = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    audience: Audience | None = None
    competences: tuple[str, ...] = ()
    level: Level | None = None
    cover: str = ""
    cover_alt: Texts = field(default_factory=dict)
    lessons: tuple[Lesson, ...] = ()
    rule: Rule = field(default_factory=Rule)

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)


@dataclass(frozen=True)
class Screen:
    key: str
    blocks: tuple[str, ...]
    item: str = ""


def screens_of(lesson: Lesson) -> tuple[Screen, ...]:
    """Splits a lesson into screens: joined blocks share one; each quiz item and each practice task has its own."""
    screens: list[Screen] = []
    alone = {block.id for block in lesson.blocks if isinstance(block.body, Quiz | Practice)}
    for block in lesson.blocks:
        if isinstance(block.body, Quiz):
            screens += [Screen(f"{block.id}.{item.id}", (block.id,), item.id) for item in block.body.items]
        elif block.joined and screens and alone.isdisjoint((block.id, *screens[-1].blocks)):
            screens[-1] = replace(screens[-1], blocks=(*screens[-1].blocks, block.id))
        else:
            screens.append(Screen(block.id, (block.id,)))
    return tuple(screens)


def media_of(content: Content) -> frozenset[str]:
    """Names of all media that the content shows."""
    return frozenset(filter(None, _media_names(content)))


def _media_names(content: Content) -> Iterator[str]:
    yield content.cover
    for lesson in content.lessons:
        for block in lesson.blocks:
            if isinstance(block.body, Image | Video | File):
                yield from block.body.media.values()
            if isinstance(block.body, Video):
                yield from block.body.captions.values()
            if isinstance(block.body, Quiz):
                for item in block.body.items:
                    yield from item.picture.media.values() if item.picture else ()
            if isinstance(block.body, Practice):
                for scene in block.body.scenes:
                    yield from scene.media.values()


def canonical(value: Content | Lesson) -> bytes:
    """Canonical JSON: the same bytes for the same value, whatever the order of its maps."""
    return json.dumps(value, default=_set_fields, sort_keys=True, ensure_ascii=False).encode()


_LATER_FIELDS: dict[str, object] = {
    "picture": None,
    "attendance_percent": 0,
    "attendance_is_enough": False,
    "spot": None,
    "on_picture": False,
    "draw": 0,
    "shuffle": False,
}


def _set_fields(value: object) -> dict[str, object]:
    """Without fields that came later and are not used: the etag of older content stays what it was."""
    unused = _LATER_FIELDS.items()
    return {name: part for name, part in vars(value).items() if (name, part) not in unused}


def etag_of(value: Content | Lesson) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()[:16]


def outline(content: Content) -> Content:
    """Everything but the lessons."""
    return replace(content, lessons=())
