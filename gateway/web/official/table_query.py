"""What an official asks for, as it stands in the page's address: in the names of the API, so that an address of the
page, with /api/v1/statistics/table in place of /statistics, is the query of a program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from multidict import MultiMapping
from yarl import URL

from gateway.backend.live_table import TABLE
from gateway.language.i18n import SEOUL
from gateway.web.official.live_figures import MEASURES
from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.errors import Invalid

PAGE = "/statistics"
_QUARTERS_BACK = 12
_NAME = re.compile(r"[A-Za-z0-9/._*-]{0,120}")
_QUARTER = re.compile(r"([0-9]{4}-Q[1-4])?")


@dataclass(frozen=True)
class Asked:
    """`show` is the measure drawn in chart and map, and no part of the query."""

    area: str
    universe: str
    by: str
    fromQuarter: str = ""  # noqa: N815
    toQuarter: str = ""  # noqa: N815
    course: str = ""
    show: str = "ENR"

    def query(self) -> pb.QueryTableRequest:
        return pb.QueryTableRequest(
            area=_checked("area", self.area, _NAME),
            universe=_number(pb.Universe, "universe", self.universe),
            by=_number(pb.Dimension, "by", self.by),
            from_quarter=_checked("fromQuarter", self.fromQuarter, _QUARTER),
            to_quarter=_checked("toQuarter", self.toQuarter, _QUARTER),
            course=_checked("course", self.course, _NAME),
        )

    def address(self, **other: str) -> str:
        """Of the page; `other` replaces parts of the question."""
        return str(URL(PAGE).with_query({**self._query(), "show": self.show, **other}))

    def table_address(self, **other: str) -> str:
        """Of the same table as a file."""
        return str(URL(TABLE).with_query(self._query() | other))

    def _query(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value and name != "show"}


def _checked(field: str, value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        raise Invalid("FIELD_CHARACTERS", field=field, name=field, pattern=pattern.pattern)
    return value


def _number(enum: Any, field: str, name: str) -> Any:
    """The number of an enum's value by its name; 0 where none was given."""
    known = enum.keys()[1:]
    if name and name not in known:
        raise Invalid("FIELD_CHOICES", field=field, name=field, known=", ".join(known))
    return enum.Value(name) if name else 0


def read(given: MultiMapping[str], own: str) -> Asked:
    """Without a wish: the widest of one's own areas, by area. An organisation is asked about its employees."""
    area = given.get("area") or own
    usual = "EMPLOYEE" if area.startswith("organisations/") else "RESIDENT"
    show = given.get("show", "")
    return Asked(
        area=area,
        universe=given.get("universe") or usual,
        by=given.get("by") or ("AGE" if area.startswith("organisations/") else "REF_AREA"),
        fromQuarter=given.get("fromQuarter", ""),
        toQuarter=given.get("toQuarter", ""),
        course=given.get("course", ""),
        show=show if show in MEASURES else "ENR",
    )


def quarters(now: datetime, asked: Asked) -> list[str]:
    """The latest first, and those asked for among them."""
    local = now.astimezone(SEOUL)
    latest = local.year * 4 + (local.month - 1) // 3
    recent = {f"{each // 4}-Q{each % 4 + 1}" for each in range(latest - _QUARTERS_BACK + 1, latest + 1)}
    return sorted(recent | ({asked.fromQuarter, asked.toQuarter} - {""}), reverse=True)
