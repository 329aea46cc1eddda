"""How far an edition is from the one that it corrects."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from services.statistics.figures.observation import Observation, Revised
from services.statistics.figures.relations import ENR


def revised(before: Iterable[Observation], now: Iterable[Observation]) -> Revised:
    """Over the figures that both show. The relative mean absolute revision is sum |now - before| / sum now."""
    earlier = {_place(each): each.value for each in before if each.value is not None}
    pairs = [
        (each.measure, earlier[_place(each)], each.value) for each in now if each.value and _place(each) in earlier
    ]
    counts = [(int(old), int(new)) for measure, old, new in pairs if measure == ENR]
    whole = sum(new for _, new in counts)
    moved = sum(abs(new - old) for old, new in counts)
    return Revised(sum(old != new for _, old, new in pairs), Fraction(100 * moved, whole) if whole else None)


def _place(figure: Observation) -> tuple[str, ...]:
    return (figure.measure, figure.period, figure.area, figure.sex, figure.age, figure.group, figure.domain)
