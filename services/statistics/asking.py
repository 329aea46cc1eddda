"""Live tables from the facts. A table is protected together with those that the same official could open beside it: of
the areas next to its own, of all courses, of all quarters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.chassis.mongo import Document
from services.statistics import splitting
from services.statistics.domain import cube, live
from services.statistics.domain.areas import AreaTree
from services.statistics.domain.cube import Question
from services.statistics.domain.dimensions import TOTAL, UNKNOWN
from services.statistics.domain.live import Hidden, Key, Line, Tally
from services.statistics.store import Facts

_EVERYBODY: Document = {"$literal": TOTAL}
Cells = dict[Key, Tally]


@dataclass(frozen=True)
class Answer:
    """The rows that are listed, the total last, and what is hidden of each."""

    rows: Sequence[Tally]
    hidden: Mapping[str, Set[str]]


class Asking:
    """What one caller asks at one moment; `scopes` are where they may look."""

    def __init__(
        self, facts: Facts, tree: AreaTree, courses: Mapping[str, Document], scopes: Iterable[str], now: datetime
    ) -> None:
        self._facts = facts
        self._tree = tree
        self._courses = courses
        self._scopes = frozenset(scopes)
        self._now = now

    async def answer(self, asked: Question) -> Answer:
        inside = asked.by == "REF_AREA"
        path = self._tree.path(self._scopes, asked.area)
        cells: Cells = {}
        lines: list[Line] = []
        for area in path if inside or len(path) == 1 else path[:-1]:
            here = replace(asked, area=area, by="" if inside else asked.by)
            await self._look(here, cells, lines, inside=inside or len(path) > 1)
        hidden = live.protected(cells, lines, asked.policy(self._now), await self._given_away(asked))
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

    async def _look(self, here: Question, cells: Cells, lines: list[Line], *, inside: bool) -> None:
        """Adds what an area holds and, if `inside`, what each area directly in it does."""
        match, branches = self._match(here), self._branches(here.area) if inside else {}
        found = {key: cell for key, cell in cells.items() if key[0] == here.area}
        for row in [_EVERYBODY, self._way(here.by)] if here.by else [_EVERYBODY]:
            if here.area not in {area for area, code in cells if code != TOTAL or not here.by}:
                found |= {(here.area, each.code): each for each in await self._tallies(here, match, row)}
            if branches:
                for each in await self._tallies(here, match, splitting.within(branches, row)):
                    place, code = each.code.split(splitting.APART, 1)
                    found[_place(here.area, place), code] = each
        unlisted = {area for area, _ in found} - {here.area} - {_place(here.area, place) for place in branches}
        places = [*(_place(here.area, place) for place in branches), *unlisted]
        made = cube.sums(here.area, places, here.by, {code for _, code in found} - {TOTAL}, here.policy(self._now))
        for key in [(here.area, TOTAL), *(key for line in made for key in (line.total, *line.parts))]:
            cells.setdefault(key, found.get(key, Tally(key[1])))
        lines += made

    async def _given_away(self, asked: Question) -> Hidden:
        """What would tell, set against all courses or all quarters, what is hidden there."""
        out: dict[Key, set[str]] = defaultdict(set)
        for wide, chosen, others in _wider(asked):
            table = await self.answer(wide)
            out[asked.area, TOTAL] |= {measure for measure in live.MEASURES if _tells(table, measure, chosen)}
            match = {"$and": [self._match(wide), others]}
            for row in [_EVERYBODY, self._way(asked.by, asked.area)] if asked.by else [_EVERYBODY]:
                for each in await self._tallies(asked, match, row):
                    by_area = asked.by == "REF_AREA" and each.code != TOTAL
                    key = (_place(asked.area, each.code), TOTAL) if by_area else (asked.area, each.code)
                    out[key] |= live.sensitive(each, asked.policy(self._now).k)
        return out

    async def _tallies(self, asked: Question, match: Document, row: Any) -> list[Tally]:
        return await self._facts.tallies(match, row, asked.as_of)

    def _branches(self, area: str) -> Mapping[str, Sequence[str]]:
        return {} if area.startswith("organisations/") else self._tree.branches(area)

    def _match(self, asked: Question) -> Document:
        quarter: Document = {"$gte": asked.first or "0000"} | ({"$lte": asked.last} if asked.last else {})
        match: Document = {"universe": asked.universe, "quarter": quarter}
        if asked.as_of:
            match["enrolled_at"] = {"$lte": asked.as_of}
        if asked.course:
            match["course"] = asked.course
        if asked.area.startswith("organisations/"):
            return match | {"organisation": asked.area}
        return match if self._tree.is_whole(asked.area) else match | {"area": {"$in": self._tree.below(asked.area)}}

    def _way(self, by: str, area: str = "") -> Any:
        """The expression that puts a fact under its code, or under several."""
        match by:
            case "REF_AREA":
                return splitting.by_area(self._branches(area))
            case "AGE":
                return splitting.by_age()
            case "SEX":
                return splitting.by_sex()
            case "TARGET_GROUP":
                return splitting.by_target_group(cube.AGE_UNKNOWN)
            case "COURSE":
                return "$course"
            case "TIME_PERIOD":
                return "$quarter"
            case "COURSE_DOMAIN":
                return splitting.by_digcomp_area(self._courses)
        return _EVERYBODY


def _wider(asked: Question) -> Iterator[tuple[Question, Callable[[str], bool], Document]]:
    """The table that one choice was made from, which of its rows were chosen, and the facts of the others."""
    if asked.course:
        yield replace(asked, course="", by="COURSE"), asked.course.__eq__, {"course": {"$ne": asked.course}}
    if asked.first or asked.last:
        chosen: Document = {"$gte": asked.first or "0000"} | ({"$lte": asked.last} if asked.last else {})
        yield replace(asked, first="", last="", by="TIME_PERIOD"), asked.includes, {"quarter": {"$not": chosen}}


def _tells(table: Answer, measure: str, chosen: Callable[[str], bool]) -> bool:
    """Whether the sum of the chosen rows says something of those that are hidden, and not only that it is theirs."""
    gone = {row.code for row in table.rows if row.code != TOTAL and measure in table.hidden[row.code]}
    inside = {code for code in gone if chosen(code)}
    return bool(inside) and (inside != gone or measure in table.hidden[TOTAL])


def _place(area: str, place: str) -> str:
    """A part of an area: one directly in it, or those of its people who have no nearer place, or none that is known."""
    return f"{area} {place}" if place in (area, UNKNOWN) else place
