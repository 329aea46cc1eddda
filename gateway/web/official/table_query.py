"""The query of the live table, read from the address of its page and written back into links.

The parameters have the names of the API: an address of the page with /api/v1 before it is the query of a program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from multidict import MultiMapping
from yarl import URL

from gateway.backend.live_table import TABLE
from gateway.web.official.live_figures import MEASURES
from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.errors import Invalid

PAGE = "/statistics/table"
_QUARTERS_BACK = 12
_NAME = re.compile(r"[A-Za-z0-9/._*-]{0,120}")
_PERIOD = re.compile(r"([0-9]{4}(-Q[1-4])?)?")
_QUARTER = re.compile(r"([0-9]{4}-Q[1-4])?")


@dataclass(frozen=True)
class TableQuery:
    """The query of an address. `show` is the measure drawn in chart and map, which the service need not know."""

    area: str
    universe: str
    by: str
    period: str = ""
    course: str = ""
    show: str = "ENR"

    def request(self) -> pb.QueryTableRequest:
        return pb.QueryTableRequest(
            area=_checked("area", self.area, _NAME),
            universe=_number(pb.Universe, "universe", self.universe),
            by=_number(pb.Dimension, "by", self.by),
            period=_checked("period", self.period, _PERIOD),
            course=_checked("course", self.course, _NAME),
        )

    def address(self, path: str = PAGE, /, **changes: str) -> str:
        """Of the page or of a file of it, with `changes` to its parameters."""
        return str(URL(path).with_query({**self._parameters(), "show": self.show, **changes}))

    def table_address(self, **changes: str) -> str:
        """Of the same table as a file."""
        return str(URL(TABLE).with_query(self._parameters() | changes))

    def _parameters(self) -> dict[str, str]:
        parameters = {
            "area": self.area,
            "universe": self.universe,
            "by": self.by,
            "period": self.period,
            "course": self.course,
        }
        return {name: value for name, value in parameters.items() if value}


def _checked(field: str, value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        raise Invalid("FIELD_CHARACTERS", field=field, name=field, pattern=pattern.pattern)
    return value


def checked_period(text: str) -> str:
    return _checked("period", text, _PERIOD)


def _number(enum: Any, field: str, name: str) -> Any:
    """The number of an enum's value by its name; 0 where none was given."""
    known = enum.keys()[1:]
    if name and name not in known:
        raise Invalid("FIELD_CHOICES", field=field, name=field, known=", ".join(known))
    return enum.Value(name) if name else 0


def read_query(parameters: MultiMapping[str], own: str) -> TableQuery:
    """The default is the widest of the viewer's own areas, by area; for an organisation its employees, by age."""
    area = parameters.get("area") or own
    default_universe = "EMPLOYEE" if area.startswith("organisations/") else "RESIDENT"
    show = parameters.get("show", "")
    return TableQuery(
        area=area,
        universe=parameters.get("universe") or default_universe,
        by=parameters.get("by") or ("AGE" if area.startswith("organisations/") else "REF_AREA"),
        period=parameters.get("period") or _older_period(parameters),
        course=parameters.get("course", ""),
        show=show if show in MEASURES else "ENR",
    )


def _older_period(parameters: MultiMapping[str]) -> str:
    """Addresses of before named the first and the last quarter. Those of one quarter or one year are still understood;
    of others the error names what may be asked."""
    first, last = (_checked(name, parameters.get(name, ""), _QUARTER) for name in ("fromQuarter", "toQuarter"))
    if first == last:
        return first
    if first[:4] == last[:4] and (first[4:], last[4:]) == ("-Q1", "-Q4"):
        return first[:4]
    raise Invalid("PERIOD_NOT_ASKABLE", field="period")


def periods(now: datetime, zone: tzinfo, query: TableQuery) -> list[str]:
    """The years and quarters to choose from, the latest first: recent ones and that of the query."""
    local = now.astimezone(zone)
    latest = local.year * 4 + (local.month - 1) // 3
    numbers = range(latest - _QUARTERS_BACK + 1, latest + 1)
    recent = {f"{number // 4}-Q{number % 4 + 1}" for number in numbers} | {str(number // 4) for number in numbers}
    known = recent | {query.period} - {""}
    return sorted(known, key=lambda code: (code[:4], "-Q" not in code, code), reverse=True)
