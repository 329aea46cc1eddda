"""Applies the fields of a question in the lesson editor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from gateway.web.author.form_fields import Form, NewId, set_text, typed
from gateway.web.author.spots import fill_area
from gateway.web.course.gap_text import drop_unused_gaps, take_new_gaps
from gateway.web.course.screen_keys import key_of
from ieum.courses.v1.content_pb2 import Choice, Gaps, Item, Matching, Option


def fill_question(item: Item, form: Form, place: str, language: str, new_id: NewId) -> None:
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
            item.short_text.accepted[:] = _lines(form, f"{place}.accepted")
        case "number":
            item.number.value = typed(form, f"{place}.value").strip()
            item.number.tolerance = typed(form, f"{place}.tolerance").strip()
        case "matching":
            _fill_matching(item.matching, form, place, language, new_id)
        case "ordering":
            _set_option_texts(item.ordering.steps, form, place, language)
        case "gaps":
            _fill_gaps(item.gaps, form, place, language)
        case None:
            pass
        case unknown:
            assert_never(unknown)


def _lines(form: Form, name: str) -> list[str]:
    return [line.strip() for line in typed(form, name).split("\n") if line.strip()]


def _fill_choice(choice: Choice, form: Form, place: str, language: str) -> None:
    """On a picture, several are right where several are ticked."""
    _set_option_texts(choice.options, form, place, language)
    choice.correct[:] = [text for text in form.getall(f"{place}.correct", []) if isinstance(text, str)]
    if choice.on_picture:
        choice.multiple = len(choice.correct) > 1


def _fill_gaps(gaps: Gaps, form: Form, place: str, language: str) -> None:
    """A gap that no text has a place for any more is dropped."""
    for gap in gaps.gaps:
        if (name := f"{place}.{gap.id}.accepted") in form:
            gap.accepted[:] = _lines(form, name)
    set_text(gaps.text, language, form, f"{place}.text")
    if language in gaps.text:
        gaps.text[language] = take_new_gaps(gaps.text[language], gaps)
    drop_unused_gaps(gaps)


def _set_option_texts(options: Iterable[Option], form: Form, place: str, language: str) -> None:
    for option in options:
        set_text(option.text, language, form, key_of(place, option.id))
        fill_area(option.spot, form, key_of(place, option.id))


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
