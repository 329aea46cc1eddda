"""How the centres of an area are used, for those who look after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from aiohttp import web

from gateway.documents import csv
from gateway.html.render import PAGE, page
from gateway.http import csv_download
from gateway.language.i18n import Locale
from gateway.web.official import centre_year
from gateway.web.official.centre_year import Read
from ieum.classes.v1 import classes_pb2

HERE = "/statistics/centres"

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Line:
    """One centre. None is a number that may not be shown; coverage is per 1,000 residents of its area."""

    title: str
    where: str
    use: classes_pb2.CentreUse
    people: int | None
    first_timers: int | None
    residents: int | None
    coverage: float | None
    population: int


def _line(locale: Locale, read: Read, use: classes_pb2.CentreUse) -> Line:
    centre = read.places.centres.get(use.centre)
    where = read.places.title(locale, use.area)
    population = read.residents[use.area].all if use.area in read.residents else 0
    residents = _shown(use, "residents")
    return Line(
        locale.pick(centre.title)[0] if centre else locale.gettext("Elsewhere in %(area)s") % {"area": where},
        where,
        use,
        _shown(use, "people"),
        _shown(use, "first_timers"),
        residents,
        1000 * residents / population if population and residents is not None else None,
        population,
    )


def _shown(use: classes_pb2.CentreUse, field: str) -> int | None:
    return int(getattr(use, field)) if use.HasField(field) else None  # type: ignore[arg-type]


def _cells(line: Line) -> list[float | None]:
    """Seats, taken, sessions, hours taught, share of the seats used, visits, people, new ones, coverage, help."""
    use = line.use
    used = 100 * use.attended_minutes / use.offered_minutes if use.offered_minutes else None
    return [
        use.classes, use.sessions, use.seats, use.taken, use.attended_minutes / 60, used, use.visits,
        line.people, line.first_timers, line.coverage, use.help_times, use.help_minutes / 60,
    ]  # fmt: skip


_ABOUT_SEATS = 6
"""How many of the columns stand in the first table; the others are about people."""
_DIGITS = (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0)


def _columns(locale: Locale) -> list[str]:
    gettext = locale.gettext
    return [
        gettext("Classes"), gettext("Sessions"), gettext("Seats"), gettext("Seats taken"),
        gettext("Hours attended"), gettext("Seats used (per cent)"), gettext("Visits"), gettext("People"),
        gettext("For the first time"), gettext("Reached, per 1,000 residents"), gettext("Helped at the desk"),
        gettext("Hours of help"),
    ]  # fmt: skip


@routes.get(HERE)
async def show(request: web.Request) -> web.Response:
    read, locale = await centre_year.read(request), request[PAGE].locale
    if read is None:
        return page(request, "official/live_table_without_area.html")
    seats, people = [], []
    for use in read.uses:
        line = _line(locale, read, use)
        cells = zip(_cells(line), _DIGITS, strict=True)
        words = ["–" if cell is None else locale.number(cell, digits) for cell, digits in cells]
        seats.append([line.title, *words[:_ABOUT_SEATS]])
        people.append([line.title, *words[_ABOUT_SEATS:]])
    shared = centre_year.shared(locale, read, HERE)
    return page(request, "official/centres.html", seats=seats, people=people, columns=_columns(locale), **shared)


@routes.get(HERE + ".csv")
async def download(request: web.Request) -> web.StreamResponse:
    read, locale = await centre_year.read(request), request[PAGE].locale
    if read is None:
        raise web.HTTPNotFound
    head = [locale.gettext("Centre"), locale.gettext("Area"), locale.gettext("Residents"), *_columns(locale)]

    async def parts() -> AsyncIterator[str]:
        rows: list[Sequence[csv.Cell]] = [head]
        for use in read.uses:
            line = _line(locale, read, use)
            figures = [_figure(cell, digits) for cell, digits in zip(_cells(line), _DIGITS, strict=True)]
            rows.append([line.title, use.area.removeprefix("areas/"), line.population or "", *figures])
        yield csv.lines(rows)

    return await csv_download.stream(request, f"ieum-centres-{read.year}.csv", parts())


def _figure(cell: float | None, digits: int) -> csv.Cell:
    return "" if cell is None else f"{cell:.{digits}f}"
