"""The parts that every picture is put together from: a phone, its buttons, numbered marks and small drawings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Say = Callable[[str, str], str]
"""Picks the Korean or the English of a pair."""

DRAWINGS = Path(__file__).parent / "drawings"


def drawing(name: str) -> str:
    return (DRAWINGS / f"{name}.svg").read_text()


def icon(name: str, colour: str = "inherit") -> str:
    return f'<span class="icon" style="color: {colour}">{drawing("icon-" + name)}</span>'


def photo(name: str) -> str:
    return f'<span class="photo">{drawing(name)}</span>'


def div(classes: str, *parts: str) -> str:
    return f'<div class="{classes}">{"".join(parts)}</div>'


def screen(title: str, *parts: str, start: str = "", classes: str = "phone") -> str:
    return div(classes, div("bar", start, title), div("body", *parts))


def board(title: str, *parts: str) -> str:
    return screen(title, *parts, classes="phone board")


def bubble(text: str, kind: str = "") -> str:
    return div(f"bubble {kind}", text)


def button(text: str, kind: str = "") -> str:
    return div(f"button {kind}", text)


def field(label: str, value: str) -> str:
    return f'<div class="field"><b>{label}</b><div>{value}</div></div>'


def line(*parts: str) -> str:
    return div("line", *parts)


def row(*parts: str, kind: str = "") -> str:
    return div(f"row {kind}", *parts)


def note(text: str, kind: str = "") -> str:
    return div(f"note {kind}", text)


def mark(number: int, part: str, side: str = "") -> str:
    return div(f"marked {side}", part, f'<span class="n">{number}</span>')


def tap(part: str) -> str:
    return div("tap", part)


def step(number: int | str, text: str) -> str:
    return f'<div class="caption"><b>{number}</b><span>{text}</span></div>'
