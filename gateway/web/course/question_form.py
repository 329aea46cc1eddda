"""The form of a quiz question: its fields, the answer read from it, and an answer written out in words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from multidict import MultiMapping

from gateway.language.i18n import msgid
from gateway.web.course.card import address
from gateway.web.course.gap_text import pieces_of
from gateway.web.course.question_kinds import kind_of
from gateway.web.course.screen import Reader
from ieum.courses.v1.content_pb2 import Choice, Item, Option
from ieum.progress.v1.progress_pb2 import Answer
from services.chassis.text import plain_number

FIELD = "answer"
UNKNOWN = "unknown"
"""The field of the button by which a learner says that they do not know."""
UNKNOWN_WORDS = msgid("I don't know")
LONGEST_TEXT = 200
TRUE_FALSE: Mapping[str, str] = {"true": msgid("Yes, that is right"), "false": msgid("No, that is wrong")}
HINTS: Mapping[str, str] = {
    "choice": msgid("Choose one answer."),
    "multiple": msgid("Choose all answers that are right."),
    "true_false": msgid("Is this right or wrong?"),
    "short_text": msgid("Write your answer in a word or two."),
    "gaps": msgid("Write what is missing in each gap. Each one that is right counts."),
    "number": msgid("Write a number."),
    "matching": msgid("Choose what belongs to each line."),
    "ordering": msgid("Put the steps in order. The first one is number 1."),
    "hotspot": msgid("Choose the place on the picture."),
    "placement": msgid("Choose what belongs in each place of the picture. Each one that is right counts."),
}
SEVERAL_PLACES = msgid("Choose all places that are right. Each one counts; a wrong one takes one away.")


@dataclass(frozen=True)
class Question:
    """`options` are what is chosen from, or the steps; `left` are the lines or places to find a partner for.

    `chosen` is what was typed or chosen so far: by field name where there are several, under FIELD otherwise. `spots`:
    by the id of an option, its left, top, width and height in thousandths of the picture. `pieces`: a text with gaps,
    each piece with the id of the gap behind it.
    """

    kind: str
    prompt: str
    hint: str
    options: Sequence[tuple[str, str]] = ()
    left: Sequence[tuple[str, str]] = ()
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    picture: str = ""
    picture_alt: str = ""
    several: bool = False
    spots: Mapping[str, tuple[int, int, int, int]] = field(default_factory=dict)
    pieces: Sequence[tuple[str, str]] = ()

    def value(self, name: str = FIELD) -> str:
        return (*self.chosen.get(name, ()), "")[0]

    @property
    def values(self) -> Sequence[str]:
        return self.chosen.get(FIELD, ())


def question_of(reader: Reader, item: Item, typed: MultiMapping[str], shuffled_for: str = "") -> Question:
    """`shuffled_for`: where a quiz shuffles its options, for whom and which attempt; the same gives the same order."""

    def texts(options: Sequence[Option]) -> list[tuple[str, str]]:
        """A place on the picture has the number that it has there."""
        words = enumerate([reader.words(option.text) for option in options], 1)
        numbered = [f"{number}. {text}" for number, text in words]
        return [
            (option.id, with_number if option.HasField("spot") else reader.words(option.text))
            for option, with_number in zip(options, numbered, strict=True)
        ]

    kind, gettext = kind_of(item), reader.locale.gettext
    hint = SEVERAL_PLACES if item.choice.on_picture and item.choice.multiple else HINTS[kind]
    options = {
        "true_false": [(value, gettext(words)) for value, words in TRUE_FALSE.items()],
        "matching": _distinct(texts(item.matching.right)),
        "placement": _distinct(texts(item.matching.right)),
        "ordering": texts(item.ordering.steps),
    }.get(kind, texts(_shuffled(item.choice, shuffled_for)))
    return Question(
        kind=kind,
        prompt=reader.words(item.prompt),
        hint=gettext(hint),
        options=options,
        left=texts(item.matching.left),
        chosen={name: typed.getall(name) for name in _names(item) if name in typed},
        picture=address(reader.medium(item.picture.media)),
        picture_alt=reader.words(item.picture.alt),
        several=item.choice.multiple,
        spots=_spots([*item.choice.options, *item.matching.left]),
        pieces=pieces_of(reader.words(item.gaps.text), item.gaps) if kind == "gaps" else (),
    )


def _spots(options: Iterable[Option]) -> dict[str, tuple[int, int, int, int]]:
    return {
        option.id: (option.spot.left, option.spot.top, option.spot.width, option.spot.height)
        for option in options
        if option.HasField("spot")
    }


def _shuffled(choice: Choice, seed: str) -> Sequence[Option]:
    """Places on a picture keep their numbers, and numbers their order."""
    numbers = all(plain_number(text) for option in choice.options for text in option.text.values())
    if not seed or choice.on_picture or numbers:
        return choice.options
    return sorted(choice.options, key=lambda option: hashlib.sha256(f"{seed}/{option.id}".encode()).digest())


def _distinct(options: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The first of the options that read the same: progress grades them as one."""
    first: dict[str, str] = {}
    for option, text in options:
        first.setdefault(" ".join(text.split()), option)
    return [(option, text) for text, option in first.items()]


