"""What is read of a document: lessons of screens, and what could not be taken over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from services.courses.domain.content import Item


class LeftOut(StrEnum):
    """Words for each stand in the gateway."""

    ACTIVITY = "activity"
    CHART = "chart"
    DIAGRAM = "diagram"
    EMBEDDED = "embedded"
    EQUATION = "equation"
    FILE = "file"
    FILM = "film"
    MERGED_CELLS = "merged_cells"
    MISSING = "missing"
    NOTES = "notes"
    OBJECT = "object"
    PACKAGE = "package"
    PARTIAL_CREDIT = "partial_credit"
    PEOPLE = "people"
    PICTURE = "picture"
    QUESTION = "question"
    UNREAD_LINE = "unread_line"
    UNUSED = "unused"


@dataclass(frozen=True)
class Left:
    what: LeftOut
    where: str
    """Title of the lesson or slide in which it stood; "" for the document as a whole."""
    count: int


@dataclass(frozen=True)
class Words:
    markdown: str


@dataclass(frozen=True)
class Picture:
    data: bytes
    alt: str

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"val_json_bytes": "base64"}


@dataclass(frozen=True)
class Attachment:
    """A file to hand out, a film or a sound."""

    filename: str
    data: bytes

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"val_json_bytes": "base64"}


@dataclass(frozen=True)
class Question:
    """The item's texts stand under the language "", and its id differs only within the document."""

    item: Item
    picture: Picture | None = None


@dataclass(frozen=True)
class Questions:
    """A quiz."""

    title: str
    questions: tuple[Question, ...]


Part = Words | Picture | Attachment | Questions


@dataclass(frozen=True)
class Screen:
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class ReadLesson:
    title: str
    screens: tuple[Screen, ...]


@dataclass(frozen=True)
class ReadDocument:
    lessons: tuple[ReadLesson, ...]
    left: tuple[Left, ...]
    title: str = ""
    """Of the course, where it has one."""
    summary: str = ""


@dataclass(frozen=True)
class DocumentImport:
    """What was made of a document, for the page that tells its authors. `lessons`: their ids."""

    filename: str
    time: datetime
    lessons: Sequence[str]
    left: Sequence[Left]


class Unreadable(Exception):
    """The document is broken, encrypted, too large, or refuses to be read in time. `reason`: with its own words for
    people."""

    def __init__(self, what: str, reason: str = "DOCUMENT_UNREADABLE") -> None:
        super().__init__(what)
        self.reason = reason


@dataclass
class Outline:
    """Collects headings, words and pictures in the order of the document.

    Where the document has several headings of its highest level, each begins a lesson; the next level begins a screen.
    """

    _found: list[tuple[int, Part | str]] = field(default_factory=list)
    _left: Counter[tuple[LeftOut, str]] = field(default_factory=Counter)
    _heading: str = ""

    def heading(self, level: int, text: str) -> None:
        if text := " ".join(text.split()):
            self._heading = text
            self._found.append((level, text))

    def words(self, markdown: str) -> None:
        if markdown.strip():
            self._found.append((0, Words(markdown.strip("\n"))))

    def picture(self, data: bytes, alt: str) -> None:
        self._found.append((0, Picture(data, description(alt))))

    def leave(self, what: LeftOut, count: int = 1, *, of_all: bool = False) -> None:
        if count:
            self._left[what, "" if of_all else self._heading] += count

    def document(self, title: str) -> ReadDocument:
        """`title` names the lesson of a document without headings."""
        levels = Counter(level for level, _ in self._found if level)
        highest = min(levels, default=0)
        of_lesson = highest if levels[highest] > 1 else 0
        lessons: list[tuple[str, list[list[Part]]]] = []
        only = next((str(what) for level, what in self._found if level == highest and level), title)
        for level, what in self._found:
            if level and level == of_lesson:
                lessons.append((str(what), [[]]))
                continue
            if not lessons:
                lessons.append((title if of_lesson else only, [[]]))
            if isinstance(what, str):
                if level == highest and not of_lesson:
                    continue  # the title of the only lesson
                lessons[-1][1].append([Words(f"## {escaped(what)}")])
            else:
                lessons[-1][1][-1].append(what)
        kept = [ReadLesson(name, tuple(_screens(screens))) for name, screens in lessons]
        left = tuple(Left(what, where, count) for (what, where), count in self._left.items())
        return ReadDocument(tuple(lesson for lesson in kept if lesson.screens), left)


def _screens(screens: list[list[Part]]) -> Iterator[Screen]:
    for parts in screens:
        if parts:
            yield Screen(tuple(_joined(parts)))


def _joined(parts: list[Part]) -> Iterator[Part]:
    """Words that follow each other as one text."""
    words: list[str] = []
    for part in parts:
        if isinstance(part, Words):
            words.append(part.markdown)
            continue
        if words:
            yield Words("\n\n".join(words))
        words = []
        yield part
    if words:
        yield Words("\n\n".join(words))


_FILE_NAME = re.compile(r".*\.(png|jpe?g|gif|webp|bmp|tiff?)", re.IGNORECASE)
_SIGNS = re.compile(r"([\\`*_\[\]<>|~])")
_BEGINNING = re.compile(r"^(\s*)([#+\-]|\d+[.)])(?=\s|$)", re.MULTILINE)


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    plain = _SIGNS.sub(r"\\\1", text)
    return _BEGINNING.sub(lambda found: f"{found[1]}{found[2][:-1]}\\{found[2][-1]}", plain)


def description(text: str) -> str:
    """Alternative text, unless a program put the file's name there."""
    plain = " ".join(text.split())
    return "" if _FILE_NAME.fullmatch(plain) else plain


def table(rows: list[list[str]]) -> str:
    """The first row is the head. Cells are Markdown of one line each."""
    width = max(map(len, rows), default=0)
    if not width:
        return ""
    filled = [[*(cell.replace("\n", " ").strip() for cell in row), *[""] * (width - len(row))] for row in rows]
    head, *others = [f"| {' | '.join(row)} |" for row in filled]
    return "\n".join((head, f"|{' --- |' * width}", *others))
