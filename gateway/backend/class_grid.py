"""The class grid, learner by lesson, with names, for its page, JSON and CSV."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.backend.clients import Clients
from ieum.people.v1.people_pb2 import BatchGetNamesRequest
from ieum.progress.v1.progress_pb2 import GridRow, ListGridRequest, ListGridResponse

MOST_ROWS = 5_000
_LARGEST_PAGE = 1_000


@dataclass(frozen=True)
class GridPage:
    grid: ListGridResponse
    names: dict[str, str]
    """Display names by "people/{id}", without those of erased persons."""


async def fetch_grid(clients: Clients, course: str, page_size: int = 0, page_token: str = "") -> GridPage:
    message = ListGridRequest(course=course, page_size=page_size, page_token=page_token)
    return await with_names(clients, course, await clients.progress.ListGrid(message))


async def fetch_whole_grid(clients: Clients, course: str) -> GridPage:
    """All rows, as far as a page can be sorted and searched within a second: up to MOST_ROWS."""
    whole, names = ListGridResponse(), dict[str, str]()
    while len(whole.rows) < MOST_ROWS:
        page = await fetch_grid(clients, course, _LARGEST_PAGE, whole.next_page_token)
        rows = [*whole.rows, *page.grid.rows]
        names |= page.names
        whole.CopyFrom(page.grid)
        del whole.rows[:]
        whole.rows.extend(rows)
        if not whole.next_page_token:
            break
    return GridPage(whole, names)


async def with_names(clients: Clients, course: str, grid: ListGridResponse) -> GridPage:
    people = sorted({row.person for row in grid.rows})
    if not people:
        return GridPage(grid, {})
    names = await clients.people.BatchGetNames(BatchGetNamesRequest(names=people, purpose=f"class grid of {course}"))
    return GridPage(grid, dict(names.display_names))


def states(row: GridRow) -> bytes:
    """A `LessonState` for each column: the first half of `GridRow.cells` (progress.proto)."""
    return row.cells[: len(row.cells) // 2]


def scores(row: GridRow) -> list[int]:
    """The best score for each column, -1 for none: the second half of `GridRow.cells`."""
    return [score - 1 for score in row.cells[len(row.cells) // 2 :]]
