"""Sign-in cards and the computers of centres on which they work.

A card's number says who comes, like a login that nobody can guess; three pictures or a PIN, which do not stand on the
card, say that it is them. Both count on a computer of a centre alone.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Invalid
from services.people.domain.person import Person

PICTURES = (
    *("house", "tree", "fish", "star", "clock", "key"),
    *("umbrella", "moon", "rabbit", "grapes", "book", "jar"),
)
"""In the order in which they stand on the screen. In Korean and in English each name begins with another sound."""
PICKED = 3
"""Of twelve, in order, none twice: 1,320 ways."""
PIN_DIGITS = 4
NUMBER_DIGITS = 12
"""The last of them is the check digit."""
MOST_MISSES = 5
"""Wrong tries since the last right one; then the card is locked until staff unlock it."""
FREE_FOR_DEVICE = 10
DEVICE_NAME_LENGTH = 60
_WORTH_NOTING = timedelta(minutes=10)
_BETWEEN = str.maketrans("", "", " -\u00a0\u2013\u2014\t")


class Kind(StrEnum):
    PICTURES = "pictures"
    PIN = "pin"


@dataclass(frozen=True)
class Card:
    """The one card of a person. `number` and `secret` are keyed hashes."""

    person: str
    number: str
    secret: str
    kind: Kind
    made_by: str
    make_time: datetime
    misses: int = 0
    last_use_time: datetime | None = None
    end_time: datetime | None = None

    @property
    def is_locked(self) -> bool:
        return self.misses >= MOST_MISSES


@dataclass(frozen=True)
class CentreDevice:
    display_name: str
    centre: str
    made_by: str
    make_time: datetime
    last_use_time: datetime | None = None


def draw_number() -> str:
    body = "".join(secrets.choice("0123456789") for _ in range(NUMBER_DIGITS - 1))
    return body + check_digit(body)


def draw_secret(kind: Kind) -> Sequence[str]:
    """Ids of pictures in their order, or digits."""
    if kind is Kind.PICTURES:
        return secrets.SystemRandom().sample(PICTURES, PICKED)
    return [secrets.choice("0123456789") for _ in range(PIN_DIGITS)]


def check_digit(body: str) -> str:
    """Luhn: shows every wrong digit, and nearly every swapped pair."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def checked_number(text: str) -> str:
    """The digits alone. Raises Invalid for what cannot be a card's number, whether there is such a card or not."""
    digits = text[: 4 * NUMBER_DIGITS].translate(_BETWEEN)
    if not (digits.isascii() and digits.isdigit() and len(digits) == NUMBER_DIGITS):
        raise Invalid("CARD_NUMBER_INVALID", field="number", digits=NUMBER_DIGITS)
    if check_digit(digits[:-1]) != digits[-1]:
        raise Invalid("CARD_NUMBER_MISTYPED", field="number")
    return digits


def secret_text(pictures: Iterable[str], pin: str) -> str:
    """What is hashed: pictures are never taken for digits."""
    picked = list(pictures)[: PICKED + 1]
    return f"{Kind.PICTURES}|{'-'.join(picked)}" if picked else f"{Kind.PIN}|{pin[: 4 * PIN_DIGITS]}"


def refusal_of(person: Person, *, has_second_factor: bool) -> str:
    """Why somebody can neither have a card nor use one; "" if they can."""
    if person.kept_as:
        return "ACCOUNT_RESTS"
    if person.erased:
        return "PERSON_ERASED"
    if person.is_staff:
        return "CARD_FOR_LEARNERS_ONLY"
    return "CARD_BESIDE_SECOND_FACTOR" if has_second_factor else ""


def try_card(card: Card, number: str, secret: str, now: datetime) -> tuple[Card, list[object]]:
    """Counts a try in the write that decides on it, so that tries side by side gain nothing. Each try writes, also of a
    card that is ended or nobody's, so that the time it takes tells nothing."""
    if is_opened(card, number, secret):
        return replace(card, misses=0, last_use_time=now), []
    return replace(card, misses=card.misses + 1), []


def is_opened(card: Card, number: str, secret: str) -> bool:
    """Whether this number and secret open it. After a try: whether that try did."""
    is_right = hmac.compare_digest(card.number + card.secret, number + secret)
    return is_right and not card.is_locked and card.end_time is None


def nobodys(now: datetime) -> Card:
    """Tried in the place of a card that does not exist."""
    return Card("", "", "", Kind.PIN, "", now)


def unlock(card: Card) -> tuple[Card, list[object]]:
    return replace(card, misses=0), []


def end(card: Card, now: datetime) -> tuple[Card, list[object]]:
    return (card if card.end_time else replace(card, end_time=now)), []


def checked_device_name(text: str) -> str:
    name = " ".join(text[: 4 * DEVICE_NAME_LENGTH].split())
    if not name or not name.isprintable():
        raise Invalid("DEVICE_NAME_MISSING", field="display_name")
    if len(name) > DEVICE_NAME_LENGTH:
        raise Invalid("DEVICE_NAME_TOO_LONG", field="display_name", max=DEVICE_NAME_LENGTH)
    return name


def is_worth_noting(device: CentreDevice, now: datetime) -> bool:
    """The last use is kept to ten minutes."""
    return device.last_use_time is None or now - device.last_use_time >= _WORTH_NOTING
