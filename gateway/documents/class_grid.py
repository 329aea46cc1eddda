"""The class grid as CSV: a whole course, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from gateway.backend.class_grid import GridPage, with_names
from gateway.backend.clients import CLIENTS, Clients
from gateway.documents import csv
from gateway.documents.csv import Cell
from gateway.http import downloads
from gateway.http.reader import LOCALE
from gateway.language.i18n import Locale
from ieum.progress.v1.progress_pb2 import GridColumn, GridRow, LessonState, ListGridRequest, ListGridResponse
from services.chassis import clock

_LARGEST_PAGE = 1000
_PAIRS = {
    (state, score): f"{words},{score - 1 if score else ''}"
    for state, words in enumerate(["", *LessonState.keys()[1:]])
    for score in range(102)
}
"""What a lesson's state and score are in CSV, by their bytes."""


async def grid_csv(clients: Clients, course: str, locale: Locale) -> AsyncIterator[str]:
    """The whole course, page by page; the next is on its way while one gets its names and is written down. The first
    page comes before anything is sent: it is refused to whoever may not see it, and its service notes the export."""

    def page(token: str) -> asyncio.Future[ListGridResponse]:
        asked = ListGridRequest(course=course, page_size=_LARGEST_PAGE, page_token=token, rows_alone=True, export=True)
        return asyncio.ensure_future(clients.progress.ListGrid(asked))

    grid = await (coming := page(""))
    yield csv.lines([_heading(grid.columns, locale)])
    try:
        while grid.next_page_token:
            coming = page(grid.next_page_token)
            yield await _lines(clients, course, grid)
            grid = await coming
        yield await _lines(clients, course, grid)
    finally:
        coming.cancel()  # whoever asked may have gone away


async def _lines(clients: Clients, course: str, grid: ListGridResponse) -> str:
    """Beside the loop, or the next question would not go out before."""
    return await asyncio.to_thread(_written, await with_names(clients, course, grid))


def _heading(columns: Sequence[GridColumn], locale: Locale) -> list[Cell]:
    fixed = ["name", "person", "version", "enrol_time", "last_activity_time", "percent", "complete_time", "withdrawn"]
    lessons = [
        heading
        for number, column in enumerate(columns, start=1)
        for title in [f"{number}. {locale.pick(column.title)[0]}"]
        for heading in (title, f"{title} (%)")
    ]
    return [*fixed, *lessons]


def _written(page: GridPage) -> str:
    """Only names are anybody's own words, which have to be looked at."""
    began = csv.each_line([page.names.get(row.person, ""), row.person, row.version] for row in page.grid.rows)
    return "".join(map(_line, began, page.grid.rows))


def _line(began: str, row: GridRow) -> str:
    cells = row.cells
    lessons = len(cells) // 2
    pairs = map(_PAIRS.__getitem__, zip(cells[:lessons], cells[lessons:], strict=True))
    withdrawn = "true" if row.withdrawn else "false"
    fixed = f"{_iso(row.enrol_ms)},{_iso(row.last_activity_ms)},{row.percent},{_iso(row.complete_ms)},{withdrawn}"
    return ",".join([began.removesuffix(csv.END), fixed, *pairs]) + csv.END


def _iso(ms: int) -> str:
    moment = clock.from_ms(ms)
    return moment.isoformat() if moment else ""


async def export_grid(request: web.Request, course: str) -> web.StreamResponse:
    parts = grid_csv(request.app[CLIENTS], course, request[LOCALE])
    return await downloads.stream(request, f"{course.replace('/', '-')}-grid.csv", parts)
