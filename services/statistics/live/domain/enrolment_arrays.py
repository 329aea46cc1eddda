"""Enrolments as columns of numbers: a province's stand in memory, and are counted in milliseconds."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from services.statistics.facts.domain import Edition, FactBatch, Home, Traits

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

PERSON, ENROLMENT, HOME, EDITION, QUARTER, TRAITS, ENROLLED, STARTED, COMPLETED, WITHDRAWN = range(10)
_WORDS = (HOME, EDITION, QUARTER, TRAITS)
_NEVER = np.iinfo(np.int64).max


class Words:
    """Gives each word a number for good, so that tables made at different times can share them."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}

    def number(self, word: Hashable) -> int:
        return self._numbers.setdefault(word, len(self._numbers))

    def all(self) -> Sequence[Any]:
        return list(self._numbers)


@dataclass(frozen=True, slots=True)
class Columns:
    """`table` is one row of numbers for each constant above, one column for each enrolment: a person's side by side.

    Persons and enrolments are hashes of 64 bits that hold in this process alone (two of a million persons meet in one
    case of 30 million); moments are milliseconds since 1970.
    """

    words: dict[int, Words] = field(default_factory=lambda: {column: Words() for column in _WORDS})
    table: Numbers = field(default_factory=lambda: np.empty((10, 0), np.int64))

    def __len__(self) -> int:
        return len(self.table[PERSON])

    def holding(self, lot: FactBatch) -> Columns:
        """Only these, in the same words."""
        flags = (None if each is None else tuple(each) for each in lot.flags)
        moments = (lot.enrolled, lot.started, lot.completed, lot.withdrawn)
        rows: Iterable[Iterable[int]] = (
            map(hash, lot.person),
            map(hash, lot.enrolment),
            map(self.words[HOME].number, map(Home, lot.universe, lot.organisation, lot.area)),
            map(self.words[EDITION].number, map(Edition, lot.course, lot.version, lot.delivery)),
            map(self.words[QUARTER].number, lot.quarter),
            map(self.words[TRAITS].number, map(Traits, lot.sex, lot.age, flags)),
            *((_NEVER if moment is None else moment for moment in each) for each in moments),
        )
        return self._sorted(np.array([[*row] for row in rows], np.int64))

    def joined(self, others: Sequence[Columns]) -> Columns:
        """Each enrolment as the last of them has it."""
        return self._sorted(np.concatenate([self.table, *(other.table for other in others)], axis=1))

    def taken(self, which: slice | Mask | Numbers) -> Columns:
        return Columns(self.words, self.table[:, which])

    def same(self, other: Columns) -> bool:
        return np.array_equal(self.table, other.table)

    def _sorted(self, table: Numbers) -> Columns:
        """Of an enrolment that comes twice, the last, which may count for another account of the same person."""
        table = table[:, np.argsort(table[ENROLMENT], kind="stable")]
        older = np.flatnonzero(table[ENROLMENT][1:] == table[ENROLMENT][:-1])
        table = np.delete(table, older, axis=1) if len(older) else table
        return Columns(self.words, table[:, np.argsort(table[PERSON], kind="stable")])


def milliseconds(moment: datetime | None) -> int:
    """Never, where it did not happen."""
    return round(moment.timestamp() * 1000) if moment else _NEVER
