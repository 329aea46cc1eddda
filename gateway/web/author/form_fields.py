"""Applies the fields of an editor form to the version that the form was made from.

A page of the editor carries two things: the fields of one language, and the whole of what it was made from (`base`), so
that a save touches nothing that the author did not see, and two versions can be compared without keeping old ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web
from aiohttp.web_request import FileField
from google.protobuf.json_format import MessageToJson, Parse, ParseError
from google.protobuf.message import Message
from multidict import MultiDict, MultiMapping

from gateway.http.csrf import LARGEST_BODY, for_upload
from gateway.http.form import LONGEST_TEXT, read_form
from ieum.courses.v1.content_pb2 import Content
from services.chassis.errors import Invalid
from services.chassis.text import normalise


@dataclass(frozen=True)
class UploadedFile:
    """A file that came with a form."""

    filename: str
    data: bytes


Form = MultiMapping[str | UploadedFile]
NewId = Callable[[], str]
M = TypeVar("M", bound=Message)


async def posted(request: web.Request) -> Form:
    """Read a form that may contain files."""
    source = request if request.content.at_eof() else for_upload(request)
    fields = await read_form(source, longest=lambda name: LARGEST_BODY if name == "base" else LONGEST_TEXT)
    return MultiDict((name, _field_value(value)) for name, value in fields.items())


def _field_value(value: str | bytes | bytearray | FileField) -> str | UploadedFile:
    """Read a file into memory; an empty file control becomes an empty text."""
    if isinstance(value, FileField):
        with value.file as file:
            return UploadedFile(value.filename, file.read())
    return value if isinstance(value, str) else ""


def typed(form: Form, name: str) -> str:
    """A text as it will be stored: lines end in \\n, Unicode is in NFC."""
    value = form.get(name, "")
    return normalise("NFC", value.replace("\r\n", "\n")) if isinstance(value, str) else ""


def serialise(message: Message) -> str:
    return MessageToJson(message, indent=None, ensure_ascii=False)


def base_of(form: Form, kind: type[M]) -> M:
    try:
        return Parse(typed(form, "base"), kind())
    except ParseError as error:
        raise Invalid("REQUEST_MALFORMED") from error


def whole(form: Form, name: str, smallest: int = 0) -> int:
    """A count; full-width digits are accepted."""
    text = normalise("NFKC", typed(form, name)).strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal()) or len(text) > 6 or int(text) < smallest:
        raise Invalid("COUNT_UNREADABLE", field=name)
    return int(text)


def count(form: Form, name: str, unreadable: list[Invalid], before: int) -> int:
    """What cannot be read leaves the number as it was, so that the rest can be saved."""
    try:
        return whole(form, name)
    except Invalid as problem:
        unreadable.append(problem)
        return before


def fill_outline(content: Content, form: Form, language: str) -> list[Invalid]:
    """Returns what is wrong with the numbers that cannot be read."""
    unreadable: list[Invalid] = []
    for name in ("title", "summary", "cover_alt"):
        set_text(getattr(content, name), language, form, name)
    content.languages[:] = [text for text in form.getall("languages", []) if isinstance(text, str)]
    content.competences[:] = [text for text in form.getall("competences", []) if isinstance(text, str)]
    content.audience = _number(form, "audience")  # type: ignore[assignment]
    content.level = _number(form, "level")  # type: ignore[assignment]
    content.rule.counted_lessons[:] = [text for text in form.getall("counted", []) if isinstance(text, str)]
    content.rule.pass_mark = count(form, "pass_mark", unreadable, content.rule.pass_mark)
    content.rule.max_attempts = count(form, "max_attempts", unreadable, content.rule.max_attempts)
    percent = content.rule.attendance_percent
    content.rule.attendance_percent = count(form, "attendance_percent", unreadable, percent)
    content.rule.attendance_is_enough = "attendance_is_enough" in form
    return unreadable


def _number(form: Form, name: str) -> int:
    text = typed(form, name)
    return int(text) if text.isdecimal() and len(text) < 3 else 0


def set_text(texts: Any, language: str, form: Form, name: str) -> None:
    """Set a text in a map by language. A field that is not on the form leaves it, an empty one removes it."""
    if name not in form:
        return
    if text := typed(form, name):
        texts[language] = text
    else:
        texts.pop(language, None)
