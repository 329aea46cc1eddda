"""Draws bar charts, line charts and tile maps from plain lists.

A value of None is a hidden number: it has a look and words of its own (`hidden`), and is never drawn as zero. A text
instead of a value says why there is no number. The page shows a table with the same numbers beside each chart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

from markupsafe import Markup

from gateway.html import svg

Value: TypeAlias = float | str | None
Series: TypeAlias = tuple[str, Sequence[Value]]
Tile: TypeAlias = tuple[str, int, int, Value]
"""Name, column, row (both from 0), value."""
Point: TypeAlias = tuple[str, float | None]
Say: TypeAlias = Callable[[float], str]

BAR, BAR_GAP, LABEL, GROUP_GAP = 1.5, 0.25, 1.75, 0.9
BARS_SHARE = 0.7
"""Share of the width for the longest bar; the rest is for its number."""
PLOT_TOP, PLOT_HEIGHT, AXIS = 1.75, 14.0, 2.25
TILE_HEIGHT, TILE_GAP = 4.75, 0.3
SHADES = 5


def bars(
    name: str,
    title: str,
    description: str,
    labels: Sequence[str],
    series: Sequence[Series],
    say: Say,
    hidden: str,
    mean: float | None = None,
) -> Markup:
    """Draw horizontal bars, one group a label, one bar a series; `mean` is a line across all of them."""
    longest = ceiling([*series, ("", [mean])])
    group = LABEL + len(series) * (BAR + BAR_GAP) + GROUP_GAP
    shapes: list[str] = []
    for row, label in enumerate(labels):
        top = row * group
        shapes.append(svg.text(label, "0", top + LABEL - 0.5, class_="chart-label"))
        for nth, (_, values) in enumerate(series):
            share = None if values[row] is None else BARS_SHARE * (_number(values[row]) or 0) / longest
            words = _words(values[row], say, hidden)
            shapes += _bar(name, nth, top + LABEL + nth * (BAR + BAR_GAP), share, words)
    if mean is not None:
        across = svg.percent(BARS_SHARE * mean / longest)
        shapes.append(
            svg.element("line", x1=across, x2=across, y1="0", y2=svg.rem(len(labels) * group), class_="line mean")
        )
    return svg.frame(name, title, description, len(labels) * group, *shapes)


def _bar(name: str, nth: int, top: float, share: float | None, words: str) -> list[Markup]:
    reach = "2rem" if share is None else svg.percent(share)
    fill = svg.fill(name, "hidden" if share is None else nth % svg.SERIES + 1)
    return [
        svg.element("rect", y=svg.rem(top), width=reach, height=svg.rem(BAR), rx=3, fill=fill),
        svg.text(words, reach, top + BAR - 0.42, dx="0.5em"),
    ]


def lines(
    name: str, title: str, description: str, labels: Sequence[str], series: Sequence[Series], say: Say, hidden: str
) -> Markup:
    """Draw one line a series over points in time; a label's part after a line break stands below it."""
    top = ceiling(series)
    shapes = [*_grid(top, say), *_axis(labels)]
    for nth, (label, values) in enumerate(series):
        points = [_point(at, len(labels), value, top) for at, value in enumerate(values)]
        shapes += [_segment(nth, *pair) for pair in pairwise(points) if None not in (pair[0][1], pair[1][1])]
        shapes += [_mark(nth, *point) for point in points]
        alone = len(series) == 1
        words_if_hidden = hidden if alone else f"{hidden}: {label}"
        shapes += [
            _value_text(*at, _words(value, say, words_if_hidden))
            for at, value in zip(points, values, strict=True)
            if alone or value is None
        ]
    return svg.frame(
        name, title, description, PLOT_TOP + PLOT_HEIGHT + AXIS + 1.25, *shapes, class_=_width(len(labels), 4, 8)
    )


def _point(at: int, count: int, value: Value, top: float) -> Point:
    number = _number(value)
    height = None if number is None else PLOT_TOP + PLOT_HEIGHT * (1 - number / top)
    return _across(at, count), height


def _across(at: int, count: int) -> str:
    return svg.percent(0.2 + 0.72 * at / max(count - 1, 1))


def _grid(top: float, say: Say) -> list[Markup]:
    shapes = []
    for step in range(5):
        y = PLOT_TOP + PLOT_HEIGHT * (1 - step / 4)
        shapes.append(svg.element("line", x1="0", x2="100%", y1=svg.rem(y), y2=svg.rem(y), class_="grid"))
        shapes.append(svg.text(say(top * step / 4), "0", y - 0.3, class_="chart-tick"))
    return shapes


