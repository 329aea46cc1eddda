"""Questions of other systems as Ieum's kinds, and what of them could not be taken over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.chassis.text import plain_number
from services.courses.documents.reading import Left, LeftOut, Picture, Question, escaped
from services.courses.domain.content import (
    Choice,
    Item,
    Matching,
    Number,
    Option,
    Ordering,
    ShortText,
    Task,
    TrueFalse,
)

MOST_OPTIONS = 100
_ALL = 0.9999


@dataclass(frozen=True)
class Answer:
    """`fraction`: of the points, below 0 where it takes some away."""

    text: str
    fraction: float = 0.0
    feedback: str = ""


@dataclass
class Collected:
    """Questions in their order. `leave` keeps the account of what is not in them as it was."""

    questions: list[Question] = field(default_factory=list)
    left: Counter[tuple[LeftOut, str]] = field(default_factory=Counter)

    def lefts(self) -> tuple[Left, ...]:
        return tuple(Left(what, where, count) for (what, where), count in self.left.items())

    def leave(self, what: LeftOut, where: str, count: int = 1) -> None:
        if count:
            self.left[what, short(where)] += count

    def add(
        self, prompt: str, task: Task | None, explanation: str = "", points: float = 1.0, picture: Picture | None = None
    ) -> None:
        """A task of None is a kind that Ieum does not have."""
        if task is None or not prompt.strip():
            return self.leave(LeftOut.QUESTION, prompt or "?")
        number = str(len(self.questions) + 1)
        whole = max(1, min(1_000, round(points)))
        item = Item(number, task, {"": prompt.strip()}, {"": explanation.strip()} if explanation.strip() else {}, whole)
        self.questions.append(Question(item, picture))

    def choice(
        self, prompt: str, answers: Sequence[Answer], *, multiple: bool, parts_count: bool = True
    ) -> Task | None:
        """Where several answers earn a part of the points each (`parts_count`), all of them have to be chosen now."""
        answers = [answer for answer in answers if answer.text.strip()][:MOST_OPTIONS]
        right = [number for number, answer in enumerate(answers, 1) if answer.fraction > 0]
        whole = [number for number, answer in enumerate(answers, 1) if answer.fraction > _ALL]
        if not multiple:
            if len(right) > 1:
                self.leave(LeftOut.PARTIAL_CREDIT, prompt)
            right = whole[:1]
        elif len(right) > 1 and parts_count:
            self.leave(LeftOut.PARTIAL_CREDIT, prompt)
        if len(answers) < 2 or not right:
            return None
        options = tuple(Option(str(number), {"": answer.text.strip()}) for number, answer in enumerate(answers, 1))
        return Choice(options, tuple(map(str, right)), multiple=multiple)

    def short_text(self, prompt: str, answers: Sequence[Answer]) -> Task | None:
        accepted = [answer.text.strip() for answer in answers if answer.fraction > _ALL and answer.text.strip()]
        if any(0 < answer.fraction <= _ALL for answer in answers):
            self.leave(LeftOut.PARTIAL_CREDIT, prompt)
        if "*" in accepted:  # anything at all
            return None
        return ShortText(tuple(dict.fromkeys(accepted))[:MOST_OPTIONS]) if accepted else None

    def number(self, prompt: str, answers: Sequence[tuple[Answer, str]]) -> Task | None:
        """Each answer with its tolerance; of several the first that earns all points."""
        right = [(plain_number(each.text), tolerance) for each, tolerance in answers if each.fraction > _ALL]
        if len(answers) > 1:
            self.leave(LeftOut.PARTIAL_CREDIT, prompt)
        if not right or not right[0][0]:
            return None
        return Number(right[0][0], plain_number(right[0][1]))


def true_false(is_true: bool) -> Task:
    return TrueFalse(is_true)


def matching(pairs: Sequence[tuple[str, str]]) -> Task | None:
    """A right side that belongs to several left ones stands once; one without a left side is a decoy."""
    pairs = pairs[:MOST_OPTIONS]
    rights = list(dict.fromkeys(right.strip() for _, right in pairs if right.strip()))
    lefts = [(left.strip(), right.strip()) for left, right in pairs if left.strip() and right.strip()]
    if len(lefts) < 2 or len({left for left, _ in lefts}) < len(lefts):
        return None
    return Matching(
        tuple(Option(str(number), {"": left}) for number, (left, _) in enumerate(lefts, 1)),
        tuple(Option(str(number), {"": right}) for number, right in enumerate(rights, 1)),
        {str(number): str(rights.index(right) + 1) for number, (_, right) in enumerate(lefts, 1)},
    )


def ordering(steps: Sequence[str]) -> Task | None:
    texts = [step.strip() for step in steps if step.strip()][:MOST_OPTIONS]
    return (
        Ordering(tuple(Option(str(number), {"": text}) for number, text in enumerate(texts, 1))) if texts[1:] else None
    )


def explained(general: str, answers: Sequence[Answer]) -> str:
    """What was said after an answer, all of it: Ieum has one explanation. `general` is Markdown."""
    said = [
        f"- {escaped(short(each.text))}: {escaped(each.feedback.strip())}" for each in answers if each.feedback.strip()
    ]
    return "\n\n".join(filter(None, (general.strip(), "\n".join(said))))


def short(text: str) -> str:
    """For a report."""
    words = " ".join(text.split())
    return words if len(words) <= 80 else f"{words[:79]}…"
