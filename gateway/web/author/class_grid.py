"""The class: every learner of a course by every lesson, as page and as CSV from the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from gateway.backend import class_grid
from gateway.backend.class_grid import GridPage
from gateway.backend.clients import CLIENTS
from gateway.backend.names import id_of
from gateway.documents.class_grid import export_grid
from gateway.html.render import PAGE, page
from gateway.http.auth import signed_in
from gateway.language.i18n import Locale, msgid
from gateway.web.author.course import course_of
from gateway.web.author.grid_view import SHOWN, SORTS, View, arranged, view_of
from gateway.web.author.labels import title_of
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import GridRow
from services.chassis import clock

routes = web.RouteTableDef()
PATH = "/teach/{course}/grid"
_ROWS = 200
_MOST_ARRANGED = 1_000
STATES: Mapping[int, tuple[str, str]] = {
    progress_pb2.DONE: ("✓", msgid("Done")),
    progress_pb2.UNDER_WAY: ("◐", msgid("Under way")),
    progress_pb2.NOT_STARTED: ("○", msgid("Not started")),
}


@dataclass(frozen=True)
class Cell:
    """A lesson of a learner; `sign` is empty where the learner's version has no such lesson."""

    sign: str = ""
    words: str = ""
    score: str = ""


@dataclass(frozen=True)
class Row:
    name: str
    href: str
    cells: Sequence[Cell]
    percent: int
    enrolled: datetime | None
    active: datetime | None
    completed: datetime | None
    withdrawn: bool
    version: int


def rows_of(locale: Locale, grid: GridPage, course: str) -> list[Row]:
    return [_row(locale, row, grid.names.get(row.person, ""), course) for row in grid.grid.rows]


def _row(locale: Locale, row: GridRow, name: str, course: str) -> Row:
    enrollment = id_of(row.enrollment)
    return Row(
        name=name or locale.gettext("(account erased)"),
        href=f"/teach/{id_of(course)}/grid/{enrollment}",
        cells=[
            _cell(locale, state, score)
            for state, score in zip(class_grid.states(row), class_grid.scores(row), strict=True)
        ],
        percent=row.percent,
        enrolled=clock.from_ms(row.enrol_ms),
        active=clock.from_ms(row.last_activity_ms),
        completed=clock.from_ms(row.complete_ms),
        withdrawn=row.withdrawn,
        version=row.version,
    )


def _cell(locale: Locale, state: int, score: int) -> Cell:
    if state not in STATES:
        return Cell()
    sign, words = STATES[state]
    return Cell(sign, locale.gettext(words), locale.percent(score / 100, 0) if score >= 0 else "")


@routes.get(PATH)
async def show_grid(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    locale, course, view = request[PAGE].locale, await course_of(request), view_of(request.query)
    grid = await _grid_of(request, course.name, view)
    return page(
        request,
        "author/class_grid.html",
        title=title_of(locale, course.draft, *course.draft.languages),
        here=f"/teach/{request.match_info['course']}",
        columns=[
            locale.pick(column.title, *course.draft.languages)[0] or locale.gettext("Without a title")
            for column in grid.grid.columns
        ],
        rows=rows_of(locale, grid, course.name),
        totals=grid.grid.totals,
        next_page=grid.grid.next_page_token,
        view=view,
        sorts=[(key, locale.gettext(words)) for key, words in SORTS.items()],
        groups=[(key, locale.gettext(words)) for key, words in SHOWN.items()],
        paged=bool(grid.grid.next_page_token or request.query.get("page")),
        now=clock.now(),
    )


async def _grid_of(request: web.Request, course: str, view: View) -> GridPage:
    """As it comes, page by page; sorted and filtered, the first rows of the whole."""
    clients = request.app[CLIENTS]
    if not view:
        return await class_grid.fetch_grid(clients, course, _ROWS, request.query.get("page", ""))
    whole = await class_grid.fetch_whole_grid(clients, course)
    rows = arranged(whole.grid.rows, whole.names, view, int(clock.now().timestamp() * 1000))[:_MOST_ARRANGED]
    del whole.grid.rows[:]
    whole.grid.rows.extend(rows)
    whole.grid.next_page_token = ""
    return whole


@routes.get(f"{PATH}.csv")
async def send_csv(request: web.Request) -> web.StreamResponse:
    signed_in(request, "instructor")
    return await export_grid(request, f"courses/{request.match_info['course']}")
