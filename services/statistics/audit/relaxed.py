"""Whether secrets stay open in large systems: many are asked at once, and only what is left over one by one.

Tables may hold fractions of persons here, as in any reader's linear programme over a whole release; `gate` has asked
for whole persons, part by part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from services.statistics.audit.bounds import Contradiction, Island
from services.statistics.audit.gate import Opened
from services.statistics.audit.published import Key

Numbers = NDArray[np.float64]
ROUNDS, PROBES = 60, 12
SLACK = 1e-6
CROWD = 1e7
"""More persons than any cell holds: keeps every programme bounded."""


@dataclass
class Question:
    """Can the sum be 0 and can it be k, given what is `sure` in it? `low` and `high` are what was found so far."""

    name: Key
    says: str
    weights: Mapping[Key, int]
    sure: int
    k: int
    low: float = np.inf
    high: float = -np.inf

    @property
    def answered(self) -> bool:
        return self.low <= SLACK and self.high >= self.k - SLACK

    def opened(self, attack: str) -> Opened:
        low, high = (round(end) if np.isfinite(end) else self.sure for end in (self.low, self.high))
        return Opened(self.name, attack, low, high, self.says)


@dataclass
class Relaxed:
    island: Island
    tables: list[Numbers] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.place = {key: j for j, key in enumerate(self.island.keys)}
        entries = [
            (i, self.place[key], weight) for i, row in enumerate(self.island.rows) for key, weight in row[0].items()
        ]
        lines, columns, weights = zip(*entries, strict=True) if entries else ((), (), ())
        matrix = csr_array((weights, (lines, columns)), shape=(len(self.island.rows), len(self.place)))
        low, high = (np.array([row[end] for row in self.island.rows], dtype=float) for end in (1, 2))
        same = np.isclose(low, high)
        self.equal, self.totals = matrix[same], low[same]
        under, over = ~same & np.isfinite(high), ~same & np.isfinite(low)
        self.most = vstack([matrix[under], -matrix[over]], format="csr")
        self.limits = np.concatenate([high[under], -low[over]])

    def ask(self, questions: Sequence[Question]) -> list[Question]:
        """Those that stay unanswered."""
        draw = np.random.default_rng(len(self.place))
        waiting = [one for one in questions if not one.answered]
        for _ in range(ROUNDS if len(waiting) > 2 else 0):
            aim = np.zeros(len(self.place))
            for one in waiting:
                wanted = [sign for sign, met in ((-1, one.low <= SLACK), (1, one.high >= one.k - SLACK)) if not met]
                aim += draw.choice(wanted) * draw.uniform(0.2, 1) * self._vector(one.weights)
            self._heard(self._table(-aim), waiting)
            waiting = [one for one in waiting if not one.answered]
            if len(waiting) < 3:
                break
        for one in waiting:
            for sign in (1, -1):
                self._heard(self._table(sign * self._vector(one.weights)), [one])
        return [one for one in waiting if not one.answered]

    def pinned(self, knower: Key, others: Sequence[Key]) -> Iterator[tuple[Key, int]]:
        """Of `others`, those that can be but one number once somebody is known to be in `knower`."""
        known, draw = self.place[knower], np.random.default_rng(len(self.place))
        places = np.array([self.place[other] for other in others if other != knower], dtype=int)
        seen = [table for table in self.tables if table[known] >= 1 - SLACK]
        for _ in range(PROBES):
            still = places[np.ptp(np.array(seen)[:, places], axis=0) < SLACK] if seen else places
            if len(still) < len(places) and len(still) < 3:
                break
            aim = np.zeros(len(self.place))
            aim[still] = draw.choice((-1, 1), len(still)) * draw.uniform(0.2, 1, len(still))
            seen.append(self._table(aim, known))
            self.tables.append(seen[-1])
        for place in places[np.ptp(np.array(seen)[:, places], axis=0) < SLACK]:
            aim = np.zeros(len(self.place))
            aim[place] = 1
            low, high = (self._table(sign * aim, known)[place] for sign in (1, -1))
            if high - low < SLACK:
                yield self.island.keys[place], round(low)

    def _vector(self, weights: Mapping[Key, int]) -> Numbers:
        vector = np.zeros(len(self.place))
        for key, weight in weights.items():
            vector[self.place[key]] = weight
        return vector

    def _heard(self, table: Numbers, questions: Sequence[Question]) -> None:
        self.tables.append(table)
        for one in questions:
            value = sum(weight * table[self.place[key]] for key, weight in one.weights.items()) + one.sure
            one.low, one.high = min(one.low, value), max(one.high, value)

    def _table(self, cost: Numbers, inside: int | None = None) -> Numbers:
        least = np.zeros(len(cost))
        if inside is not None:
            least[inside] = 1
        found = linprog(
            cost,
            A_ub=self.most if self.most.shape[0] else None,
            b_ub=self.limits if self.most.shape[0] else None,
            A_eq=self.equal,
            b_eq=self.totals,
            bounds=np.column_stack([least, np.full(len(cost), CROWD)]),
            method="highs",
        )
        if found.status != 0:
            raise Contradiction(f"no table agrees with what is published about {list(self.place)[:10]}")
        return np.asarray(found.x, dtype=np.float64)
