"""Charts of the findings report as SVG, drawn from published cells: bars, and columns or a line over time.

Colours have a contrast of 4.5:1 to the text on them and differ in grey print. A hidden figure is drawn as a hatched
stub with x, never as nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from services.statistics.formats import svg

FIRST, SECOND, FAINT = "#0d6e64", "#f3cf9f", "#7dbdb5"
HIDDEN = "x"
_WHISKER = ((svg.WHITE, "", 3), (svg.INK,))
"""Ink on white, so that the whisker is visible inside a dark bar too."""
_TOP, _HEIGHT, _FOOT = 30, 105, 34
Series = tuple[str, Sequence["Mark"]]


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure: `shown` is what is printed (x where hidden), `value` None unless there is a number to draw.

    `breaks`: not comparable with the figure before. `faint`: for comparison only."""

    label: str
    value: Decimal | None
    shown: str
    low: Decimal | None = None
    high: Decimal | None = None
    breaks: bool = False
    faint: bool = False


def bars(marks: Sequence[Mark], width: int = 480) -> str:
    """A horizontal bar per mark, labelled at the left; whiskers are the 95 % interval. Returns SVG, as all charts."""
    step = 24 if len(marks) <= 16 else 19
    left, right = svg.room([mark.label for mark in marks]), 56
    scale = (width - left - right) / _top([mark.high or mark.value for mark in marks])
    parts = []
    for place, mark in enumerate(marks):
        y = place * step
        parts.append(svg.text(left - 8, y + 15, mark.label, 9.5, anchor="end"))
        parts.append(_absent(left, y + 4, mark) if mark.value is None else _bar(left, y, mark, scale))
    parts.append(svg.line(left, 0, left, len(marks) * step, svg.QUIET))
    return svg.frame(width, len(marks) * step + 4, parts)


def _absent(x: float, y: float, mark: Mark) -> str:
    if mark.shown != HIDDEN:
        return svg.text(x + 6, y + 11, mark.shown, 9.5)
    return svg.stub(x, y) + svg.text(x + 20, y + 11, mark.shown, 9.5)


def _bar(left: float, y: float, mark: Mark, scale: float) -> str:
    value, low, high = (float(number) if number is not None else None for number in (mark.value, mark.low, mark.high))
    end = max(value or 0, high or 0) * scale
    parts = [svg.rect(left, y + 4, (value or 0) * scale, 14, FAINT if mark.faint else FIRST)]
    if low is not None and high is not None:
        ends = (left + low * scale, left + high * scale)
        parts += [svg.line(ends[0], y + 11, ends[1], y + 11, *drawn) for drawn in _WHISKER]
        parts += [svg.line(x, y + 7, x, y + 15, *drawn) for drawn in _WHISKER for x in ends]
    return "".join([*parts, svg.text(left + end + 6, y + 15, mark.shown, 9.5)])


def ranges(rows: Sequence[tuple[str, Sequence[int]]], width: int = 480) -> str:
    """A line per row: the rank (a dot), and of the drawn ranks the best, the 5th and 95th percentile and the worst."""
    step, left, parts = 24, svg.room([label for label, _ in rows]) + 8, []
    last = max((worst for _, (*_, worst) in rows), default=1)
    every = (width - left - 40) / max(1, last - 1)
    floor = len(rows) * step + 4
    for rank in sorted({1, last, *range(5, last - 1, 5)} if last > 12 else range(1, last + 1)):
        x = left + (rank - 1) * every
        parts.append(svg.line(x, 0, x, floor, svg.LINE) + svg.text(x, floor + 13, str(rank), 9, anchor="middle"))
    for place, (label, (rank, *within)) in enumerate(rows):
        y = place * step + step / 2 + 2
        best, low, high, worst = (left + (rank_drawn - 1) * every for rank_drawn in within)
        parts.append(svg.text(left - 14, y + 3, label, 9.5, anchor="end") + svg.line(best, y, worst, y, svg.INK))
        parts.append(svg.rect(low - 4, y - 5, high - low + 8, 10, FAINT, svg.INK))
        parts.append(svg.dot(left + (rank - 1) * every, y, svg.INK))
    return svg.frame(width, floor + 18, parts)


