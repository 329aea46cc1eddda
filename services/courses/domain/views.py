"""Content for others than its authors: neither text, order nor ids reveal an answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from services.courses.domain.content import (
    Block,
    Choice,
    Content,
    Gap,
    Gaps,
    Item,
    Matching,
    Number,
    Option,
    Ordering,
    Quiz,
    ShortText,
    Task,
    TrueFalse,
    reading,
)
from services.courses.domain.practice import Practice, without_answers, without_texts


def publishable(content: Content, course: str) -> Content:
    """Replaces ids of steps and right-hand options, which could reveal the order ("s1", "s2"); stable over versions.

    Answers that name an option long deleted are dropped, or nobody could be right.
    """

    def disguise(item: Item, place: str) -> Item:
        return replace(item, task=_disguised(item.task, f"{course}/{place}/{item.id}"))

    return _with_items(content, disguise)


def unanswered(content: Content, version: str) -> Content:
    """The learner's view, without answers. Shuffles matching and ordering the same way at every read."""

    def hide(item: Item, place: str) -> Item:
        return replace(item, explanation={}, task=_hidden(item.task, f"{version}/{place}/{item.id}"))

    return _with_practices(_with_items(content, hide), without_answers)


def answers_only(content: Content) -> Content:
    """The items without their texts, which is what grading needs."""

    def strip(item: Item, place: str) -> Item:
        return replace(item, prompt={}, explanation={}, picture=None, task=_without_texts(item.task))

    return _with_practices(_with_items(content, strip), without_texts)


def same_options(content: Content) -> Mapping[str, str]:
    """Id of a right-hand option or step -> id of the first one of its item that reads the same in every language.

    Only for options that have such a twin. The ids of a published version differ between all items.
    """
    first: dict[str, str] = {}
    for item in _items(content):
        readings: dict[tuple[str, ...], str] = {}
        for option in _interchangeable(item.task):
            earlier = readings.setdefault(tuple(reading(option, each) for each in content.languages), option.id)
            if earlier != option.id:
                first[option.id] = earlier
    return first


def _items(content: Content) -> Iterator[Item]:
    for lesson in content.lessons:
        for block in lesson.blocks:
            if isinstance(block.body, Quiz):
                yield from block.body.items


def _interchangeable(task: Task) -> tuple[Option, ...]:
    match task:
        case Matching():
            return task.right
        case Ordering():
            return task.steps
        case _:
            return ()


def _with_practices(content: Content, change: Callable[[Practice], Practice]) -> Content:
    def changed(block: Block) -> Block:
        return replace(block, body=change(block.body)) if isinstance(block.body, Practice) else block

    lessons = (replace(lesson, blocks=tuple(changed(block) for block in lesson.blocks)) for lesson in content.lessons)
    return replace(content, lessons=tuple(lessons))


def _with_items(content: Content, change: Callable[[Item, str], Item]) -> Content:
    lessons = []
    for lesson in content.lessons:
        blocks = []
        for block in lesson.blocks:
            if isinstance(block.body, Quiz):
                items = tuple(change(item, f"{lesson.id}/{block.id}") for item in block.body.items)
                block = replace(block, body=replace(block.body, items=items))
            blocks.append(block)
        lessons.append(replace(lesson, blocks=tuple(blocks)))
    return replace(content, lessons=tuple(lessons))


def _disguised(task: Task, seed: str) -> Task:
    match task:
        case Choice():
            known = {option.id for option in task.options}
            return replace(task, correct=tuple(option for option in task.correct if option in known))
        case Ordering():
            names = _names(task.steps, f"{seed}/steps")
            return replace(task, steps=_renamed(task.steps, names))
        case Matching():
            names = _names(task.right, f"{seed}/right")
            lefts = {option.id for option in task.left}
            correct = {left: names[right] for left, right in task.correct.items() if left in lefts and right in names}
            return replace(task, right=_renamed(task.right, names), correct=correct)
        case TrueFalse() | ShortText() | Number() | Gaps():
            return task
        case _:
            assert_never(task)


def _hidden(task: Task, seed: str) -> Task:
    match task:
        case Choice():
            return replace(task, correct=())
        case TrueFalse():
            return TrueFalse()
        case ShortText():
            return ShortText()
        case Number():
            return Number()
        case Matching():
            return replace(task, right=_shuffled(task.right, seed), correct={})
        case Ordering():
            return replace(task, steps=_shuffled(task.steps, seed))
        case Gaps():
            return replace(task, gaps=tuple(Gap(gap.id) for gap in task.gaps))
        case _:
            assert_never(task)


def _without_texts(task: Task) -> Task:
    match task:
        case Choice():
            return replace(task, options=_bare(task.options))
        case Matching():
            return replace(task, left=_bare(task.left), right=_bare(task.right))
        case Ordering():
            return replace(task, steps=_bare(task.steps))
        case Gaps():
            return replace(task, text={})
        case TrueFalse() | ShortText() | Number():
            return task
        case _:
            assert_never(task)


def _bare(options: tuple[Option, ...]) -> tuple[Option, ...]:
    return tuple(Option(option.id) for option in options)


def _names(options: tuple[Option, ...], seed: str) -> Mapping[str, str]:
    return {option.id: _digest(seed, option.id)[:12] for option in options}


def _renamed(options: tuple[Option, ...], names: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(replace(option, id=names[option.id]) for option in options)


def _shuffled(options: tuple[Option, ...], seed: str) -> tuple[Option, ...]:
    return tuple(sorted(options, key=lambda option: _digest(seed, option.id)))


def _digest(seed: str, text: str) -> str:
    return hashlib.sha256(f"{seed}/{text}".encode()).hexdigest()
