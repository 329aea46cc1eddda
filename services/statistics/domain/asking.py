"""What an official is told. A table is protected together with those that they could open beside it: of the areas next
to their own, of all courses, of all quarters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.statistics.domain import cube, live
from services.statistics.domain.areas import AreaTree
from services.statistics.domain.cohort import Row, codes_by, tallied
from services.statistics.domain.cube import Question
from services.statistics.domain.dimensions import TOTAL, UNKNOWN
from services.statistics.domain.live import Hidden, Key, Line, Tally

Cells = dict[Key, Tally]


@dataclass(frozen=True)
class Answer:
    """The rows that are listed, the total last, and what is hidden of each."""

    rows: Sequence[Tally]
    hidden: Mapping[str, Set[str]]


class Asking:
    """What one caller asks at one moment; `scopes` are where they may look, `rows` are all enrolments there."""

    def __init__(
        self,
        rows: Sequence[Row],
        tree: AreaTree,
        courses: Mapping[str, Mapping[str, Any]],
        scopes: Iterable[str],
        now: datetime,
    ) -> None:
        self._rows = rows
        self._tree = tree
        self._courses = courses
        self._scopes = frozenset(scopes)
        self._now = now

    def answer(self, asked: Question) -> Answer:
        inside = asked.by == "REF_AREA"
        path = self._tree.path(self._scopes, asked.area)
        rows = [row for row in self._rows if asked.takes(row.course, row.quarter)]
        cells: Cells = {}
        lines: list[Line] = []
        for area in path if inside or len(path) == 1 else path[:-1]:
            here = replace(asked, area=area, by="" if inside else asked.by)
            self._look(here, rows, cells, lines, inside=inside or len(path) > 1)
        hidden = live.protected(cells, lines, asked.policy(self._now), self._given_away(asked))
        return self._answer(asked, cells, hidden)

    def _answer(self, asked: Question, cells: Cells, hidden: Hidden) -> Answer:
        if asked.by == "REF_AREA":
            keys = {code: (_place(asked.area, code), TOTAL) for code in (*self._branches(asked.area), UNKNOWN)}
            keys = {code: key for code, key in keys.items() if key in cells}
        else:
            found = {code for area, code in cells if area == asked.area and cells[area, code].enrolments}
            keys = {code: (asked.area, code) for code in (cube.listed(asked.by, found - {TOTAL}) if asked.by else ())}
        keys[TOTAL] = (asked.area, TOTAL)
        rows = [replace(cells.get(key, Tally(code)), code=code) for code, key in keys.items()]
        return Answer(rows, {code: hidden.get(key, frozenset()) for code, key in keys.items()})

    def _look(self, here: Question, rows: Sequence[Row], cells: Cells, lines: list[Line], *, inside: bool) -> None:
        """Adds what an area holds and, if `inside`, what each area directly in it does."""
        branches = self._branches(here.area) if inside else {}
        found = self._count(here, rows, branches)
        unlisted = {area for area, _ in found} - {here.area} - {_place(here.area, place) for place in branches}
        places = [*(_place(here.area, place) for place in branches), *unlisted]
        made = cube.sums(here.area, places, here.by, {code for _, code in found} - {TOTAL}, here.policy(self._now))
        for key in [(here.area, TOTAL), *(key for line in made for key in (line.total, *line.parts))]:
            cells.setdefault(key, found.get(key, Tally(key[1])))
        lines += made

    def _count(self, here: Question, rows: Sequence[Row], branches: Mapping[str, Sequence[str]]) -> Cells:
        """By category in the area itself and in each of its branches."""
        place_of = {area: _place(here.area, branch) for branch, areas in branches.items() for area in areas}
        nowhere, codes = _place(here.area, UNKNOWN), codes_by(here.by, self._courses)

        def keys(row: Row) -> Iterator[Key]:
            for code in codes(row):
                yield here.area, code
                if branches:
                    yield place_of.get(row.area, nowhere), code

        return tallied(self._within(here.area, rows), keys)

    def _within(self, area: str, rows: Sequence[Row]) -> Sequence[Row]:
        if area.startswith("organisations/") or self._tree.is_whole(area):
            return rows
        below = frozenset(self._tree.below(area))
        return [row for row in rows if row.area in below]

    def _given_away(self, asked: Question) -> Hidden:
        """What would tell, set against all courses or all quarters, what is hidden there."""
        out: dict[Key, set[str]] = defaultdict(set)
        by_area = asked.by == "REF_AREA"
        here = replace(asked, by="") if by_area else asked
        branches = self._branches(asked.area) if by_area else {}
        for wide, chosen in _wider(asked):
            table = self.answer(wide)
            out[asked.area, TOTAL] |= {measure for measure in live.MEASURES if _tells(table, measure, chosen)}
            others = [
                row
                for row in self._rows
                if wide.takes(row.course, row.quarter) and not asked.takes(row.course, row.quarter)
            ]
            for key, cell in self._count(here, others, branches).items():
                out[key] |= live.sensitive(cell, asked.policy(self._now).k)
        return out

    def _branches(self, area: str) -> Mapping[str, Sequence[str]]:
        return {} if area.startswith("organisations/") else self._tree.branches(area)


def _wider(asked: Question) -> Iterator[tuple[Question, Callable[[str], bool]]]:
    """The table that one choice was made from, and which of its rows were chosen."""
    if asked.course:
        yield replace(asked, course="", by="COURSE"), asked.course.__eq__
    if asked.first or asked.last:
        yield replace(asked, first="", last="", by="TIME_PERIOD"), asked.includes


def _tells(table: Answer, measure: str, chosen: Callable[[str], bool]) -> bool:
    """Whether the sum of the chosen rows says something of those that are hidden, and not only that it is theirs."""
    gone = {row.code for row in table.rows if row.code != TOTAL and measure in table.hidden[row.code]}
    inside = {code for code in gone if chosen(code)}
    return bool(inside) and (inside != gone or measure in table.hidden[TOTAL])


def _place(area: str, place: str) -> str:
    """A part of an area: one directly in it, or those of its people who have no nearer place, or none that is known."""
    return f"{area} {place}" if place in (area, UNKNOWN) else place
