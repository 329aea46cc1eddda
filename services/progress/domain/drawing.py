"""Which questions an attempt asks, where a quiz draws some of them.

Each learner has an order of their own of all questions of a quiz, by a digest, which is the same for ever. An attempt
takes the next ones of it, so that none comes twice before all have been asked. What was drawn is kept with the attempt:
a later version of the course changes nothing of it.
"""

from __future__ import annotations

import hashlib

from services.progress.domain.plan import Item, Quiz
from services.progress.domain.record import Attempt, QuizRecord


def draws(quiz: Quiz) -> bool:
    return 0 < quiz.draw < len(quiz.items)


def draw(quiz: Quiz, enrollment: str, earlier: int) -> tuple[str, ...]:
    """Ids in the order of the quiz, after so many earlier attempts; none where the quiz asks all its questions."""
    if not draws(quiz):
        return ()
    order = sorted((item.id for item in quiz.items), key=lambda item: _digest(enrollment, quiz.id, item))
    begin = earlier * quiz.draw
    drawn = {order[(begin + place) % len(order)] for place in range(quiz.draw)}
    return tuple(item.id for item in quiz.items if item.id in drawn)


def drawn_now(quiz: Quiz, done: QuizRecord, enrollment: str) -> tuple[str, ...]:
    """Of the attempt under way or the last one; before any, of the first. None where the quiz asks all."""
    if not draws(quiz):
        return ()
    if done.attempts:
        return tuple(item.id for item in items_of(quiz, done.attempts[-1]))
    return draw(quiz, enrollment, len(done.earlier))


def items_of(quiz: Quiz, attempt: Attempt) -> tuple[Item, ...]:
    """What the attempt asks: what was drawn and is still in this version."""
    return tuple(item for item in quiz.items if item.id in attempt.drawn) or quiz.items


def _digest(*parts: str) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()
