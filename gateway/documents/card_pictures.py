"""The twelve pictures of sign-in cards, drawn for Ieum: on the screen and on paper the same.

They are plain things that can be told apart in grey and at the size of a fingertip. In the order in which they stand on
the screen, which never changes: hands learn places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.language.i18n import msgid

_FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" fill="none" stroke="#0b2b29" stroke-width="3" '
    'stroke-linejoin="round" stroke-linecap="round"><rect width="64" height="64" rx="8" fill="#fff" stroke="none"/>'
)


@dataclass(frozen=True)
class Picture:
    """`name` is a msgid."""

    name: str
    drawing: str

    @property
    def svg(self) -> str:
        return f"{_FRAME}{self.drawing}</svg>"


PICTURES: Mapping[str, Picture] = {
    "house": Picture(
        msgid("house"),
        '<path fill="#f4d9a8" d="M14 30v24h36V30"/><path fill="#c8553d" d="M8 32 32 10l24 22z"/>'
        '<path fill="#0b2b29" d="M27 54V40h10v14z"/>',
    ),
    "tree": Picture(
        msgid("tree"),
        '<path fill="#8a5a2b" d="M28 40h8v16h-8z"/>'
        '<path fill="#3f9b63" d="M32 7c9 0 13 6 12 11 7 1 9 11 2 16-4 7-24 7-28 0-7-5-5-15 2-16-1-5 3-11 12-11z"/>',
    ),
    "fish": Picture(
        msgid("fish"),
        '<path fill="#5aa9c9" d="M44 32 58 20v24zM6 32c8-16 28-18 40 0-12 18-32 16-40 0z"/>'
        '<circle cx="18" cy="28" r="2.5" fill="#0b2b29"/><path d="M28 24c4 5 4 11 0 16"/>',
    ),
    "star": Picture(
        msgid("star"),
        '<path fill="#f2c230" d="m32 7 7.5 16.5 18 2-13.5 12 4 17.7L32 46l-16 9.2 4-17.7-13.5-12 18-2z"/>',
    ),
    "clock": Picture(
        msgid("clock"),
        '<circle cx="32" cy="32" r="24" fill="#eef4f3"/><path stroke-width="4" d="M32 17v15l11 8"/>'
        '<path d="M32 8v4M32 52v4M8 32h4M52 32h4"/>',
    ),
    "key": Picture(
        msgid("key"),
        '<path fill="none" stroke-width="6" d="M29 35 52 12M45 19l8 8"/>'
        '<circle cx="21" cy="43" r="12" fill="#e0a32b"/><circle cx="21" cy="43" r="4" fill="#fff"/>',
    ),
    "umbrella": Picture(
        msgid("umbrella"),
        '<path fill="#7b5ea7" d="M6 34C6 2 58 2 58 34c-4-5-10-5-13 0-3-5-10-5-13 0-3-5-10-5-13 0-3-5-9-5-13 0z"/>'
        '<path stroke-width="4" d="M32 34v17c0 7 10 7 10 0M32 10V6"/>',
    ),
    "moon": Picture(msgid("moon"), '<path fill="#f6e3a1" d="M38 7a26 26 0 1 0 18 36A23 23 0 0 1 38 7z"/>'),
    "rabbit": Picture(
        msgid("rabbit"),
        '<path fill="#f7ece6" d="M24 30C14 22 14 4 20 4s10 14 9 24h6C34 18 38 4 44 4s6 18-4 26'
        'c8 4 12 10 12 16 0 20-40 20-40 0 0-6 4-12 12-16z"/>'
        '<circle cx="24" cy="42" r="2.5" fill="#0b2b29"/><circle cx="40" cy="42" r="2.5" fill="#0b2b29"/>'
        '<path d="m29 48 3 3 3-3"/>',
    ),
    "grapes": Picture(
        msgid("grapes"),
        '<path stroke-width="4" d="M32 18V6l9 3"/><g fill="#6a4c93"><circle cx="18" cy="23" r="7"/>'
        '<circle cx="32" cy="23" r="7"/><circle cx="46" cy="23" r="7"/><circle cx="25" cy="36" r="7"/>'
        '<circle cx="39" cy="36" r="7"/><circle cx="32" cy="49" r="7"/></g>',
    ),
    "book": Picture(
        msgid("book"),
        '<path fill="#d7e8f2" d="M32 16C24 9 14 9 6 12v40c8-3 18-3 26 4 8-7 18-7 26-4V12c-8-3-18-3-26 4zM32 16v40"/>'
        '<path d="M13 22c5-1 9 0 12 2M13 32c5-1 9 0 12 2M51 22c-5-1-9 0-12 2M51 32c-5-1-9 0-12 2"/>',
    ),
    "jar": Picture(
        msgid("jar"),
        '<path fill="#a8643c" d="M22 14c-20 10-18 32-6 43h32c12-11 14-33-6-43z"/>'
        '<path fill="#7a4527" d="M18 7h28v8H18z"/><path d="M10 33c14 5 30 5 44 0"/>',
    ),
}
