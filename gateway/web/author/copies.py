"""Copies of lessons, parts and questions: whole, or only their outline. Everything in a copy gets ids of its own."""

from __future__ import annotations

from typing import Any

from gateway.web.author.form_fields import NewId
from ieum.courses.v1.content_pb2 import Block, Gaps, Item, Lesson


def new_lesson(new_id: NewId) -> Lesson:
    """Begins with a text, because nearly every lesson does."""
    lesson = Lesson(id=new_id())
    lesson.blocks.add(id=new_id()).text.SetInParent()
    return lesson


def copied_lesson(lesson: Lesson, new_id: NewId) -> Lesson:
    copy = Lesson(id=new_id(), minutes=lesson.minutes, blocks=[copied_block(block, new_id) for block in lesson.blocks])
    copy.title.update(lesson.title)
    return copy


def copied_block(block: Block, new_id: NewId) -> Block:
    copy = Block()
    copy.CopyFrom(block)
    copy.id = new_id()
    if copy.WhichOneof("body") == "quiz":
        items = [copied_item(item, new_id) for item in copy.quiz.items]
        del copy.quiz.items[:]
        copy.quiz.items.extend(items)
    return copy


def copied_item(item: Item, new_id: NewId) -> Item:
    """Answers keep their ids, which need to differ only within a question."""
    copy = Item()
    copy.CopyFrom(item)
    copy.id = new_id()
    return copy


def outline_of(lesson: Lesson, new_id: NewId) -> Lesson:
    """A lesson of the same parts and questions without their contents: the next of a course is often built alike."""
    copy = copied_lesson(lesson, new_id)
    copy.title.clear()
    copy.minutes = 0
    for block in copy.blocks:
        kind = block.WhichOneof("body") or "text"
        if kind == "quiz":
            block.quiz.title.clear()
            for item in block.quiz.items:
                _empty(item)
        else:
            getattr(block, kind).Clear()
            getattr(block, kind).SetInParent()
    return copy


def _empty(item: Item) -> None:
    for texts in (item.prompt, item.explanation):
        texts.clear()
    item.ClearField("picture")
    task: Any = getattr(item, item.WhichOneof("kind") or "choice")
    for name in ("options", "steps", "left", "right"):
        for option in getattr(task, name, ()):
            option.text.clear()
    if isinstance(task, Gaps):
        task.text.clear()
    for name in ("correct", "accepted", "value", "tolerance", "gaps"):
        if name in task.DESCRIPTOR.fields_by_name and not (name == "correct" and hasattr(task, "left")):
            task.ClearField(name)
