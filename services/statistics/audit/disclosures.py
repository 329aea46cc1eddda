"""What an audit reports: which number is disclosed, by which attack, and to what size."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.statistics.audit.published import Key

Sums = tuple[tuple[Key, tuple[Key, ...]], ...]


class Attack(StrEnum):
    EXACT = "exact disclosure"
    INTERVAL = "interval too narrow"
    PRIMARY = "published primary"
    FIGURE = "published figure"
    """`evidence` is the measure of a figure that was computed from the cell and is shown."""
    INSIDER = "insider"
    """`evidence` names the cell in which somebody is alone, and so knows one person."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A finding of the audit: the smallest and largest size (inclusive; None: no limit) that the secret can have.

    The secret is the cell's own count, or that of its margin outside it; `says` tells which."""

    cell: Key
    attack: Attack
    low: int
    high: int | None
    says: str
    evidence: str = ""

    def __str__(self) -> str:
        return f"{self.cell!r}: {self.attack}, {self.low} to {'any' if self.high is None else self.high} ({self.says})"
