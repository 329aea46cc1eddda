"""What an official asks for, as it stands in the page's address: in the names of the API, so that an address of the
page, with /api/v1/statistics/table in place of /statistics, is the query of a program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from multidict import MultiMapping
from pydantic import ValidationError
from yarl import URL

from gateway.api.statistics import TableQuery
from gateway.language.fields import wrong_field
from gateway.language.i18n import SEOUL
from gateway.web.official.live_figures import MEASURES

PAGE = "/statistics"
TABLE = "/api/v1/statistics/table"
_QUARTERS_BACK = 12


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

    def query(self) -> TableQuery:
        try:
            return TableQuery.model_validate_strings(self._query(), by_alias=True, by_name=False)
        except ValidationError as error:
            raise wrong_field(error) from error

    def address(self, **other: str) -> str:
        """Of the page; `other` replaces parts of the question."""
        return str(URL(PAGE).with_query({**self._query(), "show": self.show, **other}))

    def table_address(self, **other: str) -> str:
        """Of the same table as a file."""
        return str(URL(TABLE).with_query(self._query() | other))

    def _query(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value and name != "show"}


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
