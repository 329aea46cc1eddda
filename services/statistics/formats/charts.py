"""Charts of the findings report as SVG, drawn from published cells: bars, columns over time, and a map of tiles.

Colours keep 4.5:1 to the text on them; a hidden figure is drawn as a hatched stub with x, never as nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

INK, QUIET, LINE = "#0b2b29", "#4c6461", "#c9d5d3"
FIRST, SECOND = "#0d6e64", "#b85c00"
SHADES = (("#e3f1ef", INK), ("#b5d9d4", INK), ("#7dbdb5", INK), ("#2b8379", "#ffffff"), ("#0b4f48", "#ffffff"))
_FONT = 'font-family="Noto Sans KR"'


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure: `shown` is what is printed (x where hidden), `value` None unless there is a number to draw."""

    label: str
    value: Decimal | None
    shown: str
    low: Decimal | None = None
    high: Decimal | None = None


def bars(marks: Sequence[Mark], width: int = 480) -> str:
    """One bar a line, its label at the left; whiskers are the 95 % interval."""
    left, right, step = _room([mark.label for mark in marks]), 70, 24
    top = _top([mark.high or mark.value for mark in marks])
    scale = Decimal(width - left - right) / top
    parts = []
    for line, mark in enumerate(marks):
        y = line * step
        parts.append(_text(left - 8, y + 15, mark.label, 9.5, anchor="end"))
        if mark.value is None:
            parts.append(_stub(left, y + 4))
            parts.append(_text(left + 20, y + 15, mark.shown, 9.5))
            continue
        length = mark.value * scale
        parts.append(_rect(left, y + 4, length, 15, FIRST))
        end = max(length, (mark.high or Decimal(0)) * scale)
        parts.append(_whisker(left, y + 11, mark, scale))
        parts.append(_text(left + float(end) + 6, y + 15, mark.shown, 9.5))
    parts.append(_line(left, 0, left, len(marks) * step, QUIET))
    return _svg(width, len(marks) * step + 4, parts)


def columns(labels: Sequence[str], series: Sequence[tuple[str, Sequence[Mark]]], width: int = 480) -> str:
    """Groups of columns over time, a colour for each series, named in the key above."""
    top, height, foot = 28, 150, 24
    highest = _top([mark.value for _, marks in series for mark in marks])
    scale, group = Decimal(height - 18) / highest, (width - 20) / max(1, len(labels))
    thick = min(46.0, group / (len(series) + 0.3))
    parts = [_key(series)]
    for place, label in enumerate(labels):
        middle = 10 + group * (place + 0.5)
        parts.append(_text(middle, top + height + 16, label, 9.5, anchor="middle"))
        for number, (_, marks) in enumerate(series):
            x = middle + (number - len(series) / 2) * thick
            parts.append(_column(x, top + height, thick - 3, marks[place], scale, (FIRST, SECOND)[number % 2]))
    parts.append(_line(10, top + height, width - 10, top + height, QUIET))
    return _svg(width, top + height + foot, parts)


def tiles(marks: Sequence[Mark], across: int = 6) -> str:
    """Equal squares in the order of the code list: a small area is seen as well as a large one."""
    side, gap = 76, 4
    across = min(across, max(1, len(marks)))
    known = sorted(mark.value for mark in marks if mark.value is not None)
    parts = []
    for place, mark in enumerate(marks):
        row, column = divmod(place, across)
        fill, ink = _shade(mark.value, known)
        x, y = column * (side + gap), row * (side + gap)
        parts.append(_rect(x + 1, y + 1, side, side, fill, LINE))
        lines = _two_lines(mark.label)
        for number, text in enumerate(lines):
            parts.append(_text(x + side / 2, y + 24 + 12 * number, text, 8.5, ink, "middle"))
        parts.append(_text(x + side / 2, y + 64, mark.shown, 12, ink, "middle"))
    return _svg(across * (side + gap), -(-len(marks) // across) * (side + gap), parts)


def _shade(value: Decimal | None, known: Sequence[Decimal]) -> tuple[str, str]:
    """By fifths of the range that is shown."""
    if value is None:
        return "#ffffff", INK
    low, high = known[0], known[-1]
    return SHADES[min(4, int(5 * (value - low) / (high - low))) if high > low else 2]


def _two_lines(label: str) -> Sequence[str]:
    words = label.split()
    if len(label) <= 11 or len(words) < 2:
        return (label,)
    return words[0], " ".join(words[1:])


def _column(x: float, floor: float, thick: float, mark: Mark, scale: Decimal, fill: str) -> str:
    middle = x + thick / 2
    if mark.value is None:
        return _stub(middle - 7, floor - 15) + _text(middle, floor - 20, mark.shown, 9, anchor="middle")
    height = mark.value * scale
    return _rect(x, floor - float(height), thick, height, fill) + _text(
        middle, floor - float(height) - 4, mark.shown, 8.5, anchor="middle"
    )


def _key(series: Sequence[tuple[str, Sequence[Mark]]]) -> str:
    parts, x = [], 10.0
    for number, (name, _) in enumerate(series):
        parts.append(_rect(x, 4, 10, 10, (FIRST, SECOND)[number % 2]))
        parts.append(_text(x + 15, 13, name, 9.5))
        x += 40 + 10 * len(name)
    return "".join(parts)


def _whisker(left: float, y: float, mark: Mark, scale: Decimal) -> str:
    if mark.low is None or mark.high is None:
        return ""
    low, high = left + float(mark.low * scale), left + float(mark.high * scale)
    ends = _line(low, y - 4, low, y + 4, INK) + _line(high, y - 4, high, y + 4, INK)
    return _line(low, y, high, y, INK) + ends


def _room(labels: Sequence[str]) -> int:
    """For the longest label: Hangul is as wide as high, Latin letters half of that."""
    return max((int(sum(10 if letter > "\u1100" else 5.3 for letter in label)) for label in labels), default=0) + 16


def _top(values: Sequence[Decimal | None]) -> Decimal:
    return max([value for value in values if value is not None] + [Decimal(0)]) or Decimal(1)


def _stub(x: float, y: float) -> str:
    slashes = "".join(_line(x + step, y + 15, x + step + 5, y, QUIET) for step in (0, 5, 9))
    return _rect(x, y, 14, 15, "#ffffff", QUIET) + slashes


def _rect(x: float, y: float, width: float | Decimal, height: float | Decimal, fill: str, stroke: str = "none") -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{float(width):.1f}" height="{float(height):.1f}" '
        f'fill="{fill}" stroke="{stroke}"/>'
    )


def _line(x: float, y: float, to_x: float, to_y: float, stroke: str) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{stroke}"/>'


def _text(x: float, y: float, text: str, size: float, fill: str = INK, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" fill="{fill}">{escape(text)}</text>'


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    box = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} {_FONT}>{"".join(parts)}</svg>'
