"""Hidden cells that the attack on a whole release could work out, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.statistics.figures.dimensions import TOTAL


class Attack(StrEnum):
    """The audit's own names; its module loads the solver, so they are repeated here (a test compares them)."""

    EXACT = "exact disclosure"
    INTERVAL = "interval too narrow"
    PRIMARY = "published primary"
    FIGURE = "published figure"
    INSIDER = "insider"


_WITH_EVIDENCE = {Attack.FIGURE: "published ", Attack.INSIDER: "insider of "}


@dataclass(frozen=True, slots=True)
class OpenedCell:
    """`category` is "sex=F", or "_T" for the total. `evidence` is the measure of the figure that gave the cell away, or
    the cell of the insider."""

    period: str
    area: str
    category: str
    measure: str
    attack: Attack
    evidence: str = ""

    @property
    def dimension(self) -> str:
        return self.category.rpartition("=")[0]

    @property
    def code(self) -> str:
        """Categories that no table shows are marked with "!" in `category`."""
        return self.category.rpartition("=")[2].removeprefix("!") or TOTAL

    def __str__(self) -> str:
        attack = _WITH_EVIDENCE[self.attack] + self.evidence if self.attack in _WITH_EVIDENCE else self.attack
        return f"{self.period} {self.area} {self.category} {self.measure}: {attack}"


def parse(text: str) -> OpenedCell:
    """Reads the text of an opened cell. Before cells had fields, releases were stored with it."""
    cell, _, attack = text.partition(": ")
    period, area, category, measure = cell.split(" ")
    for kind, beginning in _WITH_EVIDENCE.items():
        if attack not in set(Attack) and attack.startswith(beginning):
            return OpenedCell(period, area, category, measure, kind, attack.removeprefix(beginning))
    return OpenedCell(period, area, category, measure, Attack(attack))
