"""The class grid, learner by lesson, with names: what its page, JSON and CSV are made from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from gateway import table
from gateway.clients import Clients
from gateway.table import Cell
from gateway.web.i18n import Locale
from ieum.people.v1.people_pb2 import BatchGetNamesRequest
from ieum.progress.v1.progress_pb2 import GridColumn, GridRow, LessonState, ListGridRequest, ListGridResponse
from services.chassis import clock

_LARGEST_PAGE = 1000
_STATES = ["", *LessonState.keys()[1:]]
_SCORES = ["", *map(str, range(101))]


@dataclass(frozen=True)
class GridPage:
    grid: ListGridResponse
    names: dict[str, str]
    """ "people/{id}" -> display name; the erased are left out."""


async def fetch_grid(
    clients: Clients, course: str, page_size: int = 0, page_token: str = "", *, rows_alone: bool = False
) -> GridPage:
    """`rows_alone`: without the totals."""
    asked = ListGridRequest(course=course, page_size=page_size, page_token=page_token, rows_alone=rows_alone)
    grid = await clients.progress.ListGrid(asked)
    people = sorted({row.person for row in grid.rows})
    if not people:
        return GridPage(grid, {})
    names = await clients.people.BatchGetNames(BatchGetNamesRequest(names=people, purpose=f"class grid of {course}"))
    return GridPage(grid, dict(names.display_names))


async def grid_csv(clients: Clients, course: str, locale: Locale) -> AsyncIterator[str]:
    """The whole course, page by page; the next is on its way while one is written down."""

    def fetched(token: str) -> asyncio.Task[GridPage]:
        return asyncio.create_task(fetch_grid(clients, course, _LARGEST_PAGE, token, rows_alone=True))

    page = await (coming := fetched(""))
    yield table.lines([_heading(page.grid.columns, locale)])
    try:
        while page.grid.next_page_token:
            coming = fetched(page.grid.next_page_token)
            yield await asyncio.to_thread(_lines, page)  # else the question would not go out before
            page = await coming
        yield await asyncio.to_thread(_lines, page)
    finally:
        coming.cancel()  # whoever asked may have gone away


def states(row: GridRow) -> bytes:
    """A `LessonState` for each column."""
    return row.cells[: len(row.cells) // 2]


def scores(row: GridRow) -> list[int]:
    """For each column the best, -1 where there is none."""
    return [score - 1 for score in _scores(row)]


def _scores(row: GridRow) -> bytes:
    return row.cells[len(row.cells) // 2 :]


def _heading(columns: Sequence[GridColumn], locale: Locale) -> list[Cell]:
    fixed = ["name", "person", "version", "enrol_time", "last_activity_time", "percent", "complete_time", "withdrawn"]
    lessons = [
        heading
        for number, column in enumerate(columns, start=1)
        for title in [f"{number}. {locale.pick(column.title)[0]}"]
        for heading in (title, f"{title} (%)")
    ]
    return [*fixed, *lessons]


def _lines(page: GridPage) -> str:
    return table.lines(_rows(page))


def _rows(page: GridPage) -> list[list[Cell]]:
    return [[page.names.get(row.person, ""), *_cells(row)] for row in page.grid.rows]


def _cells(row: GridRow) -> list[Cell]:
    lessons: list[Cell] = [""] * len(row.cells)
    lessons[::2] = map(_STATES.__getitem__, states(row))
    lessons[1::2] = map(_SCORES.__getitem__, _scores(row))
    times = [_iso(row, name) for name in ("enrol_time", "last_activity_time", "complete_time")]
    withdrawn = "true" if row.withdrawn else "false"
    return [row.person, row.version, times[0], times[1], row.percent, times[2], withdrawn, *lessons]


def _iso(row: GridRow, field: str) -> str:
    moment = clock.moment(getattr(row, field))
    return moment.isoformat() if moment else ""
