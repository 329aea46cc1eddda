"""The class grid as CSV: a whole course, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from gateway.backend.class_grid import GridPage, with_names
from gateway.backend.clients import CLIENTS, Clients
from gateway.documents import csv
from gateway.documents.csv import Cell
from gateway.http import csv_download
from gateway.http.auth import VIEWER
from gateway.http.reader import LOCALE
from gateway.language.i18n import Locale, msgid
from ieum.progress.v1.progress_pb2 import GridColumn, GridRow, LessonState, ListGridRequest, ListGridResponse
from services.chassis import clock

_LARGEST_PAGE = 1000
_FIELDS = ("name", "person", "version", "enrol_time", "last_activity_time", "percent", "complete_time", "withdrawn")
_STATES = {
    LessonState.NOT_STARTED: msgid("Not started"),
    LessonState.UNDER_WAY: msgid("Under way"),
    LessonState.DONE: msgid("Done"),
}


@dataclass(frozen=True)
class Form:
    """How the grid is written: for programs in field names and UTC, for people in words and the site's own time.

    `cells` has the two CSV fields of a lesson, by the two bytes that a `GridRow` has for it, a state and a score plus
    1. It is a look-up table of all 4 x 102 values, because a class grid has them by the hundred thousand: 1,000 rows of
    20 lessons take 1.9 ms with it and 3.6 ms by formatting each cell, of 5.6 ms for the rows in all.
    """

    columns: tuple[str, ...]
    cells: Mapping[tuple[int, int], str]
    withdrawn: tuple[str, str]
    time: Callable[[datetime], str]


def form_for(locale: Locale, *, programs: bool) -> Form:
    if programs:
        return Form(_FIELDS, _cells(LessonState.keys()[1:]), ("false", "true"), datetime.isoformat)
    zone, gettext = locale.timezone, locale.gettext
    columns = (
        gettext("Name"),
        gettext("Account"),
        gettext("Version"),
        gettext("Enrolled on (%(zone)s)") % {"zone": zone.key},
        gettext("Last learnt on (%(zone)s)") % {"zone": zone.key},
        gettext("Done in per cent"),
        gettext("Completed on (%(zone)s)") % {"zone": zone.key},
        gettext("Left the course"),
    )
    words = [gettext(_STATES[state]) for state in sorted(_STATES)]
    return Form(columns, _cells(words), ("", gettext("Yes")), lambda when: f"{when.astimezone(zone):%Y-%m-%d %H:%M}")


def _cells(states: Sequence[str]) -> Mapping[tuple[int, int], str]:
    return {
        (state, score): f"{word},{score - 1 if score else ''}"
        for state, word in enumerate(["", *states])
        for score in range(102)
    }


async def grid_csv(clients: Clients, course: str, locale: Locale, form: Form) -> AsyncIterator[str]:
    """The whole course, page by page; the next page is prefetched while this one gets its names and is written. The
    first page is fetched before anything is sent: progress authorises it and audits the export."""

    def page(token: str) -> asyncio.Future[ListGridResponse]:
        message = ListGridRequest(
            course=course, page_size=_LARGEST_PAGE, page_token=token, rows_alone=True, export=True
        )
        return asyncio.ensure_future(clients.progress.ListGrid(message))

    grid = await (next_page := page(""))
    yield csv.lines([_heading(grid.columns, locale, form)])
    try:
        while grid.next_page_token:
            next_page = page(grid.next_page_token)
            yield await _lines(clients, course, grid, form)
            grid = await next_page
        yield await _lines(clients, course, grid, form)
    finally:
        next_page.cancel()  # the download may have been cancelled


async def _lines(clients: Clients, course: str, grid: ListGridResponse, form: Form) -> str:
    """In a thread: on the event loop it would delay the request for the next page."""
    return await asyncio.to_thread(_write, await with_names(clients, course, grid), form)


def _heading(columns: Sequence[GridColumn], locale: Locale, form: Form) -> list[Cell]:
    lessons = [
        heading
        for number, column in enumerate(columns, start=1)
        for title in [f"{number}. {locale.pick(column.title)[0]}"]
        for heading in (title, f"{title} (%)")
    ]
    return [*form.columns, *lessons]


def _write(page: GridPage, form: Form) -> str:
    """Only the first fields go through the CSV writer: names are typed by people, so they may need quoting."""
    first_fields = csv.each_line([page.names.get(row.person, ""), row.person, row.version] for row in page.grid.rows)
    return "".join(_line(fields, row, form) for fields, row in zip(first_fields, page.grid.rows, strict=True))


def _line(first_fields: str, row: GridRow, form: Form) -> str:
    cells = row.cells
    lessons = len(cells) // 2
    lessons_csv = map(form.cells.__getitem__, zip(cells[:lessons], cells[lessons:], strict=True))
    enrolled, active, completed = (_time(ms, form) for ms in (row.enrol_ms, row.last_activity_ms, row.complete_ms))
    fixed = f"{enrolled},{active},{row.percent},{completed},{form.withdrawn[row.withdrawn]}"
    return ",".join([first_fields.removesuffix(csv.END), fixed, *lessons_csv]) + csv.END


def _time(ms: int, form: Form) -> str:
    moment = clock.from_ms(ms)
    return form.time(moment) if moment else ""


async def export_grid(request: web.Request, course: str) -> web.StreamResponse:
    """In words for whoever is signed in; for a token, which a program has, in field names."""
    viewer, locale = request[VIEWER], request[LOCALE]
    form = form_for(locale, programs=viewer is not None and viewer.by_token)
    parts = grid_csv(request.app[CLIENTS], course, locale, form)
    return await csv_download.stream(request, f"{course.replace('/', '-')}-grid.csv", parts)