def _names(item: Item) -> list[str]:
    """The names of the fields of a question."""
    match kind_of(item):
        case "matching" | "placement":
            return [f"pair-{left.id}" for left in item.matching.left]
        case "gaps":
            return [f"pair-{gap.id}" for gap in item.gaps.gaps]
        case "ordering":
            return [f"place-{step.id}" for step in item.ordering.steps]
        case _:
            return [FIELD]


def typed_in(item: Item, form: MultiMapping[str]) -> list[tuple[str, str]]:
    """The fields of a form that belong to the question, to be kept while the learner signs in again."""
    return [(name, value) for name in (*_names(item), UNKNOWN) for value in form.getall(name, []) if value]


def answer_of(item: Item, form: MultiMapping[str]) -> Answer:
    """Read the answer from a form. What is missing stays empty; the progress service refuses it."""
    if form.get(UNKNOWN):
        return Answer(unknown=True)
    match kind_of(item):
        case "matching" | "placement" | "gaps":
            pairs = {name.removeprefix("pair-"): form.get(name, "") for name in _names(item)}
            return Answer(pairs={left: right for left, right in pairs.items() if right.strip()})
        case "ordering":
            return Answer(values=_ordered(item, form))
        case _:
            return Answer(values=[value for value in form.getall(FIELD, []) if value.strip()])


def _ordered(item: Item, form: MultiMapping[str]) -> list[str]:
    """The steps in the order of the places chosen; steps without a place of their own are left out."""
    places = {form.get(f"place-{step.id}", ""): step.id for step in item.ordering.steps}
    return [places[str(at)] for at in range(1, len(item.ordering.steps) + 1) if str(at) in places]


def in_words(reader: Reader, item: Item, answer: Answer) -> list[str]:
    """An answer as lines to read."""
    if answer.unknown:
        return [reader.locale.gettext(UNKNOWN_WORDS)]
    match kind_of(item):
        case "choice" | "multiple" | "hotspot":
            return [reader.words(option.text) for option in item.choice.options if option.id in answer.values]
        case "true_false":
            return [reader.locale.gettext(TRUE_FALSE[value]) for value in answer.values if value in TRUE_FALSE]
        case "matching" | "placement":
            right = {option.id: reader.words(option.text) for option in item.matching.right}
            return [
                f"{reader.words(left.text)} → {right.get(answer.pairs[left.id], '')}"
                for left in item.matching.left
                if left.id in answer.pairs
            ]
        case "ordering":
            steps = {step.id: reader.words(step.text) for step in item.ordering.steps}
            return [steps[value] for value in answer.values if value in steps]
        case "gaps":
            gaps = [id for _, id in pieces_of(reader.words(item.gaps.text), item.gaps) if id]
            return [f"({number}) {answer.pairs[id]}" for number, id in enumerate(gaps, 1) if id in answer.pairs]
        case "number":
            return [number_words(value) for value in answer.values]
        case _:
            return list(answer.values[:3])


def number_words(text: str) -> str:
    """A plain number without the zeros that only a program needs."""
    whole, point, rest = text.strip().partition(".")
    return f"{whole}.{rest.rstrip('0')}".rstrip(".") if point else text.strip()
