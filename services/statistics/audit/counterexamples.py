"""Shows that secrets of a whole release stay open, by counterexamples: other tables of whole persons that agree with
everything published and give the secret another size.

The search starts from the true table, which agrees too; nothing but what is published constrains it. One programme
serves all secrets at once; those it leaves open get programmes of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from services.statistics.audit.alternative_tables import AlternativeTables, Numbers
from services.statistics.audit.bounds import Component
from services.statistics.audit.disclosures import Attack, Disclosure
from services.statistics.audit.published import Key


@dataclass
class RangeQuestion:
    """Can a weighted sum of hidden cells plus `sure` be 0, and can it be k?

    `name` is the guarded cell, `says` describes the quantity; `low` and `high` are the extremes of the tables so far.
    """

    name: Key
    says: str
    weights: Mapping[Key, int]
    sure: int
    k: int
    low: float = np.inf
    high: float = -np.inf

    def is_open(self, sign: int) -> bool:
        """Whether a table at the upper end (sign 1: k or more) or at the lower one (-1: 0) is still missing."""
        return self.high < self.k if sign > 0 else self.low > 0

    def distance(self, sign: int, value: float) -> float:
        """Persons from `value` to the end in question."""
        return self.k - value if sign > 0 else value

    def disclosure(self, attack: Attack | None = None, evidence: str = "") -> Disclosure:
        low, high = (int(end) if np.isfinite(end) else self.sure for end in (self.low, self.high))
        attack = attack or (Attack.EXACT if low == high else Attack.INTERVAL)
        return Disclosure(self.name, attack, low, high, self.says, evidence)


class Counterexamples:
    """The tables known so far for the questions about one component of hidden cells."""

    def __init__(self, component: Component, truth: Mapping[Key, int], questions: Sequence[RangeQuestion]) -> None:
        self._position = {key: j for j, key in enumerate(component.keys)}
        rows = [row for row in component.rows if np.isfinite(row[1]) or np.isfinite(row[2])]
        low, high = (np.array([row[end] for row in rows], dtype=float) for end in (1, 2))
        start = np.array([float(truth.get(key, 0)) for key in component.keys])
        self._alternatives = AlternativeTables(start, self._matrix([row[0] for row in rows]), low, high)
        if not self._alternatives.agrees(start):
            component.check()
            self._alternatives.start = np.array([float(component.seen[-1][key]) for key in component.keys])
        self.questions = questions
        self._sums = self._matrix([question.weights for question in questions])
        self._sure = np.array([question.sure for question in questions])
        self._tables: list[Numbers] = []
        self._values: list[Numbers] = []
        self._record(self._alternatives.start)

    def find_disclosures(self) -> list[RangeQuestion]:
        """The questions for which no table reaches 0, or none reaches k."""
        for sign in (1, -1):
            self._search_all(range(len(self.questions)), sign)
        for j, question in enumerate(self.questions):
            signs = [sign for sign in (1, -1) if question.is_open(sign)]
            if not all(self._move_one(j, sign, question.distance(sign, self._values[0][j])) for sign in signs):
                self._vary(j)
        return [question for question in self.questions if question.is_open(1) or question.is_open(-1)]

    def find_insider_disclosures(self, knowers: Sequence[Key]) -> Iterator[tuple[Key, RangeQuestion]]:
        """Each cell of `knowers` with the questions that have one answer left for somebody who is in that cell."""
        for knower in knowers:
            inside = self._position[knower]
            if self._alternatives.start[inside] < 1:
                continue
            for sign in (1, -1):
                if constant := self._constant(inside):
                    self._move_many(constant, sign, np.ones(len(constant)), inside)
            for j in self._constant(inside):
                own = self.questions[j].weights == {knower: 1}
                if not own and not any(self._move_one(j, sign, 1, inside) for sign in (1, -1)):
                    yield knower, self.questions[j]

    def _constant(self, inside: int) -> list[int]:
        """Questions with the same value in every known table that has somebody in the cell `inside`."""
        values = np.array(self._values)[[table[inside] >= 1 for table in self._tables]]
        return [int(j) for j in np.flatnonzero(np.ptp(values, axis=0) == 0)]

    def _search_all(self, candidates: Sequence[int], sign: int) -> None:
        """Moves all open questions at once; where that closes none of them, half at a time."""
        while waiting := [j for j in candidates if self.questions[j].is_open(sign)]:
            distances = [self.questions[j].distance(sign, self._values[0][j]) for j in waiting]
            self._move_many(waiting, sign, np.array(distances))
            if all(self.questions[j].is_open(sign) for j in waiting):
                for half in (waiting[::2], waiting[1::2]) if len(waiting) > 1 else ():
                    self._search_all(half, sign)
                return
            candidates = waiting

    def _vary(self, j: int) -> None:
        """Tries to change the sum at all, so that an exact disclosure is told from a narrow interval."""
        for sign in (1, -1):
            if self.questions[j].low == self.questions[j].high:
                self._move_one(j, sign, 1)

    def _move_many(self, chosen: Sequence[int], sign: int, distances: Numbers, inside: int | None = None) -> None:
        self._record(self._alternatives.raise_many(sign * self._sums[chosen], distances, self._least(inside)))

    def _move_one(self, j: int, sign: int, distance: float, inside: int | None = None) -> bool:
        return self._record(self._alternatives.raise_one(sign * self._sums[[j]], distance, self._least(inside)))

    def _least(self, inside: int | None) -> Numbers:
        least = np.zeros(len(self._position))
        if inside is not None:
            least[inside] = 1
        return least

    def _record(self, table: Numbers | None) -> bool:
        """Keeps the table and widens every question's range by it; False without a table."""
        if table is None:
            return False
        values = self._sums @ table + self._sure
        self._tables.append(table)
        self._values.append(values)
        for question, value in zip(self.questions, values, strict=True):
            question.low, question.high = min(question.low, float(value)), max(question.high, float(value))
        return True

    def _matrix(self, rows: Sequence[Mapping[Key, float]]) -> csr_array:
        entries = [(i, self._position[key], weight) for i, row in enumerate(rows) for key, weight in row.items()]
        lines, columns, weights = zip(*entries, strict=True) if entries else ((), (), ())
        return csr_array((np.array(weights, dtype=float), (lines, columns)), shape=(len(rows), len(self._position)))
