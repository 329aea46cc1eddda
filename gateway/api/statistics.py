"""The official's table. Page, CSV and JSON are made from one query: `fetch_table`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field, StringConstraints

from gateway.api.operation import Table as Operations
from gateway.api.operation import json_response
from gateway.api.shape import Localized, Moment, Name, Query, Shape, Universe, read, write
from gateway.backend.clients import CLIENTS, Clients
from gateway.documents import csv
from gateway.html.render import PAGE
from gateway.language.i18n import Locale
from ieum.people.v1 import people_pb2
from ieum.statistics.v1 import statistics_pb2
from services.chassis import clock

table = Operations("statistics")

By = Literal["REF_AREA", "AGE", "SEX", "TARGET_GROUP", "COURSE", "TIME_PERIOD", "COURSE_DOMAIN"]
Quarter = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}-Q[1-4])?$")]
COLUMNS = (
    *("area", "universe", "by", "code", "title", "measure", "value", "unit", "obs_status", "from", "to", "as_of"),
    "method_version",
)


class Value(Shape):
    measure: str
    value: Annotated[str, Field(description="Exact decimal; empty when hidden or not defined")] = ""
    obs_status: Annotated[str, Field(description="SDMX: A normal, Q hidden, M cannot exist, L no residents known")] = ""
    unit: str = ""


class Row(Shape):
    code: str
    title: Localized = {}
    values: list[Value] = []


class Table(Shape):
    area: str
    universe: Universe | None = None
    by: By | None = None
    as_of: Moment | None = None
    total: Row | None = None
    rows: list[Row] = []
    additive: Annotated[bool, Field(description="Rows add up to the total")] = False
    from_quarter: str = ""
    to_quarter: str = ""
    course: str = ""
    method_version: str = ""
    threshold: Annotated[int, Field(description="Persons that a number needs")] = 0
    custom: Annotated[
        bool, Field(description="By course, quarters or a past day: needs more persons, and is in the audit log")
    ] = False


class TableQuery(Query):
    area: Annotated[Name, Field(description="With all below it; empty: the caller's own")] = ""
    universe: Universe | None = None
    by: Annotated[By | None, Field(description="Absent: the total alone")] = None
    from_quarter: Quarter = ""
    to_quarter: Quarter = ""
    as_of: Moment | None = None
    course: Name = ""
    format: Annotated[Literal["json", "csv"] | None, Field(description="Instead of an Accept header")] = None


async def fetch_table(clients: Clients, query: TableQuery) -> statistics_pb2.Table:
    """What somebody chose to count themselves is noted before they see it."""
    found = await clients.statistics.QueryTable(write(query, statistics_pb2.QueryTableRequest()))
    if found.custom:
        await clients.people.RecordAudit(
            people_pb2.RecordAuditRequest(
                request_id=clock.new_id(),
                action=people_pb2.STATISTICS_QUERIED,
                subject=found.area,
                detail=f"chosen: {_choice(query)}",
            )
        )
    return found


def _choice(query: TableQuery) -> str:
    """Only what the audit log can be searched for: no words of one language."""
    past = query.as_of.isoformat() if query.as_of else ""
    parts = {"by": query.by, "course": query.course, "from": query.from_quarter, "to": query.to_quarter, "as of": past}
    return ", ".join(f"{name} {value}" for name, value in parts.items() if value)


def table_rows(found: statistics_pb2.Table, locale: Locale) -> Iterable[list[str]]:
    """One line for each value, the total last, in the columns COLUMNS."""
    by = statistics_pb2.Dimension.Name(found.by) if found.by else ""
    universe = statistics_pb2.Universe.Name(found.universe) if found.universe else ""
    as_of = clock.moment(found.as_of)
    when = [found.from_quarter, found.to_quarter, as_of.isoformat() if as_of else "", found.method_version]
    for row in (*found.rows, found.total):
        title = locale.pick(row.title)[0]
        for value in row.values:
            what = [row.code, title, value.measure, value.value, value.unit, value.obs_status]
            yield [found.area, universe, by, *what, *when]


@table("GET", "/statistics/table", "A table of the cube", answer=Table, offers={csv.CSV: "One line for each value"})
async def get_table(request: web.Request, query: TableQuery) -> web.StreamResponse:
    as_csv = csv.wants_csv(request, query.format)
    found = await fetch_table(request.app[CLIENTS], query)
    if not as_csv:
        return json_response(read(Table, found))
    await record_export(request, f"statistics of {found.area}")
    rows = table_rows(found, request[PAGE].locale)

    async def parts() -> AsyncIterator[str]:
        yield csv.lines([COLUMNS, *rows])

    return await csv.stream(request, "ieum-statistics.csv", parts())


async def record_export(request: web.Request, what: str) -> None:
    """Before anything leaves the house."""
    await request.app[CLIENTS].people.RecordAudit(
        people_pb2.RecordAuditRequest(
            request_id=clock.new_id(), action=people_pb2.EXPORTED, subject=what.rpartition(" ")[2], detail=what
        )
    )
