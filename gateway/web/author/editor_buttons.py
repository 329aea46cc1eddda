"""What the buttons of the lesson editor do: add, copy, move and remove blocks, questions and answers.

A place is written "{block}", "{block}.{item}" or "{block}.{item}.{option}". A block is added at the end, or behind
another one ("add:text:b1").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.web.author.copies import copied_block, copied_item
from gateway.web.author.form_fields import NewId
from gateway.web.author.spots import area_around
from gateway.web.author.undo import insert
from gateway.web.course.question_kinds import KINDS, begin
from gateway.web.course.screen_keys import key_of, own_id, parent_of
from ieum.courses.v1.content_pb2 import Block, Item, Lesson
from services.chassis.errors import Invalid

BLOCK_KINDS = ("text", "image", "video", "file", "quiz", "practice")


def act(lesson: Lesson, pressed: str, new_id: NewId, detail: str = "") -> str:
    """Changes the lesson as a button ("up:b1") says; returns where to go on, "" when it was only to be saved.

    `detail` is the kind of the question to be added, or where its picture was pressed.
    """
    verb, _, place = pressed.partition(":")
    match verb:
        case "add" if place.partition(":")[0] in BLOCK_KINDS:
            return _add_block(lesson, *place.partition(":")[::2], new_id)
        case "copy":
            return _copy(lesson, place, new_id)
        case "item" if detail in KINDS:
            return _add_item(lesson, place, detail, new_id)
        case "spot":
            return _add_spot(lesson, place, detail, new_id)
        case "option" | "extra":
            return _add_option(lesson, place, new_id, extra=verb == "extra")
        case "up" | "down":
            return _move(lesson, place, -1 if verb == "up" else 1)
        case "remove":
            return _remove(lesson, place)
        case "add" | "item":
            raise Invalid("REQUEST_MALFORMED")
        case _:
            return ""


def _add_block(lesson: Lesson, kind: str, behind: str, new_id: NewId) -> str:
    block = Block(id=new_id())
    getattr(block, kind).SetInParent()
    insert(lesson.blocks, _behind(lesson.blocks, behind), block)
    return str(block.id)


def _behind(members: Any, id: str) -> int:
    return next((position + 1 for position, member in enumerate(members) if member.id == id), len(members))


def _copy(lesson: Lesson, place: str, new_id: NewId) -> str:
    """Behind the original."""
    above, id = parent_of(place), own_id(place)
    if above:
        items = _member(lesson.blocks, above).quiz.items
        item = copied_item(_member(items, id), new_id)
        insert(items, _behind(items, id), item)
        return key_of(above, item.id)
    block = copied_block(_member(lesson.blocks, id), new_id)
    insert(lesson.blocks, _behind(lesson.blocks, id), block)
    return str(block.id)


def _add_item(lesson: Lesson, place: str, kind: str, new_id: NewId) -> str:
    block = _member(lesson.blocks, place)
    item = block.quiz.items.add(id=new_id(), points=1)
    begin(item, kind)
    for _ in range(2 if kind in ("choice", "multiple", "matching", "ordering") else 0):
        _grow(item, new_id)
    return key_of(block.id, item.id)


def _add_spot(lesson: Lesson, place: str, spot: str, new_id: NewId) -> str:
    """A place where the picture was pressed. One that was added without a place gets it."""
    item, area = _item(lesson, place), area_around(spot)
    options = _places(item)
    blank = next((option for option in options if not option.HasField("spot")), None)
    id = blank.id if blank else _grow(item, new_id)
    next(option for option in options if option.id == id).spot.CopyFrom(area)
    return key_of(place, id)


def _places(item: Item) -> Any:
    return item.choice.options if item.WhichOneof("kind") == "choice" else item.matching.left


def _add_option(lesson: Lesson, place: str, new_id: NewId, *, extra: bool) -> str:
    item = _item(lesson, place)
    if extra:
        return key_of(place, item.matching.right.add(id=new_id()).id)
    return key_of(place, _grow(item, new_id))


def _grow(item: Item, new_id: NewId) -> str:
    """One more answer to choose from, step or pair."""
    match item.WhichOneof("kind"):
        case "choice":
            return str(item.choice.options.add(id=new_id()).id)
        case "ordering":
            return str(item.ordering.steps.add(id=new_id()).id)
        case "matching":
            left, right = item.matching.left.add(id=new_id()), item.matching.right.add(id=new_id())
            item.matching.correct[left.id] = right.id
            return str(left.id)
        case _:
            raise Invalid("REQUEST_MALFORMED")


def _move(lesson: Lesson, place: str, by: int) -> str:
    def moved(members: list[Any], position: int) -> None:
        target = position + by
        if 0 <= target < len(members):
            members[position], members[target] = members[target], members[position]

    _rearrange(lesson, place, moved)
    return place


def _remove(lesson: Lesson, place: str) -> str:
    if place.count(".") == 2 and _item(lesson, parent_of(place)).WhichOneof("kind") == "matching":
        _unpair(lesson, place)
    _rearrange(lesson, place, lambda members, position: members.pop(position))
    return parent_of(place) or "blocks"


def _unpair(lesson: Lesson, place: str) -> None:
    above, option = parent_of(place), own_id(place)
    matching = _item(lesson, above).matching
    partner = matching.correct.pop(option, "")
    if partner and partner not in matching.correct.values():
        _rearrange(lesson, key_of(above, partner), lambda members, position: members.pop(position))


def _rearrange(lesson: Lesson, place: str, change: Callable[[list[Any], int], object]) -> None:
    """Reorder or drop siblings. The field is refilled with copies, because it cannot take back a removed member."""
    siblings = _siblings(lesson, place)
    members = []
    for member in siblings:
        copy = type(member)()
        copy.CopyFrom(member)
        members.append(copy)
    own = own_id(place)
    change(members, next(position for position, member in enumerate(members) if member.id == own))
    del siblings[:]
    siblings.extend(members)


def _siblings(lesson: Lesson, place: str) -> Any:
    parts = place.split(".")
    if len(parts) == 1:
        lists: list[Any] = [lesson.blocks]
    elif len(parts) == 2:
        lists = [_member(lesson.blocks, parts[0]).quiz.items]
    else:
        item = _item(lesson, parent_of(place))
        lists = [item.choice.options, item.ordering.steps, item.matching.left, item.matching.right]
    for siblings in lists:
        if any(member.id == parts[-1] for member in siblings):
            return siblings
    raise Invalid("REQUEST_MALFORMED")


def _item(lesson: Lesson, place: str) -> Item:
    item: Item = _member(_member(lesson.blocks, parent_of(place)).quiz.items, own_id(place))
    return item


def _member(members: Any, id: str) -> Any:
    for member in members:
        if member.id == id:
            return member
    raise Invalid("REQUEST_MALFORMED")
