"""The working view: exact figures for the responsible office, after it has said what for. They leave as no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS, Clients
from gateway.backend.places import PLACES, Places
from gateway.html.render import PAGE, page
from gateway.http import errors
from gateway.http.auth import PROOF_PAGE, signed_in
from gateway.http.form import read_texts
from gateway.language import periods as words
from gateway.language.i18n import Locale
from gateway.web.official import live_figures, own_areas, table_query
from gateway.web.official.live_figures import BY, MEASURES
from gateway.web.official.table_query import TableQuery
from gateway.web.site import area_choices
from ieum.people.v1.people_pb2 import BatchGetNamesRequest
from ieum.statistics.v1 import statistics_pb2, working_pb2
from services.chassis import clock
from services.chassis.errors import Invalid

HERE = "/statistics/working"
DIMENSIONS = ("REF_AREA", "TIME_PERIOD", "COURSE", "COURSE_DOMAIN", "DELIVERY")
"""Nothing that people answered about themselves."""
SHOWN_WEEKS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 26)

routes = web.RouteTableDef()


@routes.get(HERE)
async def ask(request: web.Request) -> web.Response:
    places, own = await _own(request)
    if not own:
        return page(request, "official/working_view_refused.html", status=403)
    area = request.query.get("area") or own[0]
    query = TableQuery(area, own_areas.universe_of(area), "REF_AREA")
    answer = await _page(request, places, own, query, {})
    if not signed_in(request).principal.has_proved():  # before anything is typed
        target = URL(PROOF_PAGE).with_query(next=request.path_qs)
        return web.Response(status=303, headers={"Location": str(target)})
    return answer


@routes.post(HERE)
async def look(request: web.Request) -> web.Response:
    """Answers with the figures themselves, so that no address leads to them again without a purpose."""
    places, own = await _own(request)
    if not own:
        return page(request, "official/working_view_refused.html", status=403)
    given = await read_texts(request)
    area = given.get("area") or own[0]
    query = TableQuery(area, own_areas.universe_of(area), given.get("by", ""), given.get("period", ""))
    try:
        table = query.request()
        asked = working_pb2.ViewWorkingFiguresRequest(
            request_id=given.get("request_id", ""),
            area=table.area,
            universe=table.universe,
            by=table.by,
            period=table.period,
            purpose=given.get("purpose", ""),
        )
        figures = await request.app[CLIENTS].working.ViewWorkingFigures(asked)
    except Invalid as problem:
        found = {problem.field or "area": errors.message(request[PAGE].locale, problem)}
        return await _page(request, places, own, query, found, purpose=given.get("purpose", ""), status=422)
    view = _view(request[PAGE].locale, places, figures)
    answer = await _page(request, places, own, query, {}, purpose=given.get("purpose", ""), **view)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _own(request: web.Request) -> tuple[Places, list[str]]:
    """Of officials alone: administrators keep accounts, and plan nothing by these figures."""
    viewer = signed_in(request, *own_areas.ROLES)
    places = await request.app[PLACES].all()
    return places, area_choices.known(places, viewer.principal.scopes("official"))


async def _page(
    request: web.Request, places: Places, own: list[str], query: TableQuery, found: Mapping[str, str], **values: Any
) -> web.Response:
    locale = request[PAGE].locale
    listed = table_query.periods(clock.now(), locale.timezone, query)
    area = query.area if not found else own[0]
    given = {"table": None, "purpose": "", "status": 200} | values
    status = given.pop("status")
    return page(
        request, "official/working_view.html", status=status, errors=found, query=query, here=HERE,
        request_id=clock.new_id(),
        sections=own_areas.sections(locale, HERE),
        area_choices=own_areas.choices(locale, places, own),
        by_choices=[(code, locale.gettext(BY[code])) for code in DIMENSIONS],
        period_choices=[("", locale.gettext("All time")), *((code, words.one_period(locale, code)) for code in listed)],
        looks=await _looks(request.app[CLIENTS], locale, places, area),
        **given,
    )  # fmt: skip


def _view(locale: Locale, places: Places, figures: working_pb2.WorkingFigures) -> dict[str, Any]:
    look = figures.look
    table = statistics_pb2.Table(area=look.area, by=look.by, rows=figures.rows, total=figures.total)
    total = live_figures.total(table, locale)
    return {
        "table": live_figures.lines(table, locale, places, lambda _: ""),
        "total": total,
        "columns": [
            locale.gettext(BY[statistics_pb2.Dimension.Name(look.by)]),
            *(locale.gettext(MEASURES[measure][0]) for measure in total.cells),
        ],
        "returning": [
            (locale.gettext("Came once only"), _people(locale, figures.once)),
            (locale.gettext("Came again, with more than one enrolment"), _people(locale, figures.again)),
        ],
        "retention": [
            [
                str(point.weeks),
                locale.number(point.at_risk),
                locale.number(point.left),
                locale.percent(float(point.share) / 100, 1),
            ]
            for point in figures.retention
            if point.weeks in SHOWN_WEEKS
        ],
        "area": area_choices.title(locale, places, look.area),
        "period": _period(locale, look),
        "as_of": clock.moment(figures.as_of) or clock.now(),
    }


async def _looks(clients: Clients, locale: Locale, places: Places, area: str) -> list[list[str]]:
    """Who looked, of whom the service of accounts names colleagues alone."""
    asked = working_pb2.ListWorkingLooksRequest(area=area)
    looks = (await clients.working.ListWorkingLooks(asked)).looks
    names = await _names(clients, {look.person for look in looks})
    return [
        [
            locale.datetime(clock.moment(look.time) or clock.now()),
            names.get(look.person, locale.gettext("Somebody who is no official any more")),
            area_choices.title(locale, places, look.area),
            f"{locale.gettext(BY[statistics_pb2.Dimension.Name(look.by)])}, {_period(locale, look)}",
            look.purpose,
        ]
        for look in looks
    ]


async def _names(clients: Clients, people: Iterable[str]) -> Mapping[str, str]:
    asked = BatchGetNamesRequest(names=sorted(people), purpose="who looked at exact figures")
    return (await clients.people.BatchGetNames(asked)).display_names if asked.names else {}


def _people(locale: Locale, count: int) -> str:
    return locale.ngettext("%(number)s person", "%(number)s people", count) % {"number": locale.number(count)}


def _period(locale: Locale, look: working_pb2.WorkingLook) -> str:
    return words.one_period(locale, look.period) if look.period else locale.gettext("All time")
