"""The parts that every picture is put together from: a phone, its buttons, numbered marks and small drawings."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str, str], str]
"""Picks the Korean or the English of a pair."""

ICONS = {
    "camera": '<rect x="3" y="7" width="18" height="13" rx="2"/><path d="M8 7l2-3h4l2 3"/><circle cx="12" cy="13" r="4"/>',
    "flip": '<path d="M4 11a8 8 0 0 1 14-4l2 2M20 13a8 8 0 0 1-14 4l-2-2"/><path d="M20 4v5h-5M4 20v-5h5"/>',
    "plus": '<path d="M12 4v16M4 12h16"/>',
    "send": '<path d="M3 12l18-8-7 17-3-7z"/>',
    "trash": '<path d="M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6"/>',
    "share": '<circle cx="6" cy="12" r="3"/><circle cx="18" cy="5" r="3"/><circle cx="18" cy="19" r="3"/>'
    '<path d="M9 11l6-4M9 13l6 4"/>',
    "crop": '<path d="M7 2v15h15M2 7h15v15"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c0-5 4-7 8-7s8 2 8 7"/>',
    "mic": '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5 11a7 7 0 0 0 14 0M12 18v3"/>',
    "back": '<path d="M15 4l-8 8 8 8"/>',
    "check": '<path d="M4 13l5 5L20 6"/>',
    "cross": '<path d="M5 5l14 14M19 5L5 19"/>',
    "lock": '<rect x="5" y="11" width="14" height="10" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
    "phone": '<path d="M5 3h4l2 5-3 2c1 3 3 5 6 6l2-3 5 2v4c0 1-1 2-2 2C10 21 3 14 3 5c0-1 1-2 2-2z"/>',
    "file": '<path d="M6 2h8l5 5v15H6zM14 2v5h5"/>',
    "card": '<rect x="2" y="5" width="20" height="14" rx="2"/><path d="M2 10h20M6 15h4"/>',
    "cart": '<path d="M2 4h3l3 11h10l3-8H6"/><circle cx="9" cy="20" r="1.5"/><circle cx="17" cy="20" r="1.5"/>',
    "bell": '<path d="M6 17V11a6 6 0 0 1 12 0v6l2 1H4zM10 21h4"/>',
    "plane": '<path d="M11 2l2 0 0 7 8 5v2l-8-2v5l2 2H9l2-2v-5l-8 2v-2l8-5z"/>',
}

_SKY = '<rect width="160" height="120" fill="#bfe3f2"/><circle cx="128" cy="26" r="13" fill="#ffd166"/>'
DRAWINGS = {
    "flowers": _SKY
    + '<rect y="78" width="160" height="42" fill="#8cc084"/>'
    + "".join(
        f'<path d="M{x} 106V{y}" stroke="#3c7a3f" stroke-width="4"/>'
        f'<circle cx="{x}" cy="{y}" r="13" fill="{c}"/><circle cx="{x}" cy="{y}" r="5" fill="#fff3bf"/>'
        for x, y, c in ((36, 66, "#e76f51"), (76, 54, "#f4a6b8"), (112, 70, "#9b72cf"))
    ),
    "hill": _SKY
    + '<path d="M0 95l44-52 30 34 34-48 52 66v25H0z" fill="#5b8e7d"/><rect y="95" width="160" height="25" fill="#a7c957"/>',
    "dog": '<rect width="160" height="120" fill="#fde6c8"/><ellipse cx="80" cy="108" rx="46" ry="26" fill="#c98b5a"/>'
    '<circle cx="80" cy="60" r="34" fill="#d9a06b"/><ellipse cx="48" cy="56" rx="11" ry="24" fill="#8a5a34"/>'
    '<ellipse cx="112" cy="56" rx="11" ry="24" fill="#8a5a34"/><circle cx="68" cy="54" r="5"/><circle cx="92" cy="54" r="5"/>'
    '<ellipse cx="80" cy="70" rx="8" ry="6"/><path d="M80 76v6q-8 6-14 1M80 82q8 6 14 1" fill="none" stroke="#000" stroke-width="3"/>',
    "child": '<rect width="160" height="120" fill="#d7ecd9"/><path d="M34 120c0-34 20-42 46-42s46 8 46 42z" fill="#3a7ca5"/>'
    '<circle cx="80" cy="52" r="28" fill="#f6cfa8"/><path d="M50 50c-2-34 62-34 60 0-12-14-48-14-60 0z" fill="#3b2a20"/>'
    '<circle cx="70" cy="54" r="3.5"/><circle cx="90" cy="54" r="3.5"/>'
    '<path d="M70 64q10 9 20 0" fill="none" stroke="#000" stroke-width="3"/>',
    "cake": '<rect width="160" height="120" fill="#fbe3ea"/><rect x="36" y="58" width="88" height="44" rx="6" fill="#f7c59f"/>'
    '<path d="M36 70q11 14 22 0 11 14 22 0 11 14 22 0 11 14 22 0v-14H36z" fill="#fff"/>'
    '<path d="M62 56V36M80 56V36M98 56V36" stroke="#e76f51" stroke-width="6"/>'
    '<circle cx="62" cy="30" r="5" fill="#f4b942"/><circle cx="80" cy="30" r="5" fill="#f4b942"/>'
    '<circle cx="98" cy="30" r="5" fill="#f4b942"/><ellipse cx="80" cy="106" rx="60" ry="6" fill="#c9d6df"/>',
    "street": '<rect width="160" height="120" fill="#31455c"/><rect y="96" width="160" height="24" fill="#5c6b7a"/>'
    '<rect x="12" y="46" width="46" height="50" fill="#47607b"/><rect x="104" y="38" width="44" height="58" fill="#47607b"/>'
    '<path d="M84 96V24h22" fill="none" stroke="#cfd9df" stroke-width="5"/><path d="M98 24h20l-4 12h-12z" fill="#8796a5"/>'
    '<path d="M100 44l16 16M116 44l-16 16" stroke="#ff8a73" stroke-width="5"/>',
    "cup": '<rect width="160" height="120" fill="#f3ece2"/><path d="M48 40h58v38a22 22 0 0 1-22 22H70a22 22 0 0 1-22-22z" fill="#fff" '
    'stroke="#8a5a34" stroke-width="4"/><path d="M106 50h10a12 12 0 0 1 0 26h-10" fill="none" stroke="#8a5a34" stroke-width="5"/>'
    '<ellipse cx="77" cy="44" rx="25" ry="6" fill="#7b4a26"/><path d="M66 30q-6-8 0-16M84 30q-6-8 0-16" fill="none" '
    'stroke="#b8a58f" stroke-width="4"/>',
    "glass": '<rect width="160" height="120" fill="#e6f3ee"/><path d="M54 24h52l-8 82H62z" fill="#fff" stroke="#3c7a5f" stroke-width="4"/>'
    '<path d="M57 50h46l-6 52H63z" fill="#8cc084"/><path d="M84 50l14-36" stroke="#e76f51" stroke-width="5"/>'
    '<rect x="66" y="60" width="14" height="14" rx="3" fill="#d9f0e3"/><rect x="82" y="74" width="13" height="13" rx="3" fill="#d9f0e3"/>',
    "bread": '<rect width="160" height="120" fill="#fff1d6"/><path d="M26 84c0-44 108-44 108 0 0 14-108 14-108 0z" fill="#d08b45"/>'
    '<path d="M54 60l8 18M78 54l8 20M102 58l6 18" stroke="#f6d9a8" stroke-width="6"/>',
}


def icon(name: str, colour: str = "currentColor") -> str:
    return (
        f'<span class="icon"><svg viewBox="0 0 24 24" fill="none" stroke="{colour}" stroke-width="2.2" '
        f'stroke-linecap="round" stroke-linejoin="round">{ICONS[name]}</svg></span>'
    )


def photo(name: str) -> str:
    return f'<span class="photo"><svg viewBox="0 0 160 120">{DRAWINGS[name]}</svg></span>'


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
