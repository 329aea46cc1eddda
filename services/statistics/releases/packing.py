"""Packing: what a build keeps between its steps, as compressed MessagePack."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, fields
from decimal import Decimal
from typing import Any

from services.statistics.disclosure.decisions import Decision
from services.statistics.figures.observation import Observation
from services.statistics.figures.units import Unit

MAGIC = b"\x1f\x8b"
"""How everything packed begins."""


def pack(values: Any) -> bytes:
    """Compressed JSON, the same bytes for the same values."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
    return gzip.compress(text.encode(), mtime=0)


def unpack(content: bytes) -> Any:
    return json.loads(gzip.decompress(content))


def pack_units(units: Iterable[Unit]) -> bytes:
    return pack([astuple(unit) for unit in units])


def unpack_units(content: bytes) -> tuple[Unit, ...]:
    return tuple(_unit(row) for row in unpack(content))


def _unit(row: Sequence[Any]) -> Unit:
    person, quarter, area, sex, age, flags, domains, status, days, hours, *finished = row
    known = None if flags is None else tuple(flags)
    spent = None if hours is None else Decimal(hours)
    return Unit(person, quarter, area, sex, age, known, tuple(domains), status, days, spent, *finished)


def pack_decision(decision: Decision) -> bytes:
    return pack({field.name: sorted(map(list, getattr(decision, field.name))) for field in fields(Decision)})


def unpack_decision(content: bytes) -> Decision:
    rows = unpack(content)
    return Decision(**{field.name: frozenset(map(tuple, rows[field.name])) for field in fields(Decision)})


_FIELDS = tuple(field.name for field in fields(Observation))


def pack_observations(observations: Iterable[Observation]) -> bytes:
    return pack([list(asdict(observation).values()) for observation in observations])


def unpack_observations(content: bytes) -> tuple[Observation, ...]:
    return tuple(Observation(**dict(zip(_FIELDS, row, strict=True))) for row in unpack(content))
