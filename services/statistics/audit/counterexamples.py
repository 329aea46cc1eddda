"""Whether secrets stay open in a whole release: each needs tables of whole persons that agree with all that is shown
and give it other sizes.

Such a table is a proof. They are sought from the people really counted, who agree as well; nothing but what is shown
binds them. One programme serves all secrets at once, and what is left over is asked one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from services.statistics.audit.alternative_tables import AlternativeTables, Numbers
from services.statistics.audit.bounds import Component
from services.statistics.audit.published import Key
from services.statistics.audit.release_part import Attack, Disclosure


@dataclass
class RangeQuestion:
    """Can the sum be 0 and can it be k, given what is `sure` in it? `low` and `high` are what tables have shown."""

    name: Key
    says: str
    weights: Mapping[Key, int]
    sure: int
    k: int
    low: float = np.inf
    high: float = -np.inf

    def wants(self, sign: int) -> bool:
        return self.high < self.k if sign > 0 else self.low > 0

    def need(self, sign: int, value: float) -> float:
        """How far from `value` to what it wants."""
        return self.k - value if sign > 0 else value

    def opened(self, attack: Attack | None = None, evidence: str = "") -> Disclosure:
        low, high = (int(end) if np.isfinite(end) else self.sure for end in (self.low, self.high))
        return Disclosure(self.name, attack or _CLOSED[low == high], low, high, self.says, evidence)


_CLOSED = {True: Attack.EXACT, False: Attack.INTERVAL}


class Counterexamples:
    """Of the questions about one island."""

    def __init__(self, island: Component, truth: Mapping[Key, int], questions: Sequence[RangeQuestion]) -> None:
        self._place = {key: j for j, key in enumerate(island.keys)}
        rows = [row for row in island.rows if np.isfinite(row[1]) or np.isfinite(row[2])]
        low, high = (np.array([row[end] for row in rows], dtype=float) for end in (1, 2))
        start = np.array([float(truth.get(key, 0)) for key in island.keys])
        self._moves = AlternativeTables(start, self._matrix([row[0] for row in rows]), low, high)
        if not self._moves.agrees(start):
            island.check()
            self._moves.start = np.array([float(island.seen[-1][key]) for key in island.keys])
        self.questions = questions
        self._asked = self._matrix([one.weights for one in questions])
        self._sure = np.array([one.sure for one in questions])
        self._tables: list[Numbers] = []
        self._values: list[Numbers] = []
        self._heard(self._moves.start)

    def unanswered(self) -> list[RangeQuestion]:
        for sign in (1, -1):
            self._answer(range(len(self.questions)), sign)
        for j, one in enumerate(self.questions):
            signs = [sign for sign in (1, -1) if one.wants(sign)]
            if not all(self._reached(j, sign, one.need(sign, self._values[0][j])) for sign in signs):
                self._stirred(j)
        return [one for one in self.questions if one.wants(1) or one.wants(-1)]

    def pinned(self, knowers: Sequence[Key]) -> Iterator[tuple[Key, RangeQuestion]]:
        """Those that can be but one number once somebody is known to be in a cell of `knowers`."""
        for knower in knowers:
            if self._moves.start[place := self._place[knower]] < 1:
                continue
            for sign in (1, -1):
                if still := self._constant(place):
                    self._granted(still, sign, np.ones(len(still)), place)
            for j in self._constant(place):
                own = self.questions[j].weights == {knower: 1}
                if not own and not any(self._reached(j, sign, 1, place) for sign in (1, -1)):
                    yield knower, self.questions[j]

    def _constant(self, inside: int) -> list[int]:
        seen = np.array(self._values)[[table[inside] >= 1 for table in self._tables]]
        return [int(j) for j in np.flatnonzero(np.ptp(seen, axis=0) == 0)]

    def _answer(self, asked: Sequence[int], sign: int) -> None:
        """All at once; where that answers none of them, half at a time."""
        while waiting := [j for j in asked if self.questions[j].wants(sign)]:
            needs = [self.questions[j].need(sign, self._values[0][j]) for j in waiting]
            self._granted(waiting, sign, np.array(needs))
            if all(self.questions[j].wants(sign) for j in waiting):
                for half in (waiting[::2], waiting[1::2]) if len(waiting) > 1 else ():
                    self._answer(half, sign)
                return
            asked = waiting

    def _stirred(self, j: int) -> bool:
        """Whether the sum can change at all."""
        return self.questions[j].low < self.questions[j].high or any(self._reached(j, sign, 1) for sign in (1, -1))

    def _granted(self, asked: Sequence[int], sign: int, needs: Numbers, inside: int | None = None) -> bool:
        return self._heard(self._moves.towards(sign * self._asked[asked], needs, self._least(inside)))

    def _reached(self, j: int, sign: int, need: float, inside: int | None = None) -> bool:
        return self._heard(self._moves.granting(sign * self._asked[[j]], need, self._least(inside)))

    def _least(self, inside: int | None) -> Numbers:
        least = np.zeros(len(self._place))
        if inside is not None:
            least[inside] = 1
        return least

    def _heard(self, table: Numbers | None) -> bool:
        if table is None:
            return False
        values = self._asked @ table + self._sure
        self._tables.append(table)
        self._values.append(values)
        for one, value in zip(self.questions, values, strict=True):
            one.low, one.high = min(one.low, float(value)), max(one.high, float(value))
        return True

    def _matrix(self, rows: Sequence[Mapping[Key, float]]) -> csr_array:
        entries = [(i, self._place[key], weight) for i, row in enumerate(rows) for key, weight in row.items()]
        lines, columns, weights = zip(*entries, strict=True) if entries else ((), (), ())
        return csr_array((np.array(weights, dtype=float), (lines, columns)), shape=(len(rows), len(self._place)))
