"""What an official sees of their area. Page, CSV and JSON come from one query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS, Clients
from gateway.backend.live_table import fetch_table
from gateway.backend.places import PLACES, Gazetteer
from gateway.html.render import PAGE, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.language.i18n import Locale, msgid
from gateway.language.periods import period, quarter
from gateway.web.official import live_figures
from gateway.web.official.live_figures import BY, MEASURES, UNITS, Line
from gateway.web.official.table_query import Asked, quarters, read
from gateway.web.site import area_choices
from ieum.statistics.v1.statistics_pb2 import Table
from services.chassis import clock
from services.chassis.errors import Forbidden, Invalid

_ROLES = ("official", "administrator")
_FIELDS = {"from_quarter": "fromQuarter", "to_quarter": "toQuarter"}
_UNIVERSES = {"RESIDENT": msgid("Residents"), "EMPLOYEE": msgid("Employees")}

routes = web.RouteTableDef()


@routes.get("/statistics")
async def show(request: web.Request) -> web.Response:
    viewer, places, locale = signed_in(request), await request.app[PLACES].all(), request[PAGE].locale
    if not viewer.holds(*_ROLES):
        raise Forbidden("ROLE_NEEDED")
    own = area_choices.known(places, {scope for role in _ROLES for scope in viewer.principal.scopes(role)})
    if not own:
        return page(request, "official/live_table_without_area.html")
    asked = read(request.query, own[0])
    try:
        table = await fetch_table(request.app[CLIENTS], asked.query())
        courses = await _courses(request.app[CLIENTS], asked, table, locale)
    except Forbidden:
        title = area_choices.title(locale, places, own[0])
        return page(
            request, "official/live_table_refused.html", status=403, home=asked.address(area=own[0]), area=title
        )
    except Invalid as problem:
        wrong = {_FIELDS.get(problem.field, problem.field): errors.message(locale, problem)}
        choices = _choices(locale, places, own, asked, {})
        return page(request, "official/live_table_invalid.html", status=422, errors=wrong, asked=asked, **choices)
    values = _choices(locale, places, own, asked, courses) | _view(locale, places, own, asked, table)
    origin = f"{request.scheme}://{request.host}"
    return page(request, "official/live_table.html", courses=courses, curl=_curl(origin, asked), **values)


async def _courses(clients: Clients, asked: Asked, table: Table, locale: Locale) -> dict[str, str]:
    """Titles of the courses that anybody here ever took, also of those that the catalogue no longer has."""
    if asked.by != "COURSE" or asked.course or asked.fromQuarter or asked.toQuarter:
        every = replace(asked, by="COURSE", course="", fromQuarter="", toQuarter="")
        table = await fetch_table(clients, every.query())
    return {row.code: locale.pick(row.title)[0] or row.code for row in table.rows}


def _choices(
    locale: Locale, places: Gazetteer, own: Sequence[str], asked: Asked, courses: Mapping[str, str]
) -> dict[str, Any]:
    areas = area_choices.areas_within(locale, places, own) + area_choices.organisations_within(
        locale, places, own, inside=False
    )
    periods = [(code, quarter(locale, code)) for code in quarters(clock.now(), asked)]
    return {
        "area_choices": areas,
        "universe_choices": [(code, locale.gettext(words)) for code, words in _UNIVERSES.items()],
        "by_choices": [(code, locale.gettext(words)) for code, words in BY.items()],
        "from_choices": [("", locale.gettext(msgid("From the beginning"))), *periods],
        "to_choices": [("", locale.gettext(msgid("Until today"))), *periods],
        "course_choices": [("", locale.gettext(msgid("All courses"))), *courses.items()],
        "show_choices": [(code, locale.gettext(title)) for code, (title, _) in MEASURES.items()],
    }


def _view(locale: Locale, places: Gazetteer, own: Sequence[str], asked: Asked, table: Table) -> dict[str, Any]:
    rows, total = (
        live_figures.lines(table, locale, places, partial(_link, asked, places)),
        live_figures.total(table, locale),
    )
    measures = {code: MEASURES[code] for code in total.cells}
    asked = asked if asked.show in measures else replace(asked, show="ENR")
    as_of = clock.moment(table.as_of) or clock.now()
    return {
        "asked": asked,
        "table": table,
        "rows": rows,
        "total": total,
        "as_of": as_of,
        "as_of_exactly": as_of.isoformat().replace("+00:00", "Z"),
        "area": area_choices.title(locale, places, table.area),
        "universe": locale.gettext(_UNIVERSES[asked.universe]),
        "period": period(locale, asked.fromQuarter, asked.toQuarter),
        "crumbs": _crumbs(locale, places, own, asked),
        "by_tabs": [(locale.gettext(words), asked.address(by=by), by == asked.by) for by, words in BY.items()],
        "columns": [locale.gettext(BY[asked.by]), *(locale.gettext(title) for title, _ in measures.values())],
        "measures": measures,
        "dimensions": BY,
        "units": {code: locale.gettext(words) for code, words in UNITS.items()},
        **_drawing(rows, places, locale, asked),
    }


def _drawing(rows: Sequence[Line], places: Gazetteer, locale: Locale, asked: Asked) -> dict[str, Any]:
    cells = [cell for line in rows for cell in line.cells.values()]
    over_time = asked.by == "TIME_PERIOD"
    return {
        "labels": [line.title.replace(" ", "\n") if over_time else line.title for line in rows],
        "drawn": [line.cells[asked.show].drawn for line in rows],
        "say": locale.percent if asked.show == live_figures.RATE else locale.number,
        "tiles": live_figures.tiles(rows, places, asked.show) if asked.by == "REF_AREA" else [],
        "withheld": any(cell.text is None for cell in cells),
        "uncertain": any(cell.status == "U" for cell in cells),
    }


def _link(asked: Asked, places: Gazetteer, code: str) -> str:
    """To what lies inside an area; to one course by area."""
    if asked.by == "REF_AREA" and code in places.areas and code != asked.area:
        return asked.address(area=code)
    return asked.address(course=code, by="REF_AREA") if asked.by == "COURSE" and code.startswith("courses/") else ""


def _crumbs(locale: Locale, places: Gazetteer, own: Sequence[str], asked: Asked) -> list[tuple[str, str]]:
    """What the area lies in, as far as that is one's own, down to the area itself."""
    path = area_choices.path_to(places, asked.area) or [asked.area]
    if area_choices.EVERYWHERE in own:
        path = [area_choices.EVERYWHERE, *(name for name in path if name != area_choices.EVERYWHERE)]
    else:
        path = path[min((path.index(scope) for scope in own if scope in path), default=-1) :]
    return [(area_choices.title(locale, places, name), asked.address(area=name)) for name in path]


def _curl(origin: str, asked: Asked) -> str:
    """A program takes each parameter as it is."""
    return f'curl -H "Authorization: Bearer YOUR_TOKEN" "{origin}{asked.table_address(format="csv")}"'
