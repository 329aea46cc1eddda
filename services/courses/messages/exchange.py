"""Content as Ieum's own package holds it: the `course.json` of docs/course-package.md."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from services.chassis.errors import Invalid
from services.courses.domain.content import Content, canonical
from services.courses.domain.draft_limits import LARGEST_COURSE
from services.courses.messages.content import content_from_message, content_to_message

_CONTENT: TypeAdapter[Content] = TypeAdapter(Content)
_NAME = re.compile(r"\bmedia/([0-9A-Za-z-]{1,64})")
Names = Mapping[str, str]
"""Keys of media in one place, and in another."""


def media_in(content: Content) -> list[str]:
    """Keys of the media that are named anywhere, also in the middle of a text."""
    found: dict[str, None] = {}

    def note(match: re.Match[str]) -> str:
        found[match[1]] = None
        return match[0]

    _in_every_text(json.loads(canonical(content)), note)
    return sorted(found)


def dump(content: Content, names: Names) -> bytes:
    """The same bytes for the same content."""
    value = _renamed(json.loads(canonical(content)), names)
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


def load(data: bytes, names: Names) -> Content:
    """Raises Invalid for what is no content, and for what this version of Ieum would lose of it."""
    if len(data) > LARGEST_COURSE:
        raise Invalid("COURSE_TOO_LARGE", field="content", limit=LARGEST_COURSE)
    try:
        value = _renamed(json.loads(data), names)
        content = _CONTENT.validate_python(value)
        read = _CONTENT.dump_python(content, mode="json")
        normalised = content_from_message(content_to_message(content))
    except (ValueError, RecursionError) as error:  # of JSON, of pydantic, and of what is no Unicode
        raise Invalid("PACKAGE_BROKEN", field="content") from error
    if not _is_within(value, read):
        raise Invalid("PACKAGE_NEWER", field="content")
    return normalised


def _renamed(value: Any, names: Names) -> Any:
    return _in_every_text(value, lambda match: f"media/{names.get(match[1], match[1])}")


def _in_every_text(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return _NAME.sub(change, value)
    if isinstance(value, dict):
        return {key: _in_every_text(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_in_every_text(each, change) for each in value]
    return value


def _is_within(given: Any, read: Any) -> bool:
    """Whether everything that was given was read. What was left out has its default."""
    if isinstance(given, dict):
        return isinstance(read, dict) and all(key in read and _is_within(given[key], read[key]) for key in given)
    if isinstance(given, list):
        same = isinstance(read, list) and len(given) == len(read)
        return same and all(map(_is_within, given, read))
    return bool(given == read)
