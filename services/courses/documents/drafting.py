"""Draft lessons of what was read. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from services.courses.documents.reading import Picture, ReadDocument, Screen, Words
from services.courses.domain.content import Block, Image, Lesson, Text
from services.courses.domain.draft_limits import MOST_CHARACTERS

MOST_BLOCKS = 200
_LONGEST_TITLE = 200


def draft_lessons(document: ReadDocument, key: str, language: str, media: Mapping[int, str]) -> list[Lesson]:
    """`media`: the name of each picture by its place among all of the document; one without a name is left out.

    Ids follow from `key`, so that the same import makes the same lessons. A lesson that is too long goes on in another.
    """
    ids = (hashlib.sha256(f"{key}/{number}".encode()).hexdigest()[:16] for number in count())
    places, lessons = count(), []
    for read in document.lessons:
        screens = [list(_blocks(screen, language, media, places, ids)) for screen in read.screens]
        for number, blocks in enumerate(_chunks([screen for screen in screens if screen]), 1):
            title = read.title[:_LONGEST_TITLE] + (f" ({number})" if number > 1 else "")
            lessons.append(Lesson(next(ids), {language: title}, blocks=tuple(blocks)))
    return lessons


def _blocks(
    screen: Screen, language: str, media: Mapping[int, str], places: Iterator[int], ids: Iterator[str]
) -> Iterator[Block]:
    joined = False
    for part in screen.parts:
        if isinstance(part, Words):
            for text in _pieces(part.markdown):
                yield Block(next(ids), Text({language: text}), joined)
                joined = True
        elif name := media.get(next(places)):
            yield Block(next(ids), Image({"": name}, {language: part.alt} if part.alt else {}), joined)
            joined = True


def _pieces(markdown: str) -> Iterator[str]:
    """A long text in several, cut between paragraphs where there are any."""
    while len(markdown) > MOST_CHARACTERS:
        at = markdown.rfind("\n\n", 1, MOST_CHARACTERS)
        at = at if at > 0 else MOST_CHARACTERS
        yield markdown[:at]
        markdown = markdown[at:].lstrip("\n")
    yield markdown


def _chunks(screens: Sequence[Sequence[Block]]) -> Iterator[list[Block]]:
    blocks: list[Block] = []
    for screen in screens:
        if blocks and len(blocks) + len(screen) > MOST_BLOCKS:
            yield blocks
            blocks = []
        blocks.extend(screen[:MOST_BLOCKS])
    if blocks:
        yield blocks


def pictures_of(document: ReadDocument) -> list[Picture]:
    return [
        part
        for lesson in document.lessons
        for screen in lesson.screens
        for part in screen.parts
        if isinstance(part, Picture)
    ]
