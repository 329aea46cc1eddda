"""Undo: what a press removed travels with the page, and "Undo" puts it back where it was.

Nothing of it is stored. The page that answers a removal carries the removed part, question or answer as JSON, and the
form sends it along. What was written meanwhile stays as it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError

from gateway.web.author.form_fields import Form
from gateway.web.course.screen_keys import own_id, parent_of
from ieum.courses.v1.content_pb2 import Block, Item, Lesson
from services.chassis.errors import Invalid

OPTION_LISTS = ("options", "steps", "left", "right")


@dataclass(frozen=True)
class Removal:
    """`kept` is a lesson, a block, a question, or the question that had the removed answer. `position`: where it
    stood."""

    place: str
    position: int
    kept: Lesson | Block | Item

    @property
    def json(self) -> str:
        kept = MessageToDict(self.kept)
        return json.dumps({"place": self.place, "position": self.position, "kept": kept}, ensure_ascii=False)


def removal_of(lesson: Lesson, place: str) -> Removal | None:
    """What pressing "Remove" there will take away."""
    parts = place.split(".")
    for position, block in enumerate(lesson.blocks):
        if block.id != parts[0]:
            continue
        if len(parts) == 1:
            return Removal(place, position, _copy(block))
        for number, item in enumerate(block.quiz.items):
            if item.id == parts[1]:
                return Removal(place, number, _copy(item))
    return None


def removal_in(form: Form, place: str) -> Removal:
    """The removed part, question or answer that the page carries for this place."""
    return _removal_in(form, place, Item() if "." in place else Block())


def removed_lesson(form: Form, id: str) -> tuple[Lesson, int]:
    """With its position."""
    lesson = Lesson()
    return lesson, _removal_in(form, id, lesson).position


def _removal_in(form: Form, place: str, kept: Lesson | Block | Item) -> Removal:
    for text in form.getall("removed", []):
        try:
            values = json.loads(text) if isinstance(text, str) else {}
            if values.get("place") == place:
                return Removal(place, int(values["position"]), ParseDict(values["kept"], kept))
        except (ValueError, KeyError, AttributeError, TypeError, ParseError) as error:
            raise Invalid("REQUEST_MALFORMED") from error
    raise Invalid("REQUEST_MALFORMED")


def restore(lesson: Lesson, removal: Removal) -> None:
    """Put back what is missing. What is there already stays, so pressing twice does no harm."""
    if isinstance(removal.kept, Block):
        insert(lesson.blocks, removal.position, removal.kept)
        return
    for block in lesson.blocks:
        if block.id != removal.place.split(".")[0]:
            continue
        if isinstance(removal.kept, Item) and removal.place.count(".") == 1:
            insert(block.quiz.items, removal.position, removal.kept)
        for item in block.quiz.items:
            if isinstance(removal.kept, Item) and item.id == own_id(parent_of(removal.place)):
                _restore_options(item, removal.kept)


def _restore_options(item: Item, earlier: Item) -> None:
    task, before = (getattr(each, each.WhichOneof("kind") or "choice") for each in (item, earlier))
    missing = set()
    for name in OPTION_LISTS:
        for position, option in enumerate(getattr(before, name, ())):
            if insert(getattr(task, name), position, option):
                missing.add(option.id)
    if item.WhichOneof("kind") == "choice":
        task.correct.extend(option for option in before.correct if option in missing)
    elif item.WhichOneof("kind") == "matching":
        for left, right in before.correct.items():
            if left in missing:
                task.correct[left] = right


def insert(members: Any, position: int, member: Any) -> bool:
    """Insert into a repeated field, which has no insert of its own. False where the id is there already."""
    if any(each.id == member.id for each in members):
        return False
    behind = [_copy(each) for each in members[position:]]
    del members[position:]
    members.extend([member, *behind])
    return True


def _copy(message: Any) -> Any:
    copied = type(message)()
    copied.CopyFrom(message)
    return copied
