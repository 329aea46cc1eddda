"""Applies the fields of the lesson editor to a lesson: its title, its blocks, the points of its questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.web.author.form_fields import Form, NewId, count, set_text, typed
from gateway.web.author.question_fields import fill_question
from gateway.web.course.screen_keys import key_of
from ieum.courses.v1.content_pb2 import Block, Lesson, Video
from services.chassis.errors import Invalid

MEDIA_BLOCKS = ("image", "video", "file")


def fill_lesson(lesson: Lesson, form: Form, language: str, languages: Iterable[str], new_id: NewId) -> list[Invalid]:
    """Returns what is wrong with the numbers that cannot be read."""
    unreadable: list[Invalid] = []
    set_text(lesson.title, language, form, "title")
    for block in lesson.blocks:
        if block.id in form:
            _fill_block(block, form, language, languages, new_id)
    lesson.minutes = count(form, "minutes", unreadable, lesson.minutes)
    for block in lesson.blocks:
        if block.id in form and block.WhichOneof("body") == "quiz":
            block.quiz.draw = count(form, f"{block.id}.draw", unreadable, block.quiz.draw)
            block.quiz.shuffle = f"{block.id}.shuffle" in form
        for item in block.quiz.items if block.WhichOneof("body") == "quiz" else ():
            place = key_of(block.id, item.id)
            if place in form:
                item.points = count(form, f"{place}.points", unreadable, item.points) or 1
    return unreadable


def _fill_block(block: Block, form: Form, language: str, languages: Iterable[str], new_id: NewId) -> None:
    block.joined = f"{block.id}.joined" in form
    kind = block.WhichOneof("body") or ""
    body = getattr(block, kind)
    for name in ("markdown", "alt", "title", "transcript", "task"):
        if hasattr(body, name):
            set_text(getattr(body, name), language, form, f"{block.id}.{name}")
    if isinstance(body, Video) and f"{block.id}.url" in form:
        body.url = typed(form, f"{block.id}.url").strip()
    if kind in MEDIA_BLOCKS:
        share(body.media, f"{block.id}.shared" in form, language, languages)
    for item in body.items if kind == "quiz" else ():
        place = key_of(block.id, item.id)
        if place in form:
            fill_question(item, form, place, language, new_id)


def share(media: Any, shared: bool, language: str, languages: Iterable[str]) -> None:
    """One file for every language, or one for each."""
    if shared and language in media:
        name = media[language]
        media.clear()
        media[""] = name
    elif not shared and "" in media:
        name = media.pop("")
        for each in languages:
            media.setdefault(each, name)