def columns(labels: Sequence[str], series: Sequence[Series], width: int = 480) -> str:
    """Groups of columns over time, a colour per series, with a legend above."""
    floor, group = _TOP + _HEIGHT, (width - 20) / max(1, len(labels))
    scale = (_HEIGHT - 18) / _top([mark.value for _, marks in series for mark in marks])
    thick = min(46.0, group / (len(series) + 0.4))
    parts = [_key(series), *_times(labels, series, group)]
    for place in range(len(labels)):
        start = 10 + group * (place + 0.5) - len(series) / 2 * thick
        for number, (_, marks) in enumerate(series):
            fill = (FIRST, SECOND)[number % 2]
            parts.append(_column(start + number * thick, floor, thick - 3, marks[place], scale, fill))
    parts.append(svg.line(10, floor, width - 10, floor, svg.QUIET))
    return svg.frame(width, floor + _FOOT, parts)


def _column(x: float, floor: float, thick: float, mark: Mark, scale: float, fill: str) -> str:
    middle, size = x + thick / 2, 8.5 if thick > 24 else 7
    if mark.value is None:
        drawn = svg.stub(middle - 7, floor - 15) if mark.shown == HIDDEN else ""
        return drawn + svg.text(middle, floor - 20, mark.shown, 9, anchor="middle")
    height = float(mark.value) * scale
    return svg.rect(x, floor - height, thick, height, fill, svg.INK) + svg.text(
        middle, floor - height - 4, mark.shown, size, anchor="middle"
    )


def line(labels: Sequence[str], series: Series, width: int = 480) -> str:
    """One measure over time from zero, with its 95 % interval; the line stops where a figure is missing or breaks."""
    _, marks = series
    floor, group = _TOP + _HEIGHT, (width - 20) / max(1, len(labels))
    scale = (_HEIGHT - 18) / _top([mark.high or mark.value for mark in marks])
    spots = [(10 + group * (place + 0.5), mark) for place, mark in enumerate(marks)]
    parts = _times(labels, [series], group)
    for (x, mark), (to_x, following) in pairwise(spots):
        if mark.value is not None and following.value is not None and not following.breaks:
            ends = (floor - float(mark.value) * scale, floor - float(following.value) * scale)
            parts.append(svg.line(x, ends[0], to_x, ends[1], FIRST))
    parts += [_spot(x, floor, mark, scale) for x, mark in spots]
    parts.append(svg.line(10, floor, width - 10, floor, svg.QUIET))
    return svg.frame(width, floor + _FOOT, parts)


def _spot(x: float, floor: float, mark: Mark, scale: float) -> str:
    if mark.value is None:
        return _column(x - 7, floor, 14, mark, scale, FIRST)
    y = floor - float(mark.value) * scale
    high = floor - float(mark.high) * scale if mark.high is not None else y - 4
    parts = [svg.dot(x, y, FIRST), svg.text(x, min(high, y - 4) - 4, mark.shown, 8.5, anchor="middle")]
    if mark.low is not None and mark.high is not None:
        ends = (floor - float(mark.low) * scale, high)
        parts.append(svg.line(x, ends[0], x, ends[1], svg.INK))
        parts += [svg.line(x - 4, at, x + 4, at, svg.INK) for at in ends]
    return "".join(parts)


def _times(labels: Sequence[str], series: Sequence[Series], group: float) -> list[str]:
    """The time axis: labels below, and a dashed line with b before a break of the series."""
    floor, parts = _TOP + _HEIGHT, []
    for place, label in enumerate(labels):
        parts.append(svg.lines_of_text(10 + group * (place + 0.5), floor + 14, label, 9))
        if any(marks[place].breaks for _, marks in series):
            x = 10 + group * place
            parts.append(svg.line(x, _TOP - 8, x, floor, svg.QUIET, "3 3") + svg.text(x + 3, _TOP - 2, "b", 9))
    return parts


def _key(series: Sequence[Series]) -> str:
    parts, x = [], 10.0
    for number, (name, _) in enumerate(series):
        parts.append(svg.rect(x, 4, 10, 10, (FIRST, SECOND)[number % 2], svg.INK))
        parts.append(svg.text(x + 15, 13, name, 9.5))
        x += 24 + svg.room([name])
    return "".join(parts)


def _top(values: Sequence[Decimal | None]) -> float:
    return float(max([value for value in values if value is not None] + [Decimal(0)])) or 1.0
