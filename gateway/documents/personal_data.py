"""Everything held about a person as a PDF to read: sections of names and values, in the reader's language."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.language.i18n import Locale
from services.chassis.errors import Unavailable
from services.chassis.typesetting import typeset

_TEMPLATE = Path(__file__).with_suffix(".typ")
_SECONDS = 30


@dataclass(frozen=True)
class Block:
    """Names and values that belong together. `folded`: long, and seldom wanted on a screen."""

    title: str
    facts: Sequence[tuple[str, str]]
    folded: bool = False


@dataclass(frozen=True)
class Section:
    """`about` says why it is kept and for how long, `empty` what is said where there is nothing."""

    key: str
    title: str
    about: str
    blocks: Sequence[Block]
    empty: str = ""
    links: Sequence[tuple[str, str]] = ()


async def render(sections: Sequence[Section], locale: Locale, *, issuer: str, holder: str, now: datetime) -> bytes:
    """Raises Unavailable when typesetting takes too long."""
    given = {
        "lang": locale.language,
        "title": locale.gettext("Everything held about me"),
        "issuer": issuer,
        "holder": holder,
        "date": locale.datetime(now),
        "sections": [
            {
                "title": section.title,
                "about": section.about,
                "empty": section.empty if not section.blocks else "",
                "blocks": [
                    {"title": block.title, "facts": [list(fact) for fact in block.facts]} for block in section.blocks
                ],
            }
            for section in sections
        ],
    }
    try:
        async with asyncio.timeout(_SECONDS):
            return await asyncio.to_thread(typeset, _TEMPLATE, given, now)
    except TimeoutError as error:
        raise Unavailable("DOCUMENT_SLOW") from error
