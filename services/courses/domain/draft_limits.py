"""Limits that every draft must keep, however incomplete: plain ids and bounded sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from services.chassis.errors import Invalid
from services.courses.domain.competences import TITLES
from services.courses.domain.content import Content, Lesson, canonical

_ID = re.compile(r"[a-z0-9-]{1,40}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MEDIA = re.compile(r"media/[0-9a-z]{1,64}")

LARGEST_TEXT = 100_000  # bytes
MOST_CHARACTERS = 20_000  # of a text, because rendering Markdown may take the square of them
LARGEST_COURSE = 8_000_000
_MOST = {"lessons": 200, "blocks": 200, "counted_lessons": 200, "scenes": 40, "parts": 30, "hints": 8}
_MOST_OTHERWISE = 100
_RANGES = {
    "minutes": 10_000,
    "points": 1_000,
    "draw": 100,
    "pass_mark": 100,
    "attendance_percent": 100,
    "max_attempts": 1_000,
    **dict.fromkeys(("left", "top", "width", "height"), 1_000),
}
_MEDIA_MAPS = {"media", "captions"}


def check_content(content: Content) -> None:
    """Raises Invalid naming the first field at fault."""
    for language in content.languages:
        _match(_LANGUAGE, language, "LANGUAGE_MALFORMED", "languages")
    for competence in content.competences:
        if competence not in TITLES:
            raise Invalid("COMPETENCE_UNKNOWN", field="competences", competence=competence)
    if content.cover:
        _match(_MEDIA, content.cover, "MEDIA_NAME_MALFORMED", "cover")
    _walk(content, "")
    check_size(content)


def check_lesson(lesson: Lesson) -> None:
    """Raises Invalid naming the first field at fault."""
    _walk(lesson, "lesson.")


def check_size(content: Content) -> None:
    """Keeps a course well below the size limit of a MongoDB document."""
    if len(canonical(content)) > LARGEST_COURSE:
        raise Invalid("COURSE_TOO_LARGE", field="content", limit=LARGEST_COURSE)


def _walk(value: Any, path: str) -> None:
    for part in fields(value):
        _check(part.name, getattr(value, part.name), path + part.name)


def _check(name: str, value: Any, where: str) -> None:
    if name == "id":
        _match(_ID, value, "ID_MALFORMED", where)
    elif isinstance(value, str):
        _bound(value, where)
    elif isinstance(value, Mapping):
        _check_map(name, value, where)
    elif isinstance(value, tuple):
        _check_list(name, value, where)
    elif name in _RANGES and not 0 <= value <= _RANGES[name]:
        raise Invalid("NUMBER_OUT_OF_RANGE", field=where, smallest=0, largest=_RANGES[name])
    elif is_dataclass(value):
        _walk(value, where + ".")


def _check_map(name: str, value: Mapping[str, str], where: str) -> None:
    _count(value, _MOST_OTHERWISE, where)
    for key, text in value.items():
        if name == "correct":
            _match(_ID, key, "ID_MALFORMED", where)
        elif key or name not in _MEDIA_MAPS:
            _match(_LANGUAGE, key, "LANGUAGE_MALFORMED", where)
        if name in _MEDIA_MAPS:
            _match(_MEDIA, text, "MEDIA_NAME_MALFORMED", where)
        _bound(text, where)


def _check_list(name: str, value: tuple[Any, ...], where: str) -> None:
    _count(value, _MOST.get(name, _MOST_OTHERWISE), where)
    ids = [member.id for member in value if is_dataclass(member) and hasattr(member, "id")]
    if len(set(ids)) < len(ids):
        raise Invalid("ID_TWICE", field=where)
    for place, member in enumerate(value):
        if is_dataclass(member):
            _walk(member, f"{where}[{place}].")
        else:
            _bound(member, where)


def _match(pattern: re.Pattern[str], text: str, reason: str, where: str) -> None:
    if not pattern.fullmatch(text):
        raise Invalid(reason, field=where)


def _bound(text: str, where: str) -> None:
    if len(text) > MOST_CHARACTERS or len(text.encode()) > LARGEST_TEXT:
        raise Invalid("TEXT_TOO_LONG", field=where, limit=MOST_CHARACTERS)


def _count(things: Mapping[str, str] | tuple[Any, ...], most: int, where: str) -> None:
    if len(things) > most:
        raise Invalid("TOO_MANY", field=where, limit=most)
