"""What may be asked of the live table, and the rows that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.errors import Invalid
from services.statistics.figures.dimensions import TOTAL, UNKNOWN
from services.statistics.figures.periods import is_period, is_year, quarters_in
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.lattice import ALL, ROWS, Key, World, code, completed_in, own, unknown
from services.statistics.live.domain.protection import Figure, ShownCell, completers
from services.statistics.live.domain.steps import Shown

_OF_COURSES = ("COURSE", "COURSE_DOMAIN")


@dataclass(frozen=True, slots=True)
class Question:
    """`by` is a dimension or "" for the total alone; `period` a year, a quarter or "" for all time."""

    area: str
    universe: Universe
    by: str
    period: str = ""
    course: str = ""
    as_of: datetime | None = None

    @property
    def is_custom(self) -> bool:
        """Whoever chooses a course, a period or a past day is noted in the audit log."""
        return bool(self.course or self.period or self.as_of)

    def check(self) -> None:
        """Raises Invalid for what lies outside the lattice."""
        if self.period and (not is_period(self.period) or not (is_year(self.period) or "Q" in self.period)):
            raise Invalid("PERIOD_INVALID", field="period", period=self.period)
        if self.period and self.course:
            raise Invalid("PERIOD_AND_COURSE", field="course")
        if self.course and self.by in _OF_COURSES:
            raise Invalid("COURSE_BY_COURSE", field="by")


@dataclass(frozen=True)
class LiveState:
    """What is shown since a day's midnight, of residents or of employees."""

    as_of: datetime
    shown: Shown
    world: World
    quarter: str
    """The last quarter that has begun."""
    is_past: bool = False

    def rows(self, asked: Question) -> list[tuple[str, ShownCell]]:
        """Code and cell of each row, the total last. Which rows there are tells of nobody."""
        keys = {**self._keys(asked), TOTAL: self._key(asked, TOTAL)}
        return [(each, self.shown.get(key, ShownCell())) for each, key in keys.items()]

    def completers(self, asked: Question) -> list[Figure]:
        """For each of the rows, who completed in its period, or ever; none where a period's are not told by courses."""
        keys = [*self._keys(asked).values(), self._key(asked, TOTAL)]
        if any(is_period(choice) and each.startswith("COURSE") for _, choice, each in keys):
            return []
        return [self._completers(key) for key in keys]

    def _completers(self, key: Key) -> Figure:
        place, choice, each = key
        of_period = is_period(choice)
        cell = self.shown.get((place, completed_in(choice), each) if of_period else key, ShownCell())
        return completers(cell, of_period=of_period)

    def cell(self, area: str, choice: str, each: str) -> ShownCell:
        """Of an area, a choice and a code."""
        return self.shown.get((self.world.place(area), choice, each), ShownCell())

    def _keys(self, asked: Question) -> dict[str, Key]:
        place = self.world.place(asked.area)
        if asked.by == "REF_AREA":
            choice = asked.course or asked.period
            if place != asked.area:  # everywhere is the one area at the top
                return {place: (place, choice, TOTAL)}
            names = {own(place): place, unknown(place): UNKNOWN}
            return {names.get(part, part): (part, choice, TOTAL) for part in self.world.parts(place)}
        if asked.by == "TIME_PERIOD":
            each = code("COURSE", asked.course) if asked.course else TOTAL
            return {quarter: (place, quarter, each) for quarter in self._quarters(asked.period)}
        if asked.by == "COURSE":
            return {
                course: (place, asked.period, code("COURSE", course)) if asked.period else (place, course, TOTAL)
                for course in self.courses()
            }
        return {each: self._key(asked, code(asked.by, each)) for each in ROWS.get(asked.by, ())}

    def courses(self) -> Sequence[str]:
        """Those that enough people took, wherever they live."""
        return sorted(
            choice
            for place, choice, each in self.shown
            if place == self.world.root and each == TOTAL and choice.startswith("courses/")
        )

    def _key(self, asked: Question, each: str) -> Key:
        return self.world.place(asked.area), asked.course or asked.period or ALL, each

    def _quarters(self, period: str) -> list[str]:
        if period:
            return list(quarters_in(period))
        known = [choice for place, choice, _ in self.shown if "-Q" in choice and place == self.world.root]
        first = min([*known, self.quarter])
        years = range(int(first[:4]), int(self.quarter[:4]) + 1)
        return [each for year in years for each in quarters_in(str(year)) if first <= each <= self.quarter]
