"""Sign-in cards to print, in Korean and English: the card, and beside a line to cut along the strip with its secret."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import segno

from gateway.documents.card_pictures import PICTURES
from gateway.language.i18n import Locale
from services.chassis.errors import Unavailable
from services.chassis.typesetting import typeset

_TEMPLATE = Path(__file__).with_suffix(".typ")
_SECONDS = 60
A6, TEN_A_PAGE = "a6", "ten"


@dataclass(frozen=True)
class PrintedCard:
    """`name`: of the person, "" where they want none on it. `pictures` in their order, or else a `pin`."""

    number: str
    name: str
    pictures: Sequence[str] = ()
    pin: str = ""


def grouped(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


async def render(
    cards: Sequence[PrintedCard],
    layout: str,
    korean: Locale,
    english: Locale,
    *,
    issuers: tuple[str, str],
    phone: str,
    now: datetime,
) -> bytes:
    """`layout`: A6 or TEN_A_PAGE; `issuers`: by language. Raises Unavailable when typesetting takes too long."""
    given = {
        "layout": layout,
        "words": [_words(korean, issuers[0], phone), _words(english, issuers[1], phone)],
        "pictures": {id: picture.svg for id, picture in PICTURES.items()},
        "cards": [_card(each, korean, english) for each in cards],
    }
    try:
        async with asyncio.timeout(_SECONDS):
            return await asyncio.to_thread(typeset, _TEMPLATE, given, now)
    except TimeoutError as error:
        raise Unavailable("DOCUMENT_SLOW") from error


def _card(card: PrintedCard, korean: Locale, english: Locale) -> Mapping[str, object]:
    names = {id: (korean.gettext(each.name), english.gettext(each.name)) for id, each in PICTURES.items()}
    return {
        "number": grouped(card.number),
        "name": card.name,
        "pictures": [{"id": id, "names": names[id]} for id in card.pictures if id in names],
        "pin": " ".join(card.pin),
        "qr": _code(card.number),
    }


def _code(number: str) -> str:
    """Digits alone, because scanners type like a keyboard, and with Korean input on letters would turn into others."""
    out = io.BytesIO()
    segno.make(number, error="m", micro=False).save(out, kind="svg", border=0, dark="#0b2b29", xmldecl=False)
    return out.getvalue().decode()


def _words(locale: Locale, issuer: str, phone: str) -> Mapping[str, str]:
    return {
        "lang": locale.language,
        "issuer": issuer,
        "title": locale.gettext("Sign-in card"),
        "number": locale.gettext("Card number"),
        "where": locale.gettext("Only on computers of the information centre"),
        "lost": locale.gettext("Lost it? Tell the desk: %(phone)s") % {"phone": phone},
        "cut": locale.gettext("Cut here. Keep this strip apart from the card."),
        "pictures": locale.gettext("My three pictures, in this order"),
        "pin": locale.gettext("My PIN"),
        "qr": locale.gettext("Code of the card number, for the scanner"),
    }
