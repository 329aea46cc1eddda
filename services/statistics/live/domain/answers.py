"""The answer to an official. A table is protected together with those that they could open beside it: of the areas next
to their own, of all courses, of all quarters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from services.statistics.areas.tree import AreaTree
from services.statistics.figures.dimensions import TOTAL, UNKNOWN
from services.statistics.live.domain import protection, questions
from services.statistics.live.domain.protection import Hidden, Key, Line, Tally
from services.statistics.live.domain.questions import Ask, Question, part

Cells = dict[Key, Tally]
Count = Callable[[Ask], Mapping[Key, Tally]]
"""Of each cell with anybody in it."""


@dataclass(frozen=True)
class Answer:
    """The rows that are listed, the total last, and what is hidden of each."""

    rows: Sequence[Tally]
    hidden: Mapping[str, Set[str]]


class OfficialView:
    """Answers the questions of one caller at one moment; `scopes` are the places they may look at."""

    def __init__(self, count: Count, tree: AreaTree, scopes: Iterable[str], now: datetime) -> None:
        self._count = count
        self._tree = tree
        self._scopes = frozenset(scopes)
        self._now = now

    def answer(self, asked: Question) -> Answer:
        inside = asked.by == "REF_AREA"
        path = self._tree.path(self._scopes, asked.area)
        cells: Cells = {}
        lines: list[Line] = []
        for area in path if inside or len(path) == 1 else path[:-1]:
            here = replace(asked, area=area, by="" if inside else asked.by)
            self._look(here, cells, lines, inside=inside or len(path) > 1)
        hidden = protection.protect(cells, lines, asked.policy(self._now), self._given_away(asked))
        return self._answer(asked, cells, hidden)

    def _answer(self, asked: Question, cells: Cells, hidden: Hidden) -> Answer:
        if asked.by == "REF_AREA":
            keys = {code: (part(asked.area, code), TOTAL) for code in (*self._branches(asked), UNKNOWN)}
            keys = {code: key for code, key in keys.items() if key in cells}
        else:
            codes_found = {code for area, code in cells if area == asked.area and cells[area, code].enrolments}
            keys = {
                code: (asked.area, code)
                for code in (questions.listed_codes(asked.by, codes_found - {TOTAL}) if asked.by else ())
            }
        keys[TOTAL] = (asked.area, TOTAL)
        rows = [replace(cells.get(key, Tally(code)), code=code) for code, key in keys.items()]
        return Answer(rows, {code: hidden.get(key, frozenset()) for code, key in keys.items()})

    def _look(self, here: Question, cells: Cells, lines: list[Line], *, inside: bool) -> None:
        """Adds what an area holds and, if `inside`, what each area directly in it does."""
        branches = self._branches(here) if inside else {}
        tallies = self._count(Ask(here, inside))
        unlisted = {area for area, _ in tallies} - {here.area} - {part(here.area, place) for place in branches}
        places = [*(part(here.area, place) for place in branches), *unlisted]
        sums = questions.sums(
            here.area, places, here.by, {code for _, code in tallies} - {TOTAL}, here.policy(self._now)
        )
        for key in [(here.area, TOTAL), *(key for line in sums for key in (line.total, *line.parts))]:
            cells.setdefault(key, tallies.get(key, Tally(key[1])))
        lines += sums

    def _given_away(self, asked: Question) -> Hidden:
        """What would tell, set against all courses or all quarters, what is hidden there."""
        out: dict[Key, set[str]] = defaultdict(set)
        by_area = asked.by == "REF_AREA"
        by = "" if by_area else asked.by
        for wide, chosen in _wider(asked):
            table = self.answer(wide)
            out[asked.area, TOTAL] |= {measure for measure in protection.MEASURES if _tells(table, measure, chosen)}
            for key, cell in self._count(Ask(replace(wide, by=by), by_area, but=asked)).items():
                out[key] |= protection.sensitive_measures(cell, asked.policy(self._now).k)
        return out

    def _branches(self, here: Question) -> Mapping[str, Sequence[str]]:
        return {} if here.of_organisation else self._tree.branches(here.area)


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
