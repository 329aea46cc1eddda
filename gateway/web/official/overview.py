"""An official's first page: a quarter beside that of the year before, and who is left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from multidict import MultiMapping
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.places import Places
from gateway.html.charts import Value
from gateway.html.render import PAGE, page
from gateway.http import errors
from gateway.language import periods as words
from gateway.language.i18n import Locale, msgid
from gateway.web.official import live_figures, own_areas, table_query
from gateway.web.official.live_figures import MEASURES, Cell
from gateway.web.official.overview_words import VERDICTS, Sentences, changes, value
from gateway.web.official.table_query import PAGE as TABLE_PAGE
from gateway.web.site import area_choices
from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Forbidden, Invalid

HERE = "/statistics"
KEY_FIGURES = ("EPR", "ENR", "CMP", "CPR", "COV")
RANKED: Mapping[str, str] = {
    "COV": MEASURES["COV"][0],
    "CPR": MEASURES["CPR"][0],
    "EPR": MEASURES["EPR"][0],
}
_ORDERS = {"up": msgid("Lowest first"), "down": msgid("Highest first"), "list": msgid("In the order of the list")}
_OLDER_PARAMETERS = frozenset({"by", "show", "course", "fromQuarter", "toQuarter"})
"""Of addresses from when the table stood here."""

routes = web.RouteTableDef()


@dataclass(frozen=True)
class OverviewQuery:
    area: str
    universe: str
    period: str = ""
    rank: str = ""
    order: str = "up"

    def request(self, *, export: bool = False) -> pb.GetOverviewRequest:
        table = table_query.TableQuery(self.area, self.universe, "REF_AREA", self.period).request()
        return pb.GetOverviewRequest(area=table.area, universe=table.universe, period=table.period, export=export)

    def address(self, path: str = HERE, **changes: str) -> str:
        parameters = {
            "area": self.area,
            "universe": self.universe,
            "period": self.period,
            "rank": self.rank,
            "order": self.order,
        }
        return str(URL(path).with_query({name: text for name, text in (parameters | changes).items() if text}))


def read_query(parameters: MultiMapping[str], own: str) -> OverviewQuery:
    area = parameters.get("area") or own
    rank, order = parameters.get("rank", ""), parameters.get("order", "up")
    return OverviewQuery(
        area,
        parameters.get("universe") or own_areas.universe_of(area),
        parameters.get("period", ""),
        rank if rank in RANKED else "",
        order if order in _ORDERS else "up",
    )


@routes.get(HERE)
async def show(request: web.Request) -> web.Response:
    places, own = await own_areas.own_areas(request)
    if _OLDER_PARAMETERS & request.query.keys():
        raise web.HTTPFound(URL(TABLE_PAGE).with_query(request.query))
    if not own:
        return page(request, "official/live_table_without_area.html")
    query, locale = read_query(request.query, own[0]), request[PAGE].locale
    try:
        overview = await request.app[CLIENTS].statistics.GetOverview(query.request())
    except Forbidden:
        return refused(request, places, own, query.address(area=own[0]))
    except Invalid as problem:
        found = {problem.field or "period": errors.message(locale, problem)}
        shown = replace(query, area=own[0], period="")
        form = _form(locale, places, own, shown)
        return page(request, "official/overview_invalid.html", status=422, errors=found, query=shown, **form)
    view = View(overview, query, places, locale)
    return page(request, "official/overview.html", **_form(locale, places, own, query), **view.values())


def refused(request: web.Request, places: Places, own: Sequence[str], home: str) -> web.Response:
    """An area that is not the reader's, on a page that leads to their own."""
    title = area_choices.title(request[PAGE].locale, places, own[0])
    return page(request, "official/live_table_refused.html", status=403, home=home, area=title)


def _form(locale: Locale, places: Places, own: Sequence[str], query: OverviewQuery) -> dict[str, Any]:
    table = table_query.TableQuery(query.area, query.universe, "", query.period)
    listed = table_query.periods(clock.now(), locale.timezone, table)
    return {
        "sections": own_areas.sections(locale, HERE),
        "area_choices": own_areas.choices(locale, places, own),
        "universe_choices": [(code, locale.gettext(text)) for code, text in own_areas.UNIVERSES.items()],
        "period_choices": [
            ("", locale.gettext("The last quarter that has ended")),
            *((code, words.one_period(locale, code)) for code in listed),
        ],
    }


@dataclass(frozen=True)
class Ranked:
    """An area in the list: its place by the measure, "" where that is hidden."""

    place: str
    title: str
    href: str
    cells: Mapping[str, Cell]
    before: Mapping[str, Cell]
    completing: str
    reach: str