def _axis(labels: Sequence[str]) -> list[Markup]:
    y = PLOT_TOP + PLOT_HEIGHT
    return [
        svg.text(part, _across(at, len(labels)), y + 1.4 + 1.3 * row, text_anchor="middle")
        for at, label in enumerate(labels)
        for row, part in enumerate(label.split("\n"))
    ]


def _segment(nth: int, start: Point, end: Point) -> Markup:
    (x1, y1), (x2, y2) = start, end
    return svg.element("line", x1=x1, y1=svg.rem(y1 or 0), x2=x2, y2=svg.rem(y2 or 0), class_=f"line {_look(nth)}")


_MARKS = (
    svg.element("circle", r=6),
    svg.element("rect", x=-6, y=-6, width=12, height=12),
    svg.element("path", d="M0-8L8 0L0 8L-8 0Z"),
    svg.element("path", d="M0-8L8 6H-8Z"),
)
_CROSS = svg.element("path", d="M-5-5L5 5M-5 5L5-5")


def _mark(nth: int, x: str, y: float | None) -> Markup:
    inner = _CROSS if y is None else _MARKS[nth % svg.SERIES]
    look = "mark none" if y is None else f"mark {_look(nth)}"
    height = PLOT_TOP + PLOT_HEIGHT - 0.6 if y is None else y
    return svg.element("svg", inner, x=x, y=svg.rem(height), overflow="visible", class_=look)


def _value_text(x: str, y: float | None, words: str) -> Markup:
    height = PLOT_TOP + PLOT_HEIGHT - 1.3 if y is None else y - 0.8
    return svg.text(words, x, height, text_anchor="middle", class_="chart-value")


def tiles(name: str, title: str, description: str, areas: Sequence[Tile], say: Say, hidden: str) -> Markup:
    """Draw a map of equal tiles, darker for more; a tile says its number, so the shade is only a help."""
    columns = 1 + max(column for _, column, _, _ in areas)
    rows = 1 + max(row for _, _, row, _ in areas)
    top = ceiling([("", [value for *_, value in areas])])
    shapes = [_tile(name, area, columns, top, say, hidden) for area in areas]
    return svg.frame(name, title, description, rows * (TILE_HEIGHT + TILE_GAP), *shapes, class_=_width(columns, 3, 6))


def _tile(name: str, area: Tile, columns: int, top: float, say: Say, hidden: str) -> Markup:
    label, column, row, value = area
    number = _number(value)
    shade = "none" if number is None else str(min(int(number / top * SHADES), SHADES - 1) + 1)
    middle, y = svg.percent((column + 0.5) / columns), row * (TILE_HEIGHT + TILE_GAP)
    box = {"fill": svg.fill(name, "hidden")} if value is None else {}
    ground = svg.element(
        "rect", x=svg.percent((column + 0.01) / columns), y=svg.rem(y), width=svg.percent(0.98 / columns),
        height=svg.rem(TILE_HEIGHT), rx=6, **box,
    )  # fmt: skip
    return svg.element(
        "g",
        ground,
        svg.text(label, middle, y + 2.1, text_anchor="middle", class_="chart-label"),
        svg.text(_words(value, say, hidden), middle, y + 3.55, text_anchor="middle"),
        class_=f"tile t-{shade}",
    )


def _number(value: Value) -> float | None:
    return None if isinstance(value, str) else value


def _words(value: Value, say: Say, hidden: str) -> str:
    return hidden if value is None else value if isinstance(value, str) else say(value)


def withheld(series: Sequence[Series]) -> bool:
    return any(value is None for _, values in series for value in values)


def swatch(name: str, nth: int, line: bool) -> Markup:
    """Draw what stands for series `nth` of chart `name` in its legend."""
    box = svg.element("rect", width=32, height=20, rx=3, fill=svg.fill(name, nth % svg.SERIES + 1))
    stroke = svg.element("line", x1=0, x2=32, y1=10, y2=10, class_=f"line {_look(nth)}")
    mark = svg.element("svg", _MARKS[nth % svg.SERIES], x=16, y=10, overflow="visible", class_=f"mark {_look(nth)}")
    return svg.element("svg", *([stroke, mark] if line else [box]), aria_hidden="true", focusable="false")


def _look(nth: int) -> str:
    return f"l{nth % svg.SERIES + 1}"


def ceiling(series: Sequence[Series]) -> float:
    """Return a round number at or above every value: 1, 2, 2.5 or 5 times a power of ten."""
    most = max((value for _, values in series for value in values if isinstance(value, (int, float))), default=0) or 1
    power = 10.0 ** next(exponent for exponent in range(-6, 12) if 10.0**exponent * 10 >= most)
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= most)


def _width(columns: int, small: int, middling: int) -> str:
    """Name the class that keeps so many columns readable; a narrower frame scrolls."""
    return "chart-wide" if columns > middling else "chart-mid" if columns > small else ""
