"""Small SVG pieces for charts made on the server.

Lengths across are percentages and lengths down are `rem`, so a chart has no scaled view box: its letters keep the
reader's text size on a phone as on a wall. Looks are classes and presentation attributes, for the strict CSP.
"""

from __future__ import annotations

from markupsafe import Markup, escape

SERIES = 4
"""Fills that differ by pattern as well as by colour."""


def element(tag: str, *children: str, **attributes: str | float) -> Markup:
    """Build one element; `class_` and `stroke_width` become `class` and `stroke-width`, text is escaped."""
    written = Markup("").join(
        Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), _short(value))
        for name, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), written, Markup("").join(map(escape, children)))  # noqa: S704


def text(words: str, x: str, y: float, **attributes: str | float) -> Markup:
    return element("text", words, x=x, y=rem(y), **attributes)


def percent(share: float) -> str:
    return f"{_short(round(share * 100, 2))}%"


def rem(length: float) -> str:
    return f"{_short(round(length, 3))}rem"


def frame(name: str, title: str, description: str, height: float, *children: str, class_: str = "") -> Markup:
    """Close a chart into an image with its words; `name` is unique on the page."""
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        patterns(name),
        *children,
        class_=f"chart {class_}".strip(),
        width="100%",
        height=rem(height),
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
    )


def patterns(name: str) -> Markup:
    """Define the fills of a chart: four series and `hidden`, for what may not be shown."""
    return element(
        "defs",
        _pattern(f"{name}-1", "s1"),
        _pattern(f"{name}-2", "s2", element("path", d="M-2 2l4-4M0 8l8-8M6 10l4-4")),
        _pattern(f"{name}-3", "s3", element("circle", cx=4, cy=4, r=1.6)),
        _pattern(f"{name}-4", "s4", element("path", d="M0 4h8")),
        _pattern(f"{name}-hidden", "hidden", element("path", d="M-2 2l4-4M0 8l8-8M6 10l4-4")),
    )


def _pattern(name: str, class_: str, *marks: str) -> Markup:
    ground = element("rect", width=8, height=8)
    return element("pattern", ground, *marks, id=name, class_=class_, width=8, height=8, patternUnits="userSpaceOnUse")


def fill(name: str, series: int | str) -> str:
    return f"url(#{name}-{series})"


def _short(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
