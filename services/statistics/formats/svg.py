"""The few shapes that the report's charts are drawn with; every text is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape

INK, QUIET, LINE = "#0b2b29", "#4c6461", "#c9d5d3"
WHITE = "#ffffff"
_FONT = 'font-family="Noto Sans KR"'
Number = float | Decimal


def frame(width: float, height: float, parts: Sequence[str]) -> str:
    box = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} {_FONT}>{"".join(parts)}</svg>'


def rect(x: Number, y: Number, width: Number, height: Number, fill: str, stroke: str = "none") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" stroke="{stroke}"/>'


def line(x: Number, y: Number, to_x: Number, to_y: Number, stroke: str, dashes: str = "", width: int = 1) -> str:
    dashed = (f' stroke-dasharray="{dashes}"' if dashes else "") + (f' stroke-width="{width}"' if width > 1 else "")
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{stroke}"{dashed}/>'


def dot(x: Number, y: Number, fill: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{fill}"/>'


def text(x: Number, y: Number, words: str, size: float, fill: str = INK, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" fill="{fill}">{escape(words)}</text>'


def lines_of_text(x: Number, y: Number, words: str, size: float, fill: str = INK) -> str:
    """Centred text in several lines."""
    rows = enumerate(words.split("\n"))
    return "".join(text(x, float(y) + 1.3 * size * row, part, size, fill, "middle") for row, part in rows)


def stub(x: Number, y: Number) -> str:
    """What is hidden: hatched, never nothing."""
    start, top = float(x), float(y)
    slashes = "".join(line(start + step, top + 15, start + step + 5, top, QUIET) for step in (0, 5, 9))
    return rect(start, top, 14, 15, WHITE, QUIET) + slashes


def room(labels: Sequence[str], size: float = 9.5) -> float:
    """For the longest label: Hangul is as wide as high, Latin letters half of that."""
    widths = [sum(1.05 if letter > "\u1100" else 0.56 for letter in label) for label in labels]
    return size * max(widths, default=0.0) + 16
