"""An overview to take away: a page to copy into a report, an HWPX document, and the chart as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.documents.hwpx_report import MEDIA_TYPE, Report, ReportTable, hwpx
from gateway.documents.picture import MEDIA, Bar, Picture, drawn
from gateway.html.render import PAGE, page
from gateway.language import periods as words
from gateway.web.official import live_figures, own_areas
from gateway.web.official.live_figures import MEASURES, Cell
from gateway.web.official.overview import HERE as OVERVIEW
from gateway.web.official.overview import RANKED, Ranked, View, read_query, refused
from services.chassis import clock
from services.chassis.errors import Forbidden

HERE = "/statistics/report"
CHART = "/statistics/chart"

routes = web.RouteTableDef()


@routes.get(HERE)
async def show(request: web.Request) -> web.Response:
    try:
        view = await _view(request)
    except Forbidden:
        places, own = await own_areas.own_areas(request)
        if not own:
            return page(request, "official/live_table_without_area.html")
        return refused(request, places, own, f"{OVERVIEW}?area={own[0]}")
    report = _report(request, view, b"")
    return page(
        request, "official/overview_report.html", report=report, area=view.area,
        back=view.query.address(),
        picture=view.query.address(f"{CHART}.png"), drawing=view.query.address(f"{CHART}.svg"),
        document=view.query.address(f"{HERE}.hwpx"),
        alternative=_picture(request, view).title if view.overview.areas else "",
    )  # fmt: skip


@routes.get(f"{HERE}.hwpx")
async def download(request: web.Request) -> web.Response:
    view = await _view(request)
    picture = await drawn(request, _picture(request, view), "png") if view.overview.areas else b""
    return _file(hwpx(_report(request, view, picture)), MEDIA_TYPE, "ieum-report.hwpx")


@routes.get(f"{CHART}.{{form:png|svg}}")
async def chart(request: web.Request) -> web.Response:
    view, form = await _view(request), request.match_info["form"]
    return _file(await drawn(request, _picture(request, view), form), MEDIA[form], f"ieum-chart.{form}", "inline")


async def _view(request: web.Request) -> View:
    """What leaves is noted by the service."""
    places, own = await own_areas.own_areas(request)
    if not own:
        raise Forbidden("AREA_OUT_OF_SCOPE", field="area")
    query = read_query(request.query, own[0])
    overview = await request.app[CLIENTS].statistics.GetOverview(query.request(export=True))
    return View(overview, query, places, request[PAGE].locale)


def _file(content: bytes, kind: str, name: str, disposition: str = "attachment") -> web.Response:
    headers = {"Content-Disposition": f'{disposition}; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=content, content_type=kind, headers=headers)


def _source(request: web.Request, view: View) -> str:
    as_of = clock.moment(view.overview.as_of) or clock.now()
    return view.locale.gettext("Source: %(site)s, live figures counted up to %(when)s") % {
        "site": request[PAGE].site.name,
        "when": view.locale.datetime(as_of),
    }


def _picture(request: web.Request, view: View) -> Picture:
    locale, measure = view.locale, view.query.rank
    hidden = locale.gettext("Hidden")
    bars = [Bar(line.title, line.cells[measure].drawn, line.cells[measure].text or hidden) for line in view.ranked()]
    mean = view.mean()
    return Picture(
        language=locale.language,
        title=locale.gettext("%(measure)s by area: %(area)s")
        % {"measure": locale.gettext(RANKED[measure]), "area": view.area},
        subtitle=_about(view),
        bars=bars,
        source=_source(request, view),
        mean=mean,
        mean_words="" if mean is None else locale.gettext("Dashed line: %(what)s") % {"what": view.mean_words()},
    )


def _about(view: View) -> str:
    locale = view.locale
    universe = locale.gettext(own_areas.UNIVERSES[view.query.universe])
    return f"{words.one_period(locale, view.overview.period)}, {universe}"


def _report(request: web.Request, view: View, picture: bytes) -> Report:
    locale = view.locale
    now, before = (words.one_period(locale, each) for each in (view.overview.period, view.overview.before))
    change, judgement = locale.gettext("Beside the year before"), locale.gettext("Judgement")
    key = ReportTable(
        locale.gettext("This year and last"),
        [locale.gettext("Measure"), now, before, change, judgement],
        [[_text(locale, each) for each in row] for row in view.key_figures()],
    )
    return Report(
        title=locale.gettext("Digital literacy training: %(area)s, %(period)s") % {"area": view.area, "period": now},
        subtitle=_about(view),
        sentences=view.sentences(),
        tables=[key, *_further(view, before)],
        picture=picture,
        notes=[
            _source(request, view),
            locale.gettext(
                "Live figures can be a few people behind; hidden numbers stand for nobody or too few people. "
                "For publication use a release."
            ),
        ],
    )


def _further(view: View, before: str) -> list[ReportTable]:
    locale = view.locale
    measures = [locale.gettext(MEASURES[each][0]) for each in ("EPR", "CPR", "COV")]
    groups = [view.line_of_group(each) for each in view.overview.groups]
    tables = [_standings(view, locale.gettext("Who is left behind"), locale.gettext("Group"), measures, before, groups)]
    if view.overview.areas:
        caption = locale.gettext("Places compared: %(measure)s") % {"measure": locale.gettext(RANKED[view.query.rank])}
        tables.append(_standings(view, caption, locale.gettext("Place"), measures, before, view.ranked()))
    return tables


def _standings(
    view: View, caption: str, first: str, measures: Sequence[str], before: str, lines: Sequence[Ranked]
) -> ReportTable:
    people, rate, reach = measures
    judged = view.locale.gettext("Beside everybody")
    hidden = view.locale.gettext("Hidden")

    def said(cell: Cell) -> str:
        return hidden if cell.text is None else cell.text

    rows = [
        [line.title, said(line.cells["EPR"]), said(line.before["EPR"]), said(line.cells["CPR"]), line.completing,
         said(line.cells["COV"]), line.reach]
        for line in lines
    ]  # fmt: skip
    return ReportTable(caption, [first, people, before, rate, judged, reach, judged], rows)


def _text(locale: Any, cell: Any) -> str:
    """Of a marked cell, in words."""
    return locale.gettext("Hidden") if cell is None else live_figures.plain(cell)
