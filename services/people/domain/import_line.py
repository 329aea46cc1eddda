"""A line of a file of people: what it says, and what it would do. Pure: lines and a snapshot in, verdicts out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from services.chassis.errors import Invalid
from services.chassis.search_key import search_key
from services.people.domain import credentials, desk
from services.people.domain.desk import DeskData
from services.people.domain.person import Person
from services.people.domain.places import Places

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_LOST_ZERO = re.compile(r"[1-9][0-9]{8,9}")


class Verdict(StrEnum):
    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    ERROR = "error"
    ASK = "ask"


@dataclass(frozen=True)
class Fault:
    """`column`: counted from 1; 0 for the whole line."""

    reason: str
    column: int = 0
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Wanted:
    """What a line says; an empty field is left as it is."""

    display_name: str = ""
    birth_year: str = ""
    phone: str = ""
    area: str = ""
    organisation: str = ""
    email: str = ""
    login: str = ""

    @property
    def key(self) -> str:
        return search_key(self.display_name)

    @property
    def last_digits(self) -> str:
        return self.phone[-desk.LAST_DIGITS :]


FIELDS = tuple(each.name for each in fields(Wanted))


@dataclass(frozen=True)
class Known:
    """Somebody who may be meant."""

    person: Person
    desk: DeskData


@dataclass(frozen=True)
class Planned:
    verdict: Verdict
    person: str = ""
    """The id of whom it is about."""
    etag: str = ""
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()


class Seen:
    """The lines of a file so far, by whom they are about."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], dict[str, int]] = {}

    def twin(self, wanted: Wanted, number: int) -> int:
        """The number of an earlier line about the same person, else 0; this line is then the first."""
        if wanted.login:
            same, digits = ("", credentials.login_key(wanted.login)), ""
        else:
            same, digits = (wanted.key, wanted.birth_year), wanted.last_digits
        earlier = self._lines.setdefault(same, {})
        if earlier and not digits:
            return next(iter(earlier.values()))
        found = earlier.get(digits) or earlier.get("", 0)
        earlier.setdefault(digits, number)
        return found


class Reader:
    """Reads lines with these columns. `covered`: areas and organisations of whoever imports; None for all."""

    def __init__(
        self, columns: Sequence[str], area: str, places: Places, covered: Collection[str] | None, now: datetime
    ) -> None:
        self._columns, self._area, self._covered, self._now = columns, area, covered, now
        self._areas = _by_title(places.areas)
        self._organisations = _by_title(places.organisations)
        self._readers: Mapping[str, Callable[[str], str]] = {
            "display_name": credentials.checked_display_name,
            "birth_year": self._birth_year,
            "phone": self._phone,
            "area": lambda text: self._place(text, self._areas, "IMPORT_AREA_UNKNOWN"),
            "organisation": lambda text: self._place(text, self._organisations, "IMPORT_ORGANISATION_UNKNOWN"),
            "email": credentials.checked_email,
            "login": credentials.checked_login,
        }

    def read(self, cells: Sequence[str]) -> tuple[Wanted, tuple[Fault, ...]]:
        """What the line says, and what is wrong with it."""
        values: dict[str, str] = {}
        faults: list[Fault] = []
        if len(cells) > len(self._columns) and any(cell.strip() for cell in cells[len(self._columns) :]):
            faults.append(Fault("IMPORT_TOO_MANY_CELLS"))
        for position, (name, cell) in enumerate(zip(self._columns, cells, strict=False), start=1):
            if not name or not cell.strip():
                continue
            try:
                values[name] = self._readers[name](cell.strip())
            except Invalid as problem:
                faults.append(Fault(problem.reason, position, problem.details))
        if "display_name" not in values and not any(fault.column == self._column("display_name") for fault in faults):
            faults.append(Fault("DISPLAY_NAME_MISSING", self._column("display_name")))
        values.setdefault("area", self._area)
        if (
            not faults
            and self._covered is not None
            and not {values["area"], values.get("organisation")} & set(self._covered)
        ):
            faults.append(Fault("OUTSIDE_YOUR_AREA", self._column("area")))
        return Wanted(**values), tuple(faults)

    def _column(self, name: str) -> int:
        return self._columns.index(name) + 1 if name in self._columns else 0

    def _birth_year(self, text: str) -> str:
        """A year, or a date that begins with one."""
        found = _YEAR.match(text.removesuffix(".0"))
        if not found:
            raise Invalid("BIRTH_YEAR_INVALID", min=1900, max=self._now.year)
        return str(desk.checked_birth_year(int(found[0]), self._now))

    def _phone(self, text: str) -> str:
        """Spreadsheets take the zero from a number that they take for an amount: it is put back."""
        number = text.removesuffix(".0")
        return desk.checked(0, f"0{number}" if _LOST_ZERO.fullmatch(number) else number, self._now).phone

    def _place(self, text: str, known: Mapping[str, Collection[str]], unknown: str) -> str:
        names = known.get(search_key(text), ())
        if len(names) > 1:
            raise Invalid("IMPORT_PLACE_SEVERAL", names=", ".join(sorted(names)))
        if not names:
            raise Invalid(unknown)
        return next(iter(names))


