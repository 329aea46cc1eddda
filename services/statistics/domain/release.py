"""A frozen release: what was counted, as of when, by which method, and every figure in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """`persons` is internal, and None where hidden: it never leaves for a public file."""

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
    status: str
    confidentiality: str
    unit: str
    low: str | None = None
    high: str | None = None
    persons: int | None = None


@dataclass(frozen=True, slots=True)
class AreaCode:
    code: str
    parent: str
    level: str
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TableSpec:
    id: str
    title: Mapping[str, str]
    dimensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Release:
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
