"""The class grid over HTTP, as JSON by pages and as CSV in one piece."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from gateway.api.operation import Table, json_response
from gateway.api.progress import CourseTotals, LessonState
from gateway.api.schemas import JsonAnswer, Localized, Moment, PageQuery, Shape, read
from gateway.backend import class_grid
from gateway.backend.clients import CLIENTS
from gateway.documents.class_grid import export_grid
from gateway.http import csv_download
from ieum.progress.v1 import progress_pb2
from services.chassis import clock

table = Table("class grid")

_STATES = [None, *progress_pb2.LessonState.keys()[1:]]


class GridColumn(Shape):
    lesson: str
    title: Localized = {}


class GridRow(Shape):
    enrollment: str
    person: str
    display_name: Annotated[str, Field(description="Empty for who was erased")] = ""
    version: int = 0
    states: Annotated[list[LessonState | None], Field(description="null: not in this learner's version")] = []
    scores: Annotated[list[int], Field(description="-1: none")] = []
    enrol_time: Moment | None = None
    complete_time: Moment | None = None
    last_activity_time: Moment | None = None
    withdrawn: bool = False
    percent: int = 0


class Grid(Shape):
    columns: list[GridColumn]
    rows: list[GridRow]
    totals: CourseTotals | None = None
    next_page_token: str = ""


class GridQuery(PageQuery):
    format: Annotated[Literal["json", "csv"] | None, Field(description="Instead of an Accept header")] = None


@table(
    "GET",
    "/courses/{course}/grid",
    "Learner by lesson, in order of enrolment, for teachers",
    answer=Grid,
    offers={csv_download.CSV: "All learners; recorded as an export"},
)
async def get_grid(request: web.Request, query: GridQuery) -> web.StreamResponse:
    clients, course = request.app[CLIENTS], f"courses/{request.match_info['course']}"
    if csv_download.wants_csv(request, query.format):
        return await export_grid(request, course)
    page = await class_grid.fetch_grid(clients, course, query.page_size, query.page_token)
    rows = [_row(row, page.names) for row in page.grid.rows]
    return json_response(read(Grid, page.grid, rows=rows))


def _row(row: progress_pb2.GridRow, names: dict[str, str]) -> JsonAnswer[GridRow]:
    states = [_STATES[state] for state in class_grid.states(row)]
    return read(
        GridRow,
        row,
        display_name=names.get(row.person, ""),
        states=states,
        scores=class_grid.scores(row),
        enrol_time=clock.from_ms(row.enrol_ms),
        complete_time=clock.from_ms(row.complete_ms),
        last_activity_time=clock.from_ms(row.last_activity_ms),
    )