def _by_title(places: Collection[object]) -> Mapping[str, Collection[str]]:
    """Names by title in any language, by code and by themselves."""
    names: dict[str, set[str]] = {}
    for place in places:
        name: str = place.name  # type: ignore[attr-defined]  # an area or an organisation
        for text in (name, name.rpartition("/")[2], *place.title.values()):  # type: ignore[attr-defined]
            names.setdefault(search_key(text), set()).add(name)
    return names


def decide(wanted: Wanted, known: Sequence[Known], *, login_is_taken: bool = False) -> Planned:
    """`known`: those of the same login or of the same name, among the people of whoever imports."""
    meant = [each for each in known if _may_be(wanted, each)]
    sure = [each for each in meant if _is(wanted, each)]
    if len(sure) == 1:
        return _compared(wanted, sure[0])
    if meant:
        return Planned(Verdict.ASK, faults=(Fault("IMPORT_SEVERAL" if sure else "IMPORT_PERHAPS_KNOWN"),))
    if login_is_taken:
        return Planned(Verdict.ERROR, faults=(Fault("LOGIN_TAKEN"),))
    return Planned(Verdict.NEW)


def _may_be(wanted: Wanted, known: Known) -> bool:
    """Nothing that both sides know contradicts it."""
    if wanted.login and credentials.login_key(wanted.login) == known.person.login_key:
        return True
    if wanted.login or search_key(known.person.display_name) != wanted.key:
        return False
    year = str(known.desk.birth_year or "")
    return not (year and wanted.birth_year and year != wanted.birth_year)


def _is(wanted: Wanted, known: Known) -> bool:
    """The login, or the name with the last digits, or with the birth year where no digits contradict it: in a village,
    two people of one name and year are no rarity."""
    if wanted.login:
        return True
    same_year = bool(wanted.birth_year) and wanted.birth_year == str(known.desk.birth_year or "")
    both_digits = (wanted.last_digits, known.desk.last_digits)
    if all(both_digits):
        return both_digits[0] == both_digits[1]
    return same_year


def _compared(wanted: Wanted, known: Known) -> Planned:
    person = known.person
    now = values_of(known)
    changes = tuple(
        Change(name, now[name], after)
        for name in FIELDS
        if (after := getattr(wanted, name)) and name != "login" and after != now[name]
    )
    return Planned(Verdict.CHANGE if changes else Verdict.SAME, person.id, person.etag, changes)


def values_of(known: Known) -> dict[str, str]:
    person = known.person
    return {
        "display_name": person.display_name,
        "birth_year": str(known.desk.birth_year or ""),
        "phone": known.desk.phone,
        "area": person.area,
        "organisation": person.organisation,
        "email": person.email,
        "login": person.login,
    }
