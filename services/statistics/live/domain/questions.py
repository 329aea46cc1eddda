"""The fixed cube of the live table: what may be asked, which categories a table lists, and how they share everybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.statistics.areas.tree import is_organisation
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.dimensions import CODES, FLAGS, TOTAL, UNKNOWN
from services.statistics.figures.units import SENSITIVE_FLAGS, SENSITIVE_K
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.protection import Line

CUSTOM_K = 10
_STILL_NOW = timedelta(days=1)
AGE_UNKNOWN = f"{UNKNOWN}_OLD"
"""Who gave no year of birth: not listed by target group, but what 55 and older and the others leave of the total."""


@dataclass(frozen=True, slots=True)
class Question:
    """`by` is a dimension or "" for the total alone; quarters "2026-Q3" or ""."""

    area: str
    universe: Universe
    by: str
    first: str = ""
    last: str = ""
    course: str = ""
    as_of: datetime | None = None
    k: int = Policy().k

    def is_custom(self, now: datetime) -> bool:
        """Whoever chooses a course, quarters or a past day could compare many small differences."""
        past = self.as_of is not None and self.as_of < now - _STILL_NOW
        return bool(self.course or self.first or self.last or past)

    def policy(self, now: datetime) -> Policy:
        return Policy(k=max(self.k, CUSTOM_K) if self.is_custom(now) else self.k)

    def includes(self, quarter: str) -> bool:
        return (self.first or "0000") <= quarter <= (self.last or "9999")

    @property
    def of_organisation(self) -> bool:
        return is_organisation(self.area)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be counted: a question's enrolments by its categories, in its area and, if `inside`, in each place
    directly in it; without those that the question `but` takes."""

    question: Question
    inside: bool = False
    but: Question | None = None


def part(area: str, place: str) -> str:
    """A part of an area: one directly in it, or those of its people who have no nearer place, or none that is known."""
    return f"{area} {place}" if place in (area, UNKNOWN) else place


def categories_overlap(by: str) -> bool:
    return by in ("TARGET_GROUP", "COURSE_DOMAIN")


def listed_codes(by: str, present: Collection[str]) -> list[str]:
    """What the table shows: the dimension's own categories in their order, even with nobody in them, then what else
    there is, the unknown last."""
    codes = _CODES.get(by, ())
    hidden = {UNKNOWN, AGE_UNKNOWN, *(f"N_{code}" for code in (*codes, UNKNOWN))}
    others = sorted(code for code in present if code not in codes and code not in hidden)
    return [*codes, *others, *([UNKNOWN] if UNKNOWN in present else [])]


def families(by: str, codes: Sequence[str], policy: Policy) -> list[tuple[tuple[str, ...], int]]:
    """Categories that share everybody out among them, each enrolment once, and the persons that make one safe."""
    if by == "TARGET_GROUP":
        flags = [((flag, f"N_{flag}", UNKNOWN), _level(flag, policy)) for flag in FLAGS]
        return [(("OLD", "N_OLD", AGE_UNKNOWN), policy.k), *flags]
    if by == "COURSE_DOMAIN":
        return [((code, f"N_{code}"), policy.k) for code in (*_CODES[by], UNKNOWN)]
    return [(tuple(codes), policy.k)] if codes else []


def sums(area: str, places: Sequence[str], by: str, present: Collection[str], policy: Policy) -> list[Line]:
    """What adds up where an official looks: the categories of the area and of each place in it to their totals, and
    the places to the area, in all and in each category."""
    shares = families(by, listed_codes(by, present), policy)
    within = [
        Line((place, TOTAL), tuple((place, code) for code in codes), k)
        for place in (area, *places)
        for codes, k in shares
    ]
    levels = {TOTAL: policy.k}
    for codes, k in shares:
        levels |= {code: max(k, levels.get(code, k)) for code in codes}
    across = [Line((area, code), tuple((place, code) for place in places), k) for code, k in levels.items()]
    return within + (across if places else [])


def _level(flag: str, policy: Policy) -> int:
    return max(policy.k, SENSITIVE_K) if flag in SENSITIVE_FLAGS else policy.k


_NOT_LISTED = ("_O", "GEN")
"""Codes that the live table has no row for unless somebody is counted there."""
_CODES = {column: tuple(code for code in codes if code not in _NOT_LISTED) for column, codes in CODES.items()}
