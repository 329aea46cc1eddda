"""A bar chart as a picture to put elsewhere, as PNG or SVG: with title, numbers, the mean's line and its source."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from gateway.documents.certificate import PRINTER
from gateway.html.charts import Value, ceiling
from services.chassis.typesetting import draw

_TEMPLATE = Path(__file__).with_suffix(".typ")
MEDIA = {"png": "image/png", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Bar:
    """`value` None is hidden; a text says why there is no number."""

    label: str
    value: Value
    text: str


@dataclass(frozen=True)
class Picture:
    language: str
    title: str
    subtitle: str
    bars: Sequence[Bar]
    source: str
    mean: float | None = None
    mean_words: str = ""


async def drawn(request: web.Request, picture: Picture, form: str) -> bytes:
    """The bytes in one of the forms of MEDIA. Few are drawn at a time, because each keeps a core busy."""
    async with request.app[PRINTER]:
        return await asyncio.to_thread(draw, _TEMPLATE, _given(picture), form)


def _given(picture: Picture) -> dict[str, object]:
    numbers = [bar.value if isinstance(bar.value, (int, float)) else None for bar in picture.bars]
    return {
        "lang": picture.language,
        "title": picture.title,
        "subtitle": picture.subtitle,
        "rows": [
            {"label": bar.label, "value": number, "text": bar.text}
            for bar, number in zip(picture.bars, numbers, strict=True)
        ],
        "most": ceiling([("", [*numbers, picture.mean])]),
        "mean": picture.mean,
        "mean_words": picture.mean_words,
        "source": picture.source,
    }
