"""Areas by age, sex, group or competence area, over several periods, in one table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from multidict import MultiMapping
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.places import Places
from gateway.documents import csv
from gateway.documents.figure_sheet import SheetRow, sheet
from gateway.html.render import PAGE, page
from gateway.http import csv_download, errors
from gateway.language import periods as words
from gateway.language.i18n import Locale, msgid
from gateway.language.table_codes import code_title
from gateway.web.official import live_figures, own_areas, table_query
from gateway.web.official.live_figures import MEASURES
from gateway.web.official.overview import refused
from gateway.web.site import area_choices
from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Forbidden, Invalid

HERE = "/statistics/cross"
TOTAL = "_T"
BY: Mapping[str, str] = {
    "AGE": msgid("Age"),
    "SEX": msgid("Sex"),
    "TARGET_GROUP": msgid("Target group"),
    "COURSE_DOMAIN": msgid("Competence area"),
    "DELIVERY": msgid("Way of teaching"),
}
SHOWN = ("EPR", "ENR", "STR", "CMP", "CPR")
_USUAL_PERIODS = 4

routes = web.RouteTableDef()


@dataclass(frozen=True)
class CrossQuery:
    area: str
    universe: str
    by: str
    periods: tuple[str, ...]
    show: str = "EPR"
    only: str = ""
    """One category: then the periods stand side by side."""

    def request(self, *, export: bool = False) -> pb.QueryCrossTableRequest:
        table = table_query.TableQuery(self.area, self.universe, self.by).request()
        return pb.QueryCrossTableRequest(
            area=table.area,
            universe=table.universe,
            by=table.by,
            periods=[table_query.checked_period(each) for each in self.periods],
            parts=True,
            export=export,
        )

    def address(self, path: str = HERE, **changes: str) -> str:
        single = {"area": self.area, "universe": self.universe, "by": self.by, "show": self.show, "only": self.only}
        pairs = [(name, text) for name, text in (single | changes).items() if text]
        return str(URL(path).with_query([*pairs, *(("period", each) for each in self.periods)]))


def read_query(parameters: MultiMapping[str], own: str, usual: Sequence[str]) -> CrossQuery:
    area = parameters.get("area") or own
    by, show = parameters.get("by") or "AGE", parameters.get("show", "")
    return CrossQuery(
        area,
        parameters.get("universe") or own_areas.universe_of(area),
        by,
        tuple(dict.fromkeys(parameters.getall("period", [*usual]))),
        show if show in SHOWN else "EPR",
        parameters.get("only", ""),
    )


@routes.get(HERE)
async def show(request: web.Request) -> web.Response:
    places, own = await own_areas.own_areas(request)
    if not own:
        return page(request, "official/live_table_without_area.html")
    locale = request[PAGE].locale
    query = _asked(request, own)
    form = _form(locale, places, own, query)
    try:
        table = await request.app[CLIENTS].statistics.QueryCrossTable(query.request())
    except Forbidden:
        return refused(request, places, own, query.address(area=own[0]))
    except Invalid as problem:
        found = {problem.field or "area": errors.message(locale, problem)}
        return page(request, "official/cross_table.html", status=422, errors=found, query=query, table=None, **form)
    view = CrossView(table, query, places, locale)
    return page(request, "official/cross_table.html", query=query, table=table, **form, **view.values())


@routes.get(f"{HERE}.csv")
async def download(request: web.Request) -> web.StreamResponse:
    """The same table with all measures, for Excel."""
    places, own = await own_areas.own_areas(request)
    if not own:
        raise Forbidden("ROLE_NEEDED")
    query, locale = _asked(request, own), request[PAGE].locale
    table = await request.app[CLIENTS].statistics.QueryCrossTable(query.request(export=True))
    view = CrossView(table, query, places, locale)
    head = [locale.gettext("Area"), locale.gettext("Period"), locale.gettext(BY.get(query.by, query.by))]
    measures = {measure: MEASURES[measure][0] for measure in SHOWN}

    async def parts() -> AsyncIterator[str]:
        yield csv.lines(sheet(head, measures, view.sheet_rows(), locale))

    return await csv_download.stream(request, "ieum-statistics.csv", parts())


def _asked(request: web.Request, own: Sequence[str]) -> CrossQuery:
    zone = request[PAGE].locale.timezone
    recent = table_query.periods(clock.now(), zone, table_query.TableQuery("", "", ""))
    quarters = [each for each in recent if "-Q" in each]
    return read_query(request.query, own[0], quarters[:_USUAL_PERIODS][::-1])


def _form(locale: Locale, places: Places, own: Sequence[str], query: CrossQuery) -> dict[str, Any]:
    recent = table_query.periods(clock.now(), locale.timezone, table_query.TableQuery("", "", ""))
    listed = sorted({*recent, *query.periods}, reverse=True)
    return {
        "sections": own_areas.sections(locale, HERE),
        "area_choices": own_areas.choices(locale, places, own),
        "universe_choices": [(code, locale.gettext(text)) for code, text in own_areas.UNIVERSES.items()],
        "by_choices": [(code, locale.gettext(text)) for code, text in BY.items()],
        "period_choices": [(code, words.one_period(locale, code)) for code in listed],
        "show_choices": [(code, locale.gettext(MEASURES[code][0])) for code in SHOWN],
    }


class CrossView:
    """A table in the reader's words. All categories: a row for each area and period. One category: a row for each area,
    a column for each period."""

    def __init__(self, table: pb.CrossTable, query: CrossQuery, places: Places, locale: Locale) -> None:
        self.query = query
        self.locale = locale
        self._places = places
        self._table = table
        self._rows = {(each.area, each.period, each.row.code): each.row for each in table.rows}
        self.areas = list(dict.fromkeys(each.area for each in table.rows))
        self.periods = list(dict.fromkeys(each.period for each in table.rows))
        self.codes = list(dict.fromkeys(each.row.code for each in table.rows))

    def values(self) -> dict[str, Any]:
        only = self.query.only if self.query.only in self.codes else ""
        by = self.locale.gettext(BY.get(self.query.by, self.query.by))
        area, measure = self.area_title(self._table.area), self.locale.gettext(MEASURES[self.query.show][0])
        return {
            "area": area,
            "measure": measure,
            "by": by,
            "as_of": clock.moment(self._table.as_of) or clock.now(),
            "columns": self._columns(only),
            "labels": 1 if only else 2,
            "rows": list(self._by_period(only) if only else self._by_category()),
            "only_tabs": [(self.locale.gettext("All"), self.query.address(only=""), not only)]
            + [(self.title(code), self.query.address(only=code), code == only) for code in self.codes],
            "download": self.query.address(f"{HERE}.csv"),
            "universe": self.locale.gettext(own_areas.UNIVERSES[self.query.universe]),
        }

    def sheet_rows(self) -> Iterator[SheetRow]:
        for (area, period, code), row in self._rows.items():
            yield SheetRow([self.area_title(area), self.period_title(period), self.title(code)], row)

    def title(self, code: str) -> str:
        return self.locale.gettext("Total") if code == TOTAL else code_title(self.locale, self.query.by, code) or code

    def area_title(self, area: str) -> str:
        return area_choices.title(self.locale, self._places, area)

    def period_title(self, period: str) -> str:
        return words.one_period(self.locale, period) if period else self.locale.gettext("All time")

    def _columns(self, only: str) -> list[str]:
        titles = map(self.period_title, self.periods) if only else map(self.title, self.codes)
        period = [] if only else [self.locale.gettext("Period")]
        return [self.locale.gettext("Area"), *period, *titles]

    def _by_period(self, only: str) -> Iterator[list[Any]]:
        for area in self.areas:
            yield [self.area_title(area), *(self._marked(area, period, only) for period in self.periods)]

    def _by_category(self) -> Iterator[list[Any]]:
        for area in self.areas:
            for period in self.periods:
                cells = (self._marked(area, period, code) for code in self.codes)
                yield [self.area_title(area), self.period_title(period), *cells]

    def _marked(self, area: str, period: str, code: str) -> Any:
        row = self._rows[(area, period, code)]
        return live_figures.cells(row, SHOWN, self.locale)[self.query.show].marked
