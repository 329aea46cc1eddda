"""The official's table. Page, CSV and JSON are made from one query of the statistics service, which notes exports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field, StringConstraints

from gateway.api.operation import Table as Operations
from gateway.api.operation import json_response
from gateway.api.schemas import JsonAnswer, Localized, Moment, Name, Query, Shape, Universe, read, write
from gateway.backend.clients import CLIENTS
from gateway.documents import csv
from gateway.documents.live_table import COLUMNS, table_rows
from gateway.http import csv_download
from gateway.http.reader import LOCALE
from ieum.statistics.v1 import statistics_pb2

table = Operations("statistics")

By = Literal["REF_AREA", "AGE", "SEX", "TARGET_GROUP", "COURSE", "TIME_PERIOD", "COURSE_DOMAIN", "DELIVERY"]
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


Verdict = Literal["MORE", "LESS", "NO_CLEAR_DIFFERENCE", "NOT_COMPARED"]


class Change(Shape):
    measure: str
    value: Annotated[str, Field(description="Per cent of a count, points of a rate, per 1,000 of COV")] = ""
    low: Annotated[str, Field(description="95 % interval")] = ""
    high: str = ""
    verdict: Verdict | None = None


class Standing(Shape):
    row: Row | None = None
    before: Annotated[Row | None, Field(description="The same, a year before")] = None
    completing: Annotated[Verdict | None, Field(description="Its completion rate beside that of everybody")] = None
    reach: Annotated[Verdict | None, Field(description="Its reach beside that of everybody")] = None


class Overview(Shape):
    area: str
    universe: Universe | None = None
    period: str = ""
    before: Annotated[str, Field(description="The same quarter or year, one year earlier")] = ""
    as_of: Moment | None = None
    complete: Annotated[bool, Field(description="The period is over")] = False
    mature: Annotated[bool, Field(description="For 90 days, so that completions can be compared")] = False
    total: Row | None = None
    total_before: Row | None = None
    changes: list[Change] = []
    groups: list[Standing] = []
    areas: list[Standing] = []
    method_version: str = ""
    threshold: int = 0
    custom: bool = False


class OverviewQuery(Query):
    area: Annotated[Name, Field(description="Empty: the caller's own")] = ""
    universe: Universe | None = None
    period: Annotated[Period, Field(description="Empty: the last quarter that has ended")] = ""


class CrossRow(Shape):
    area: str
    period: Annotated[str, Field(description="Empty: all time")] = ""
    row: Row | None = None


class CrossTable(Shape):
    area: str
    universe: Universe | None = None
    by: By | None = None
    as_of: Moment | None = None
    rows: Annotated[list[CrossRow], Field(description="The total of each area and period before its categories")] = []
    method_version: str = ""
    threshold: int = 0


class CrossTableQuery(Query):
    area: Annotated[Name, Field(description="Empty: the caller's own")] = ""
    universe: Universe | None = None
    by: Annotated[
        Literal["AGE", "SEX", "TARGET_GROUP", "COURSE_DOMAIN"] | None, Field(description="Absent: totals alone")
    ] = None
    periods: Annotated[
        str,
        StringConstraints(pattern=r"^([0-9]{4}(-Q[1-4])?(,[0-9]{4}(-Q[1-4])?){0,11})?$"),
        Field(description="Years and quarters with commas between, at most 12; empty: all time"),
    ] = ""
    parts: Annotated[bool, Field(description="Also the areas directly below")] = False


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


@table("GET", "/statistics/overview", "A quarter or year beside that of the year before, and who is left behind")
async def get_overview(request: web.Request, query: OverviewQuery) -> JsonAnswer[Overview]:
    message = write(query, statistics_pb2.GetOverviewRequest())
    return read(Overview, await request.app[CLIENTS].statistics.GetOverview(message))


@table("GET", "/statistics/crossTable", "Areas, periods and the categories of one dimension in one table")
async def get_cross_table(request: web.Request, query: CrossTableQuery) -> JsonAnswer[CrossTable]:
    message = statistics_pb2.QueryCrossTableRequest(
        area=query.area,
        universe=statistics_pb2.Universe.Value(query.universe or "UNIVERSE_UNSPECIFIED"),
        by=statistics_pb2.Dimension.Value(query.by or "DIMENSION_UNSPECIFIED"),
        periods=filter(None, query.periods.split(",")),
        parts=query.parts,
    )
    return read(CrossTable, await request.app[CLIENTS].statistics.QueryCrossTable(message))
