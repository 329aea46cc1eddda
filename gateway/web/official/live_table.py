"""The live table: an official's own area in figures. Page, CSV and JSON come from one query."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS, Clients
from gateway.backend.places import Places
from gateway.html.render import PAGE, page
from gateway.http import errors
from gateway.http.public_url import public_origin
from gateway.language import periods as words
from gateway.language.i18n import Locale
from gateway.web.official import live_figures, own_areas
from gateway.web.official.live_figures import BY, MEASURES, UNITS, Line
from gateway.web.official.overview import refused
from gateway.web.official.table_query import PAGE as PAGE_ADDRESS
from gateway.web.official.table_query import TableQuery, periods, read_query
from gateway.web.site import area_choices
from ieum.statistics.v1.statistics_pb2 import Table
from services.chassis import clock
from services.chassis.errors import Forbidden, Invalid

_FIELDS = {"fromQuarter": "period", "toQuarter": "period", "from_quarter": "period", "to_quarter": "period"}

routes = web.RouteTableDef()


@routes.get(PAGE_ADDRESS)
async def show(request: web.Request) -> web.Response:
    (places, own), locale = await own_areas.own_areas(request), request[PAGE].locale
    if not own:
        return page(request, "official/live_table_without_area.html")
    query = TableQuery(own[0], "RESIDENT", "REF_AREA")
    try:
        query = read_query(request.query, own[0])
        table = await request.app[CLIENTS].statistics.QueryTable(query.request())
        courses = await _courses(request.app[CLIENTS], query, table, locale)
    except Forbidden:
        return refused(request, places, own, query.address(area=own[0]))
    except Invalid as problem:
        form_errors = {_FIELDS.get(problem.field, problem.field): errors.message(locale, problem)}
        choices = _choices(locale, places, own, query, {})
        return page(request, "official/live_table_invalid.html", status=422, errors=form_errors, query=query, **choices)
    values = _choices(locale, places, own, query, courses) | _view(locale, places, own, query, table)
    origin = public_origin(request)
    return page(request, "official/live_table.html", courses=courses, curl=_curl(origin, query), **values)


async def _courses(clients: Clients, query: TableQuery, table: Table, locale: Locale) -> dict[str, str]:
    """Titles of all courses that people of the area ever took, also of those that the catalogue no longer has."""
    if query.by != "COURSE" or query.course or query.period:
        every = replace(query, by="COURSE", course="", period="")
        table = await clients.statistics.QueryTable(every.request())
    return {row.code: locale.pick(row.title)[0] or row.code for row in table.rows}


def _choices(
    locale: Locale, places: Places, own: Sequence[str], query: TableQuery, courses: Mapping[str, str]
) -> dict[str, Any]:
    chosen = [(code, words.one_period(locale, code)) for code in periods(clock.now(), locale.timezone, query)]
    return {
        "sections": own_areas.sections(locale, PAGE_ADDRESS),
        "area_choices": own_areas.choices(locale, places, own),
        "universe_choices": [(code, locale.gettext(words)) for code, words in own_areas.UNIVERSES.items()],
        "by_choices": [(code, locale.gettext(words)) for code, words in BY.items()],
        "period_choices": [("", locale.gettext("All time")), *chosen],
        "course_choices": [("", locale.gettext("All courses")), *courses.items()],
        "show_choices": [(code, locale.gettext(title)) for code, (title, _) in MEASURES.items()],
    }


def _view(locale: Locale, places: Places, own: Sequence[str], query: TableQuery, table: Table) -> dict[str, Any]:
    rows = live_figures.lines(table, locale, places, partial(_link, query, places))
    total = live_figures.total(table, locale)
    measures = {code: MEASURES[code] for code in total.cells}
    query = query if query.show in measures else replace(query, show="ENR")
    as_of = clock.moment(table.as_of) or clock.now()
    return {
        "query": query,
        "table": table,
        "rows": rows,
        "total": total,
        "files": query.address(f"{PAGE_ADDRESS}.csv"),
        "picture": query.address(f"{PAGE_ADDRESS}/chart.png"),
        "drawing": query.address(f"{PAGE_ADDRESS}/chart.svg"),
        "as_of": as_of,
        "as_of_exactly": as_of.isoformat().replace("+00:00", "Z"),
        "area": area_choices.title(locale, places, table.area),
        "universe": locale.gettext(own_areas.UNIVERSES[query.universe]),
        "period": words.one_period(locale, query.period) if query.period else locale.gettext("all quarters"),
        "crumbs": _crumbs(locale, places, own, query),
        "by_tabs": [(locale.gettext(words), query.address(by=by), by == query.by) for by, words in BY.items()],
        "columns": [locale.gettext(BY[query.by]), *(locale.gettext(title) for title, _ in measures.values())],
        "measures": measures,
        "dimensions": BY,
        "units": {code: locale.gettext(words) for code, words in UNITS.items()},
        **_drawing(rows, places, locale, query),
    }


def _drawing(rows: Sequence[Line], places: Places, locale: Locale, query: TableQuery) -> dict[str, Any]:
    cells = [cell for line in rows for cell in line.cells.values()]
    over_time = query.by == "TIME_PERIOD"
    return {
        "labels": [line.title.replace(" ", "\n") if over_time else line.title for line in rows],
        "drawn": [line.cells[query.show].drawn for line in rows],
        "write": _writer(rows, locale, query.show),
        "tiles": live_figures.tiles(rows, places, query.show) if query.by == "REF_AREA" else [],
        "withheld": any(cell.text is None for cell in cells),
        "uncertain": any(cell.status == "U" for cell in cells),
    }


def _writer(rows: Sequence[Line], locale: Locale, show: str) -> Callable[[float], str]:
    """As the table writes the numbers, all of a chart with the same decimals."""
    if show == live_figures.RATE:
        return locale.percent
    digits = max((len(line.cells[show].value.partition(".")[2]) for line in rows), default=0)
    return partial(locale.number, digits=digits)


def _link(query: TableQuery, places: Places, code: str) -> str:
    """The address that a row leads to: the areas inside an area, or a course by area; "" for none."""
    if query.by == "REF_AREA" and code in places.areas and code != query.area:
        return query.address(area=code)
    if query.by == "COURSE" and code.startswith("courses/"):
        return query.address(course=code, period="", by="REF_AREA")
    return ""


def _crumbs(locale: Locale, places: Places, own: Sequence[str], query: TableQuery) -> list[tuple[str, str]]:
    """The path to the area, from the widest area that is the viewer's own."""
    path = area_choices.path_to(places, query.area) or [query.area]
    if area_choices.EVERYWHERE in own:
        path = [area_choices.EVERYWHERE, *(name for name in path if name != area_choices.EVERYWHERE)]
    else:
        path = path[min((path.index(scope) for scope in own if scope in path), default=-1) :]
    return [(area_choices.title(locale, places, name), query.address(area=name)) for name in path]


def _curl(origin: str, query: TableQuery) -> str:
    """The command that fetches the same table, to be copied."""
    return f'curl -H "Authorization: Bearer YOUR_TOKEN" "{origin}{query.table_address(format="csv")}"'
