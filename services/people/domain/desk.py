"""What the desk keeps of a person to tell them from others: birth year and telephone number.

Neither is an equality answer, and neither is in any event. Nothing copies them into the answers, or the other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.errors import Conflict, Invalid
from services.chassis.text import telephone_number
from services.people.domain.credentials import login_key, refuse_resident_number, search_words
from services.people.domain.equality import EARLIEST_BIRTH_YEAR
from services.people.domain.person import Event, Person, Registered, check_in_use

LAST_DIGITS = 4


@dataclass(frozen=True)
class DeskData:
    birth_year: int = 0
    """0: not known."""
    phone: str = ""

    @property
    def last_digits(self) -> str:
        return self.phone[-LAST_DIGITS:]


def checked(birth_year: int, phone: str, now: datetime) -> DeskData:
    refuse_resident_number(phone, "phone")
    number = telephone_number(phone)
    if phone.strip() and not number:
        raise Invalid("TELEPHONE_INVALID", field="phone")
    return DeskData(checked_birth_year(birth_year, now), number)


def checked_birth_year(birth_year: int, now: datetime) -> int:
    if birth_year and not EARLIEST_BIRTH_YEAR <= birth_year <= now.year:
        raise Invalid("BIRTH_YEAR_INVALID", field="birth_year", min=EARLIEST_BIRTH_YEAR, max=now.year)
    return birth_year


def checked_digits(text: str) -> str:
    """The digits by which somebody is looked for; "" stays so."""
    digits = "".join(character for character in text if character.isdecimal())
    if text.strip() and len(digits) < LAST_DIGITS:
        raise Invalid("PHONE_DIGITS_TOO_FEW", field="phone_digits", min=LAST_DIGITS)
    return digits


def with_login(drafted: Person, login: str) -> Person:
    """Before the account is made."""
    words = search_words(login, drafted.display_name)
    return replace(drafted, login=login, login_key=login_key(login), words=words)


def register(drafted: Person, current: Person, now: datetime) -> tuple[Person, Sequence[Event]]:
    """Makes the account without a passphrase. `current` is `drafted` itself where there is none yet."""
    return current, [Registered(current, now)] if current is drafted else []


def keep(person: Person, sealed: bytes, marks: tuple[str, ...], etag: str = "") -> tuple[Person, Sequence[Event]]:
    check_in_use(person)
    if etag and etag != person.etag:
        raise Conflict("PERSON_CHANGED", field="etag")
    return replace(person, desk=sealed, desk_marks=marks), []
