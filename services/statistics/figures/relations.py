"""How counts depend on each other, declared once: tables, suppression and audit take their sums from here.

A breakdown without its relations is refused: what readers can subtract must be known to whoever hides it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from services.statistics.figures.dimensions import TOTAL, UNKNOWN
from services.statistics.figures.refusal import InvalidValue
from services.statistics.figures.units import BREAKDOWNS, GENERAL, OLDER, QUESTIONS, YOUNGER, Breakdown

ENR, EPR, CMP, NOT, STR, WDR, IPR, NST, CMF = "ENR", "EPR", "CMP", "NOT", "STR", "WDR", "IPR", "NST", "CMF"
CMP90, LATER = "CMP90", "LATER"
"""Completions within 90 days of enrolling, and the others. LATER is never printed, but anybody can subtract."""
AGAIN = "!AGAIN"
"""Enrolments of persons who are counted by another one."""


@dataclass(frozen=True, slots=True)
class Relation:
    """The parts add up to the total. `rest` names the part that makes up for what the others leave: it is never
    printed, and turns an equation into "at most". `parting`: everybody of the total is in exactly one of the parts, so
    that whoever is outside a part is known to be in the others."""

    total: str
    parts: tuple[str, ...]
    rest: str = ""
    parting: bool = True

    @property
    def all_parts(self) -> tuple[str, ...]:
        return (*self.parts, self.rest) if self.rest else self.parts


BY_MEASURE = (Relation(ENR, (CMP, NOT)), Relation(ENR, (EPR,), AGAIN, parting=False))
"""Of every category. NOT (not completed) is never printed, but anybody can subtract."""
BY_TIME = (Relation(CMP, (CMP90, LATER)),)
BY_STATUS = (Relation(NOT, (WDR, IPR, NST)), Relation(STR, (CMP, WDR, IPR)), Relation(ENR, (STR, NST)))
"""Both of everybody together."""


def relations_between_categories(breakdowns: Iterable[Breakdown]) -> tuple[Relation, ...]:
    """Raises InvalidValue for a breakdown whose categories nobody could tie to the rest."""
    known = list(breakdowns)
    for breakdown in known:
        _check(breakdown)
    return (*(relation for breakdown in known for relation in _splits(breakdown)), *_of_groups(known))


def _check(breakdown: Breakdown) -> None:
    if breakdown.question not in QUESTIONS:
        raise InvalidValue(f"{breakdown.id}: {breakdown.question!r} is not declared in QUESTIONS", field="question")
    tied = {code for children in breakdown.parts.values() for code in children}
    if TOTAL not in breakdown.parts or not breakdown.parts.keys() <= {TOTAL, *tied}:
        raise InvalidValue(f"{breakdown.id}: its categories do not add up to {TOTAL}", field="parts")
    if loose := sorted(breakdown.fields.keys() - tied):
        raise InvalidValue(f"{breakdown.id}: no sum holds {', '.join(loose)}", field="fields")
    if UNKNOWN in tied and not QUESTIONS[breakdown.question]:
        raise InvalidValue(f"{breakdown.id}: everybody answers {breakdown.question!r}", field="question")
    if len(breakdown.parts[TOTAL]) < 2:
        raise InvalidValue(f"{breakdown.id}: what is left of the total has no category", field="parts")


def _splits(breakdown: Breakdown) -> Iterator[Relation]:
    for parent, children in breakdown.parts.items():
        yield Relation(breakdown.label(parent), tuple(map(breakdown.label, children)))


def _of_groups(breakdowns: Collection[Breakdown]) -> Iterator[Relation]:
    """The general public is in no group and under 55; whoever answered is in a group, old, or general public."""
    by_id = {breakdown.id: breakdown for breakdown in breakdowns}
    if not {"age", "general"} <= by_id.keys():
        return
    general, unanswered = by_id["general"].label(GENERAL), QUESTIONS["groups"]
    young, old = by_id["age"].label(YOUNGER), by_id["age"].label(OLDER)
    yield Relation(young, (general,), "age=!in a group or unanswered", parting=False)
    flags = [f"group={each.id.partition(':')[2]}" for each in breakdowns if each.id.startswith("flag:")]
    for flag in flags:
        yield Relation(TOTAL, (general, flag, unanswered), f"{flag}!neither", parting=False)
    named = "group=!named"
    yield Relation(named, (general, old, *flags, unanswered, QUESTIONS["birth year"]), parting=False)
    yield Relation(named, (TOTAL,), "group=!named twice", parting=False)


BY_CATEGORY = relations_between_categories(BREAKDOWNS.values())
UNANSWERED = frozenset(label for label in QUESTIONS.values() if label)
"""Not to have answered is no trait: how many did not is no secret."""
