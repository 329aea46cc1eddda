"""Draft lessons of what was read. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from itertools import count
from typing import Any, assert_never

from services.courses.documents.reading import (
    Attachment,
    Part,
    Picture,
    Question,
    Questions,
    ReadDocument,
    Screen,
    Words,
)
from services.courses.domain.content import Block, Body, File, Image, Item, Lesson, Quiz, Text, Video
from services.courses.domain.draft_limits import MOST_CHARACTERS
from services.courses.domain.media import Medium

MOST_BLOCKS = 200
MOST_ITEMS = 100
LONGEST_TITLE = 200


Media = Mapping[int, Medium]


def draft_lessons(document: ReadDocument, key: str, language: str, media: Media) -> list[Lesson]:
    """`media`: of each file by its place among all of the document; what has none is left out.

    Ids follow from `key`, so that the same import makes the same lessons. A lesson that is too long goes on in another.
    """
    ids = (hashlib.sha256(f"{key}/{number}".encode()).hexdigest()[:16] for number in count())
    places, lessons = count(), []
    for read in document.lessons:
        screens = [list(_blocks(screen, language, media, places, ids)) for screen in read.screens]
        for number, blocks in enumerate(_chunks([screen for screen in screens if screen]), 1):
            title = read.title[:LONGEST_TITLE] + (f" ({number})" if number > 1 else "")
            lessons.append(Lesson(next(ids), {language: title}, blocks=tuple(blocks)))
    return lessons


def _blocks(screen: Screen, language: str, media: Media, places: Iterator[int], ids: Iterator[str]) -> Iterator[Block]:
    joined = False
    for part in screen.parts:
        for body in _bodies(part, language, media, places, ids):
            yield Block(next(ids), body, joined and not isinstance(body, Quiz))
            joined = not isinstance(body, Quiz)


def _bodies(part: Part, language: str, media: Media, places: Iterator[int], ids: Iterator[str]) -> Iterator[Body]:
    match part:
        case Words():
            for text in _pieces(part.markdown):
                yield Text({language: text})
        case Picture():
            if medium := media.get(next(places)):
                yield _image(part, medium, language)
        case Attachment():
            if medium := media.get(next(places)):
                yield _file(medium, language)
        case Questions():
            items = [_item(each, language, media, places, ids) for each in part.questions]
            for start in range(0, len(items), MOST_ITEMS):
                yield Quiz(
                    {language: part.title[:LONGEST_TITLE]} if part.title else {}, tuple(items[start:][:MOST_ITEMS])
                )
        case _:
            assert_never(part)


def _image(picture: Picture, medium: Medium, language: str) -> Image:
    return Image({"": f"media/{medium.id}"}, {language: picture.alt} if picture.alt else {})


def _file(medium: Medium, language: str) -> Body:
    title, names = {language: medium.filename.rpartition(".")[0]}, {"": f"media/{medium.id}"}
    return Video(title, names) if medium.content_type.startswith("video/") else File(title, names)


def _item(question: Question, language: str, media: Media, places: Iterator[int], ids: Iterator[str]) -> Item:
    """With the texts in this language, and an id of its own."""
    medium = media.get(next(places)) if question.picture else None
    picture = _image(question.picture, medium, language) if question.picture and medium else None
    item: Item = _in_language(question.item, language)
    return replace(item, id=next(ids), picture=picture)


def _in_language(value: Any, language: str) -> Any:
    if isinstance(value, Mapping) and set(value) == {""}:
        return {language: value[""]} if value[""] else {}
    if isinstance(value, tuple):
        return tuple(_in_language(each, language) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{each.name: _in_language(getattr(value, each.name), language) for each in fields(value)}
        )
    return value


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


def files_of(document: ReadDocument) -> list[Picture | Attachment]:
    """In the order in which their places are counted."""
    parts = [part for lesson in document.lessons for screen in lesson.screens for part in screen.parts]
    found: list[Picture | Attachment] = []
    for part in parts:
        if isinstance(part, Picture | Attachment):
            found.append(part)
        elif isinstance(part, Questions):
            found += [each.picture for each in part.questions if each.picture]
    return found
