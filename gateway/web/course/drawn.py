"""A course as it is for one learner, where quizzes draw some of their questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.web.course.screen import ScreenPosition, find_screen
from gateway.web.course.screen_keys import block_of
from ieum.courses.v1.content_pb2 import Content
from ieum.progress.v1.progress_pb2 import Progress
from services.chassis.errors import Missing


def as_drawn(content: Content, progress: Progress) -> Content:
    """The content without the questions that were not drawn for this learner; itself, where nothing is drawn."""
    drawn = {
        (lesson.lesson, quiz.quiz): frozenset(quiz.drawn_items)
        for lesson in progress.lessons
        for quiz in lesson.quizzes
        if quiz.drawn_items
    }
    if not drawn:
        return content
    own = Content()
    own.CopyFrom(content)
    for lesson in own.lessons:
        for block in lesson.blocks:
            if items := drawn.get((lesson.id, block.id)):
                _keep(block.quiz.items, [item.id in items for item in block.quiz.items])
                _keep(
                    lesson.screens,
                    [block_of(screen.key) != block.id or screen.item in items for screen in lesson.screens],
                )
    return own


def find_drawn_screen(content: Content, lesson: str, screen: str) -> ScreenPosition:
    """As `find_screen`. A question that is not drawn now, but was once, leads to the first one of its quiz."""
    try:
        return find_screen(content, lesson, screen)
    except Missing:
        for each in content.lessons:
            for candidate in each.screens:
                same_quiz = each.id == lesson and candidate.item and block_of(candidate.key) == block_of(screen)
                if same_quiz and "." in screen:
                    return find_screen(content, lesson, candidate.key)
        raise


def _keep(members: Any, wanted: Sequence[bool]) -> None:
    for position in reversed(range(len(members))):
        if not wanted[position]:
            del members[position]