class View:
    """An overview in the reader's words: for the page and for what leaves it."""

    def __init__(self, overview: pb.Overview, query: OverviewQuery, places: Places, locale: Locale) -> None:
        self.overview = overview
        self.places = places
        self.locale = locale
        self.area = area_choices.title(locale, places, overview.area)
        rank = query.rank or ("COV" if value(overview.total, "COV") else "CPR")
        self.query = replace(query, area=overview.area, rank=rank)

    def values(self) -> dict[str, Any]:
        areas = self.ranked()
        return {
            "query": self.query,
            "overview": self.overview,
            "area": self.area,
            "period": words.one_period(self.locale, self.overview.period),
            "before": words.one_period(self.locale, self.overview.before),
            "as_of": clock.moment(self.overview.as_of) or clock.now(),
            "universe": self.locale.gettext(own_areas.UNIVERSES[self.query.universe]),
            "sentences": self.sentences(),
            "figures": self.key_figures(),
            "groups": [self.line_of_group(each) for each in self.overview.groups],
            "areas": areas,
            "rank": self.locale.gettext(RANKED[self.query.rank]),
            "ranks": [
                (self.locale.gettext(text), self.query.address(rank=code), code == self.query.rank)
                for code, text in RANKED.items()
            ],
            "orders": [
                (self.locale.gettext(text), self.query.address(order=code), code == self.query.order)
                for code, text in _ORDERS.items()
            ],
            "labels": [each.title for each in areas],
            "drawn": [each.cells[self.query.rank].drawn for each in areas],
            "mean": self.mean(),
            "mean_words": self.mean_words(),
            "write": self.locale.percent if self.query.rank == "CPR" else self._write,
            "report": self.query.address("/statistics/report"),
            "picture": self.query.address("/statistics/chart.png"),
            "drawing": self.query.address("/statistics/chart.svg"),
            "table_address": table_query.TableQuery(
                self.overview.area, self.query.universe, "REF_AREA", self.overview.period
            ).address(),
        }

    def sentences(self) -> list[str]:
        return Sentences(self.overview, self.area, self.locale).all(self._group_title, self._area_title)

    def key_figures(self) -> list[list[Any]]:
        """A row for each measure: its title, now, a year before, the change, and whether it is one."""
        now, before = self.cells(self.overview.total), self.cells(self.overview.total_before)
        known = changes(self.overview)
        return [
            [
                self.locale.gettext(MEASURES[measure][0]),
                now[measure].marked,
                before[measure].marked,
                self._change(known.get(measure)),
                self._verdict(known.get(measure)),
            ]
            for measure in KEY_FIGURES
        ]

    def ranked(self) -> list[Ranked]:
        lines = [self._line(each, self._area_title(each.row)) for each in self.overview.areas]
        measure, order = self.query.rank, self.query.order
        shown = sorted(
            (each for each in lines if each.cells[measure].value),
            key=lambda each: float(each.cells[measure].value),
            reverse=True,
        )
        placed = {each.href: self.locale.number(place) for place, each in enumerate(shown, start=1)}
        hidden = [each for each in lines if not each.cells[measure].value]
        listed = lines if order == "list" else [*(shown if order == "down" else shown[::-1]), *hidden]
        return [replace(each, place=placed.get(each.href, "")) for each in listed]

    def line_of_group(self, standing: pb.Standing) -> Ranked:
        return self._line(standing, self._group_title(standing.row))

    def mean(self) -> float | None:
        """Of the whole, as the chart draws it; none for counts, which have no mean in common with their sum."""
        drawn: Value = self.cells(self.overview.total)[self.query.rank].drawn
        return drawn if isinstance(drawn, float) and self.query.rank != "EPR" else None

    def mean_words(self) -> str:
        text = self.cells(self.overview.total)[self.query.rank].text
        return self.locale.gettext("Mean of %(area)s: %(value)s") % {"area": self.area, "value": text or ""}

    def cells(self, row: pb.Row) -> dict[str, Cell]:
        return live_figures.cells(row, tuple(MEASURES), self.locale)

    def _line(self, standing: pb.Standing, title: str) -> Ranked:
        code = standing.row.code
        href = self.query.address(area=code) if code in self.places.areas else ""
        return Ranked(
            "",
            title,
            href or code,
            self.cells(standing.row),
            self.cells(standing.before),
            self.locale.gettext(VERDICTS.get(standing.completing, "")),
            self.locale.gettext(VERDICTS.get(standing.reach, "")),
        )

    def _group_title(self, row: pb.Row) -> str:
        return live_figures.code_words(self.locale, row.code)

    def _area_title(self, row: pb.Row) -> str:
        return self.locale.pick(row.title)[0] or area_choices.title(self.locale, self.places, row.code)

    def _change(self, change: pb.Change | None) -> str:
        """With its interval; in per cent for counts, in points for rates."""
        if change is None or not change.value:
            return ""
        parts = [self._signed(text, change.measure) for text in (change.value, change.low, change.high)]
        return self.locale.gettext("%(change)s (95%% interval %(low)s to %(high)s)") % dict(
            zip(("change", "low", "high"), parts, strict=True)
        )

    def _signed(self, text: str, measure: str) -> str:
        number = float(text)
        sign = "+" if number > 0 else ""
        if measure in ("EPR", "CMP"):
            return sign + self.locale.percent(number / 100)
        written = sign + self.locale.number(number, 1)
        return self.locale.gettext("%(number)s points") % {"number": written} if measure == "CPR" else written

    def _verdict(self, change: pb.Change | None) -> str:
        if change is None:
            return ""
        said = {pb.MORE: msgid("clearly more"), pb.LESS: msgid("clearly less")}
        return self.locale.gettext(said.get(change.verdict, VERDICTS.get(change.verdict, "")))

    def _write(self, number: float) -> str:
        return self.locale.number(number, 1 if self.query.rank == "COV" else 0)
