"""The official's table. Page, CSV and JSON are made from one query of the statistics service, which notes exports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field, StringConstraints

from gateway.api.operation import Table as Operations
from gateway.api.operation import json_response
from gateway.api.schemas import Localized, Moment, Name, Query, Shape, Universe, read, write
from gateway.backend.clients import CLIENTS
from gateway.documents import csv
from gateway.documents.live_table import COLUMNS, table_rows
from gateway.http import csv_download
from gateway.http.reader import LOCALE
from ieum.statistics.v1 import statistics_pb2

table = Operations("statistics")

By = Literal["REF_AREA", "AGE", "SEX", "TARGET_GROUP", "COURSE", "TIME_PERIOD", "COURSE_DOMAIN"]
Period = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}(-Q[1-4])?)?$")]
Quarter = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}-Q[1-4])?$")]


class Value(Shape):
    measure: str
    value: Annotated[str, Field(description="Exact decimal; empty when hidden or not defined")] = ""
    obs_status: Annotated[str, Field(description="SDMX: A normal, U few people, Q hidden, L no residents known")] = ""
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
    custom: Annotated[bool, Field(description="By course, period or a past day: is in the audit log")] = False
    period: Annotated[str, Field(description="A year or a quarter; empty: all time")] = ""


class TableQuery(Query):
    area: Annotated[Name, Field(description="With all below it; empty: the caller's own")] = ""
    universe: Universe | None = None
    by: Annotated[By | None, Field(description="Absent: the total alone")] = None
    period: Annotated[Period, Field(description="A year (2026) or a quarter (2026-Q3); empty: all time")] = ""
    from_quarter: Annotated[
        Quarter, Field(description="Older form of period, with toQuarter: one quarter, or the first and last of a year")
    ] = ""
    to_quarter: Quarter = ""
    as_of: Annotated[
        Moment | None, Field(description="The asOf of today's table, or the midnight that ended an earlier quarter")
    ] = None
    course: Annotated[Name, Field(description="Only this course, over all time: not together with a period")] = ""
    format: Annotated[Literal["json", "csv"] | None, Field(description="Instead of an Accept header")] = None


@table(
    "GET",
    "/statistics/table",
    "A table of the cube",
    answer=Table,
    offers={csv_download.CSV: "One line for each value"},
)
async def get_table(request: web.Request, query: TableQuery) -> web.StreamResponse:
    as_csv = csv_download.wants_csv(request, query.format)
    message = write(query, statistics_pb2.QueryTableRequest(export=as_csv))
    answer = await request.app[CLIENTS].statistics.QueryTable(message)
    if not as_csv:
        return json_response(read(Table, answer))
    rows = table_rows(answer, request[LOCALE])

    async def parts() -> AsyncIterator[str]:
        yield csv.lines([COLUMNS, *rows])

    return await csv_download.stream(request, "ieum-statistics.csv", parts())
