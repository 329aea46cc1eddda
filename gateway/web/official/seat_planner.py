"""The seat planner: seats to districts by an open formula, and the gap between formula and plan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from aiohttp import web
from yarl import URL

from gateway.documents import csv
from gateway.html.render import PAGE, page
from gateway.http import csv_download
from gateway.language.i18n import Locale
from gateway.web.official import centre_year
from gateway.web.official.centre_year import Read
from gateway.web.official.seat_plan import MOST_SEATS, MOST_WEIGHT, Allocation, Criterion, allocate, own_values
from gateway.web.site import area_choices

HERE = "/statistics/seats"

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Wish:
    """What the planner was asked."""

    seats: int
    weights: Mapping[str, int]
    own: str


def _wish(request: web.Request, planned: int) -> Wish:
    def number(name: str, usual: int, most: int) -> int:
        text = request.query.get(name, "")
        return min(int(text), most) if text.isdecimal() and len(text) < 9 else usual

    weights = {
        name: number(name, usual, MOST_WEIGHT) for name, usual in (("residents", 50), ("older", 50), ("weight", 0))
    }
    return Wish(number("seats", planned, MOST_SEATS), weights, request.query.get("own", "")[:8_000])


@dataclass(frozen=True)
class Plan:
    """By area: seats that classes have, and what the formula gives. `outside`: seats in no district."""

    areas: Sequence[str]
    planned: Mapping[str, int]
    given: Mapping[str, Allocation]
    outside: int
    wish: Wish
    wrong_line: str

    def gap(self, area: str) -> int | None:
        return self.planned[area] - self.given[area].seats if area in self.given else None


def _plan(request: web.Request, read: Read) -> Plan:
    places = read.places
    areas = [name for name, area in places.areas.items() if area.parent == read.area] or [read.area]
    planned, outside = dict.fromkeys(areas, 0), 0
    for use in read.uses:
        district = next((each for each in area_choices.path_to(places, use.area) if each in planned), "")
        if district:
            planned[district] += use.seats
        else:
            outside += use.seats
    wish = _wish(request, sum(planned.values()) or 100)
    own, wrong = own_values(wish.own, {area.removeprefix("areas/"): area for area in areas})
    counted = {area: read.residents[area] for area in areas if area in read.residents}
    criteria = [
        Criterion(wish.weights["residents"], {area: Fraction(each.all) for area, each in counted.items()}),
        Criterion(wish.weights["older"], {area: Fraction(each.older) for area, each in counted.items()}),
        Criterion(wish.weights["weight"], own),
    ]
    return Plan(areas, planned, allocate(wish.seats, areas, criteria), outside, wish, wrong)


@routes.get(HERE)
async def show_plan(request: web.Request) -> web.Response:
    read, locale = await centre_year.read(request), request[PAGE].locale
    if read is None:
        return page(request, "official/live_table_without_area.html")
    plan = _plan(request, read)
    wish = plan.wish
    query = {"seats": str(wish.seats), **{name: str(weight) for name, weight in wish.weights.items()}, "own": wish.own}
    shared = centre_year.shared(locale, read, HERE)
    shared["file"] = str(URL(shared["file"]).update_query(query))
    wrong = locale.gettext("This line is no code and number: %(line)s") % {"line": plan.wrong_line}
    return page(
        request,
        "official/seats.html",
        status=422 if plan.wrong_line else 200,
        rows=[_row(locale, read, plan, area) for area in plan.areas],
        tiles=_tiles(locale, read, plan),
        write=locale.number,
        given=plan.given,
        outside=plan.outside,
        wish=wish,
        most_weight=MOST_WEIGHT,
        errors={"own": wrong} if plan.wrong_line else {},
        **shared,
    )


def _row(locale: Locale, read: Read, plan: Plan, area: str) -> list[str]:
    residents, given, gap = read.residents.get(area), plan.given.get(area), plan.gap(area)
    return [
        read.places.title(locale, area),
        locale.number(residents.all) if residents else "–",
        locale.number(residents.older) if residents else "–",
        locale.percent(float(given.share)) if given else "–",
        locale.number(given.seats) if given else "–",
        locale.number(plan.planned[area]),
        _signed(locale, gap) if gap is not None else "–",
    ]


def _signed(locale: Locale, gap: int) -> str:
    return f"+{locale.number(gap)}" if gap > 0 else f"−{locale.number(-gap)}" if gap else "0"


def _tiles(locale: Locale, read: Read, plan: Plan) -> list[tuple[str, int, int, float]]:
    """Seats that are missing, by tile; none where areas have no place of their own on the map."""
    spots = [(area, read.places.areas[area]) for area in plan.areas if area in plan.given]
    if len(spots) < 2 or len({(spot.column, spot.row) for _, spot in spots}) < len(spots):
        return []
    return [
        (read.places.title(locale, area), spot.column, spot.row, float(max(0, -(plan.gap(area) or 0))))
        for area, spot in spots
    ]


@routes.get(HERE + ".csv")
async def download_plan(request: web.Request) -> web.StreamResponse:
    read, locale = await centre_year.read(request), request[PAGE].locale
    if read is None:
        raise web.HTTPNotFound
    plan, gettext = _plan(request, read), locale.gettext
    head = [
        *(gettext("Area code"), gettext("Area"), gettext("Residents"), gettext("65 and older")),
        *(gettext("Share by the formula (per cent)"), gettext("Seats by the formula")),
        *(gettext("Seats planned"), gettext("Gap")),
    ]

    async def parts() -> AsyncIterator[str]:
        rows: list[Sequence[csv.Cell]] = [head]
        for area in plan.areas:
            residents, given = read.residents.get(area), plan.given.get(area)
            rows.append(
                [
                    area.removeprefix("areas/"),
                    read.places.title(locale, area),
                    residents.all if residents else "",
                    residents.older if residents else "",
                    f"{float(100 * given.share):.3f}" if given else "",
                    given.seats if given else "",
                    plan.planned[area],
                    plan.gap(area),
                ]
            )
        yield csv.lines(rows)

    return await csv_download.stream(request, f"ieum-seats-{read.year}.csv", parts())
