"""A tile map: one tile of equal size per area, so that small areas are as visible as large ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isqrt

from services.statistics.formats import svg
from services.statistics.formats.charts import HIDDEN, Mark

Place = tuple[int, int]
SHADES = (
    ("#e3f1ef", svg.INK), ("#b5d9d4", svg.INK), ("#7dbdb5", svg.INK), ("#2b8379", svg.WHITE), ("#0b4f48", svg.WHITE)
)  # fmt: skip
_SIDE, _GAP, _KEY = 76, 4, 26
_ACROSS = 6


@dataclass(frozen=True)
class _Scale:
    """Fifths of the range that is shown."""

    low: Decimal
    high: Decimal

    def shade(self, value: Decimal) -> tuple[str, str]:
        if self.high <= self.low:
            return SHADES[2]
        return SHADES[min(4, int(5 * (value - self.low) / (self.high - self.low)))]

    def steps(self) -> list[tuple[str, str]]:
        """Colour, and where it starts."""
        if self.high <= self.low:
            return [(SHADES[2][0], f"{self.low:.1f}")]
        starts = (self.low + (self.high - self.low) * step / 5 for step in range(5))
        return [(fill, f"{start:.1f}~") for (fill, _), start in zip(SHADES, starts, strict=True)]


def placed(places: Sequence[Place | None]) -> list[Place]:
    """Column and row of each: its own where every area has one of its own, else in reading order."""
    known = [place for place in places if place is not None]
    if known and len(known) == len(places) == len(set(known)):
        left, top = (min(place[axis] for place in known) for axis in (0, 1))
        return [(column - left, row - top) for column, row in known]
    across = min(max(_ACROSS, isqrt(len(places))), max(1, len(places)))
    return [(number % across, number // across) for number in range(len(places))]


def size(places: Sequence[Place]) -> tuple[int, int]:
    """Columns and rows."""
    return 1 + max((column for column, _ in places), default=0), 1 + max((row for _, row in places), default=0)


def tiles(marks: Sequence[Mark], places: Sequence[Place], words: Mapping[str, str]) -> str:
    """Shades run from the lowest to the highest figure shown, and the key says so; `words` holds hidden and none."""
    known = sorted(mark.value for mark in marks if mark.value is not None)
    scale = _Scale(known[0], known[-1]) if known else None
    parts = [_tile(mark, place, scale) for mark, place in zip(marks, places, strict=True)]
    columns, rows = size(places)
    width, floor = max(4, columns) * (_SIDE + _GAP), rows * (_SIDE + _GAP)
    return svg.frame(width, floor + _KEY, [*parts, _key(scale, floor + 8, words)])


def _tile(mark: Mark, place: Place, scale: _Scale | None) -> str:
    x, y = (at * (_SIDE + _GAP) for at in place)
    fill, ink = scale.shade(mark.value) if scale and mark.value is not None else (svg.WHITE, svg.INK)
    middle, name = x + _SIDE / 2, _lines(mark.label)
    parts = [svg.rect(x + 1, y + 1, _SIDE, _SIDE, fill, svg.LINE)]
    parts.append(svg.lines_of_text(middle, y + 22, name, 10 if svg.room(name.split("\n"), 10) < _SIDE + 14 else 8, ink))
    if mark.value is None and mark.shown == HIDDEN:
        return "".join([*parts, svg.stub(middle - 18, y + 50), svg.text(middle + 6, y + 62, mark.shown, 13, ink)])
    return "".join([*parts, svg.text(middle, y + 64, mark.shown, 13, ink, "middle")])


def _lines(label: str) -> str:
    first, _, rest = label.partition(" ")
    return f"{first}\n{rest}" if rest and len(label) > 8 else label


def _key(scale: _Scale | None, y: float, words: Mapping[str, str]) -> str:
    parts, x = [], 2.0
    for fill, start in scale.steps() if scale else ():
        parts += [svg.rect(x, y, 14, 15, fill, svg.LINE), svg.text(x + 18, y + 12, start, 9)]
        x += 52
    parts += [svg.stub(x, y), svg.text(x + 18, y + 12, words["hidden"], 9)]
    return "".join(parts)
