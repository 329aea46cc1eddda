"""The content of a release: observations over linked tables, and everything a reader must know about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from fractions import Fraction
from zoneinfo import ZoneInfo

from services.statistics.figures.assessment import Assessment

HIDDEN, NORMAL, UNRELIABLE, NOT_COLLECTED, UNDEFINED, BREAK, PROVISIONAL = "Q", "A", "U", "L", "M", "B", "P"
"""CL_OBS_STATUS as releases use it."""

ESTIMATED, MISSING = "E", "O"
"""Statuses that recasting adds: estimated by shares; cannot be computed from what was published."""

FREE, CONFIDENTIAL = "F", "N"
"""CL_CONF_STATUS: one public symbol for every hidden cell, whatever the reason."""

SEOUL = ZoneInfo("Asia/Seoul")


@dataclass(frozen=True, slots=True)
class AreaCode:
    """`parent` is "" at the top; codes are without "areas/"."""

    code: str
    parent: str
    level: str
    title: Mapping[str, str]
    place: tuple[int, int] | None = None
    """Column and row on the tile map, from 0."""


@dataclass(frozen=True, slots=True)
class EarlierRevision:
    """An earlier revision: when it came out, and what its note said."""

    revision: int
    published: datetime
    note: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Revised:
    """How an edition differs from the one before: figures that changed, and the relative mean absolute revision of
    enrolments in per cent."""

    changed: int
    relative: Fraction | None


@dataclass(frozen=True, slots=True)
class Denominator:
    """A table of residents that coverage stands on: `reference` is its day, `checksum` the SHA-256 of the file."""

    reference: date
    source: str
    licence: str
    checksum: str


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One linked table: the dimensions that it breaks down besides area and period."""

    id: str
    title: Mapping[str, str]
    dimensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """One published figure. Codes are without "areas/"; "_T" where not broken down."""

    measure: str
    universe: str
    freq: str
    period: str
    area: str
    sex: str
    age: str
    group: str
    domain: str
    value: str | None
    """Exact decimal as text; None where hidden or undefined, and `status` says why."""
    status: str
    confidentiality: str
    unit: str
    low: str | None = None
    high: str | None = None
    """95 % interval, in the unit of the value."""
    persons: int | None = None
    """Base n, for the office alone: None where hidden, and in no public file there."""

    @property
    def table(self) -> str:
        """What it is broken down by besides area and period; "area" for nothing else."""
        given = {"sex": self.sex, "age": self.age, "group": self.group, "domain": self.domain}
        return next((name for name, code in given.items() if code != "_T"), "area")


@dataclass(frozen=True, slots=True)
class ReleaseContent:
    """`universe` is RES or EMP; `periods` are quarters and years; `earlier` are the releases it was audited with."""

    id: str
    revision: int
    title: Mapping[str, str]
    universe: str
    periods: tuple[str, ...]
    as_of: datetime
    publish_at: datetime
    method_version: str
    area_vintage: date
    k: int
    areas: tuple[AreaCode, ...]
    tables: tuple[TableSpec, ...]
    observations: tuple[Observation, ...]
    note: Mapping[str, str]
    earlier: tuple[str, ...]
    publisher: Mapping[str, str]
    licence: str
    contact: str
    legal_basis: str = ""
    history: tuple[EarlierRevision, ...] = ()
    """Earlier revisions, oldest first."""
    denominators: tuple[Denominator, ...] = ()
    capability: Assessment | None = None
    unanswered: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Period -> per cent of persons, from and below, who left out the question of the groups; absent where that may not
    be told."""
    revised: Revised | None = None
    """None for a first edition."""
    zone: tzinfo = SEOUL
    """Its files give days and times there."""
