"""Applies the fields of an editor form to the version that the form was made from.

A page of the editor carries two things: the fields of one language, and the whole of what it was made from (`base`), so
that a save touches nothing that the author did not see, and two versions can be compared without keeping old ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, assert_never

from aiohttp import web
from aiohttp.web_request import FileField
from google.protobuf.json_format import MessageToJson, Parse, ParseError
from google.protobuf.message import Message
from multidict import MultiDict, MultiMapping

from gateway.http.csrf import LARGEST_BODY, for_upload
from gateway.http.form import LONGEST_TEXT, read_form
from gateway.web.course.screen_keys import key_of
from ieum.courses.v1.content_pb2 import Block, Choice, Content, Item, Lesson, Matching, Option, Video
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
MEDIA_BLOCKS = ("image", "video", "file")


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


def _count(form: Form, name: str, unreadable: list[Invalid], before: int) -> int:
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
    content.rule.pass_mark = _count(form, "pass_mark", unreadable, content.rule.pass_mark)
    content.rule.max_attempts = _count(form, "max_attempts", unreadable, content.rule.max_attempts)
    percent = content.rule.attendance_percent
    content.rule.attendance_percent = _count(form, "attendance_percent", unreadable, percent)
    content.rule.attendance_is_enough = "attendance_is_enough" in form
    return unreadable


def _number(form: Form, name: str) -> int:
    text = typed(form, name)
    return int(text) if text.isdecimal() and len(text) < 3 else 0


def fill_lesson(lesson: Lesson, form: Form, language: str, languages: Iterable[str], new_id: NewId) -> list[Invalid]:
    """Returns what is wrong with the numbers that cannot be read."""
    unreadable: list[Invalid] = []
    set_text(lesson.title, language, form, "title")
    for block in lesson.blocks:
        if block.id in form:
            _fill_block(block, form, language, languages, new_id)
    lesson.minutes = _count(form, "minutes", unreadable, lesson.minutes)
    for block in lesson.blocks:
        for item in block.quiz.items if block.WhichOneof("body") == "quiz" else ():
            place = key_of(block.id, item.id)
            if place in form:
                item.points = _count(form, f"{place}.points", unreadable, item.points) or 1
    return unreadable


def set_text(texts: Any, language: str, form: Form, name: str) -> None:
    """Set a text in a map by language. A field that is not on the form leaves it, an empty one removes it."""
    if name not in form:
        return
    if text := typed(form, name):
        texts[language] = text
    else:
        texts.pop(language, None)


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
            _fill_item(item, form, place, language, new_id)


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


def _fill_item(item: Item, form: Form, place: str, language: str, new_id: NewId) -> None:
    set_text(item.prompt, language, form, f"{place}.prompt")
    set_text(item.explanation, language, form, f"{place}.explanation")
    if f"{place}.alt" in form:
        set_text(item.picture.alt, language, form, f"{place}.alt")
    if f"{place}.no_picture" in form:
        item.ClearField("picture")
    match item.WhichOneof("kind"):
        case "choice":
            _fill_choice(item.choice, form, place, language)
        case "true_false":
            if answer := typed(form, f"{place}.correct"):
                item.true_false.correct = answer == "true"
        case "short_text":
            lines = typed(form, f"{place}.accepted").split("\n")
            item.short_text.accepted[:] = [line.strip() for line in lines if line.strip()]
        case "number":
            item.number.value = typed(form, f"{place}.value").strip()
            item.number.tolerance = typed(form, f"{place}.tolerance").strip()
        case "matching":
            _fill_matching(item.matching, form, place, language, new_id)
        case "ordering":
            _set_option_texts(item.ordering.steps, form, place, language)
        case None:
            pass
        case unknown:
            assert_never(unknown)


def _fill_choice(choice: Choice, form: Form, place: str, language: str) -> None:
    _set_option_texts(choice.options, form, place, language)
    choice.correct[:] = [text for text in form.getall(f"{place}.correct", []) if isinstance(text, str)]


def _set_option_texts(options: Iterable[Option], form: Form, place: str, language: str) -> None:
    for option in options:
        set_text(option.text, language, form, key_of(place, option.id))


def _fill_matching(matching: Matching, form: Form, place: str, language: str, new_id: NewId) -> None:
    """Turn pairs of the page into two lists. A partner shared by two pairs is split when their texts differ."""
    _set_option_texts(matching.left, form, place, language)
    _set_option_texts(matching.right, form, place, language)
    rights: Mapping[str, Option] = {option.id: option for option in matching.right}
    texts: dict[str, str] = {}
    for left in matching.left:
        name = f"{place}.{left.id}.fits"
        partner = rights.get(matching.correct.get(left.id, ""))
        if name not in form:
            continue
        if partner is None or texts.setdefault(partner.id, typed(form, name)) != typed(form, name):
            partner = matching.right.add(id=new_id())
            matching.correct[left.id] = partner.id
        set_text(partner.text, language, form, name)
