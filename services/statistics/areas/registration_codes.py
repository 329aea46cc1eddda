"""The area list of Korea's registration office: ten-digit codes whose trailing zeros give the level, names that begin
with the province's, and the months in which each was in use. Parents and changes of codes are inferred from these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from services.statistics.areas.code_lists import AreaChange, AreaVersion
from services.statistics.figures.refusal import InvalidValue

LENGTH = 10
PROVINCE, CITY, TOWN = 2, 5, 8
"""Significant digits of a province; of a city, county or district; of a town in one."""
_NAMED = 5
"""At most this many areas are named in an error message."""


@dataclass(frozen=True, slots=True)
class ListedArea:
    """One line of the list: a short code, the full name, the first day, and the last day or None while in use."""

    code: str
    name: str
    since: date
    until: date | None
    line: int

    @property
    def province(self) -> str:
        return self.code[:PROVINCE]

    @property
    def own_name(self) -> str:
        """The name without the province's; "" for a province. The city of Sejong has the name of its province."""
        return "" if self.code == self.province else self.name.partition(" ")[2] or self.name

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


def short_code(code: str) -> str:
    """The code without its padding zeros: 1100000000 -> 11, 4374500000 -> 43745. A short code stays as it is.

    Raises InvalidValue for anything else."""
    if not (code.isascii() and code.isdigit()) or len(code) not in (PROVINCE, CITY, TOWN, LENGTH):
        raise InvalidValue(f'"{code}" is not an administrative code; it has ten digits, as 4374500000')
    digits = len(code.rstrip("0"))
    return code[: next(length for length in (PROVINCE, CITY, TOWN, LENGTH) if digits <= length)]


def area_versions(rows: Sequence[ListedArea], exceptions: Mapping[str, str]) -> list[AreaVersion]:
    """The areas with their parents: for the districts of a city the city, which their names contain, else the province.
    The codes' prefixes do not show this. `exceptions` has other parents, by code."""
    named: dict[str, list[ListedArea]] = defaultdict(list)
    for row in rows:
        named[row.name].append(row)
    coded = {row.code for row in rows}
    for code in exceptions.keys() - coded:
        raise InvalidValue(f"{code} is not in the list of areas", field="code")
    return [_version(row, exceptions.get(row.code) or _parent(row, named, coded)) for row in rows]


def _version(row: ListedArea, parent: str) -> AreaVersion:
    level = "SIDO" if not parent else "SGG" if len(row.code) <= CITY else "EMD"
    if len(row.code) <= CITY and len(parent) == CITY:
        level = "GU"
    return AreaVersion(row.code, parent, level, {"ko": row.own_name or row.name}, row.since, row.until)


def _parent(row: ListedArea, named: Mapping[str, Sequence[ListedArea]], coded: Set[str]) -> str:
    if row.code == row.province:
        return ""
    above = row.name.rpartition(" ")[0]
    candidates = [
        candidate
        for candidate in named.get(above, ())
        if candidate.province == row.province and candidate.holds(row.since)
    ]
    if candidates:
        # the city of Sejong rather than the province
        return max(candidates, key=lambda candidate: len(candidate.code)).code
    if " " not in above and row.province in coded:
        return row.province
    missing = above or row.province
    raise InvalidValue(
        f"{row.code} ({row.name}) lies in {missing}, which is not in the list on {row.since}; add its line, or name "
        "the parent with --parents",
        field="name",
        line=row.line,
    )


def infer_changes(rows: Sequence[ListedArea], explained: Set[str]) -> list[AreaChange]:
    """The successors of the codes that ended: the code that begins on the next day with the same name after the
    province's; for a province, the one that all its areas moved into. Codes that a crosswalk has `explained` are left
    out. Raises InvalidValue with the names of the rest, because a guess would move people."""
    began: dict[tuple[date, str], list[str]] = defaultdict(list)
    for row in rows:
        began[row.since, row.own_name].append(row.code)
    ended = [row for row in rows if row.until is not None and row.code not in explained]
    successors, lost = dict[ListedArea, str](), list[ListedArea]()
    for row in sorted(ended, key=lambda row: not row.own_name):  # provinces last: their areas tell
        heirs = began.get((_next(row), row.own_name), [])
        if not row.own_name:
            targets = {heir[:PROVINCE] for area, heir in successors.items() if area.province == row.code}
            heirs = [code for code in heirs if targets == {code}]
        if len(heirs) == 1:
            successors[row] = heirs[0]
        else:
            lost.append(row)
    if lost:
        raise _without_successor(lost)
    return [AreaChange(row.code, successors[row], _next(row), Fraction(1)) for row in ended]


def _next(row: ListedArea) -> date:
    assert row.until is not None  # noqa: S101 - only of what ended
    return row.until + timedelta(days=1)


def _without_successor(lost: Sequence[ListedArea]) -> InvalidValue:
    names = ", ".join(f"{row.code} ({row.name}, until {row.until})" for row in lost[:_NAMED])
    more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
    return InvalidValue(
        f"no area of the same name begins where these end: {names}{more}. Say what became of them with --crosswalk "
        "(columns from_code, to_code, day, share)",
        field="last_month",
        line=lost[0].line,
    )
