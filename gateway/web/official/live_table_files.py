"""The live table to take away: a sheet for Excel, and its chart as a picture."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import Places
from gateway.documents import csv
from gateway.documents.figure_sheet import SheetRow, sheet
from gateway.documents.picture import MEDIA, Bar, Picture, drawn
from gateway.html.render import PAGE
from gateway.http import csv_download
from gateway.language import periods as words
from gateway.web.official import live_figures, own_areas
from gateway.web.official.live_figures import BY, MEASURES, UNITS
from gateway.web.official.table_query import PAGE as TABLE_PAGE
from gateway.web.official.table_query import TableQuery, read_query
from gateway.web.site import area_choices
from ieum.statistics.v1.statistics_pb2 import Table
from services.chassis import clock
from services.chassis.errors import Forbidden

routes = web.RouteTableDef()


@routes.get(f"{TABLE_PAGE}.csv")
async def download(request: web.Request) -> web.StreamResponse:
    query, table, places = await _exported(request)
    locale = request[PAGE].locale
    lines = [*live_figures.lines(table, locale, places, lambda _: ""), live_figures.total(table, locale)]
    area, period = area_choices.title(locale, places, table.area), _period(request, query)
    head = [locale.gettext("Area"), locale.gettext("Period"), locale.gettext(BY[query.by])]
    measures = {code: MEASURES[code][0] for code in lines[-1].cells}
    rows = [
        SheetRow([area, period, line.title], row)
        for line, row in zip(lines, (*table.rows, table.total), strict=True)
    ]  # fmt: skip

    async def parts() -> AsyncIterator[str]:
        yield csv.lines(sheet(head, measures, rows, locale))

    return await csv_download.stream(request, "ieum-statistics.csv", parts())


@routes.get(f"{TABLE_PAGE}/chart.{{form:png|svg}}")
async def chart(request: web.Request) -> web.Response:
    query, table, places = await _exported(request)
    locale, form = request[PAGE].locale, request.match_info["form"]
    lines = live_figures.lines(table, locale, places, lambda _: "")
    show = query.show if all(query.show in line.cells for line in lines) else "ENR"
    said = {"measure": locale.gettext(MEASURES[show][0]), "dimension": locale.gettext(BY[query.by])}
    hidden, as_of = locale.gettext("Hidden"), clock.moment(table.as_of) or clock.now()
    picture = Picture(
        language=locale.language,
        title=locale.gettext("%(measure)s by %(dimension)s") % said,
        subtitle=", ".join(
            [
                area_choices.title(locale, places, table.area),
                locale.gettext(own_areas.UNIVERSES[query.universe]),
                _period(request, query),
                locale.gettext(UNITS[show]),
            ]
        ),
        bars=[Bar(line.title, line.cells[show].drawn, line.cells[show].text or hidden) for line in lines],
        source=locale.gettext("Source: %(site)s, live figures counted up to %(when)s")
        % {"site": request[PAGE].site.name, "when": locale.datetime(as_of)},
    )
    headers = {"Content-Disposition": f'inline; filename="ieum-chart.{form}"', "Cache-Control": "no-store"}
    return web.Response(body=await drawn(request, picture, form), content_type=MEDIA[form], headers=headers)


async def _exported(request: web.Request) -> tuple[TableQuery, Table, Places]:
    """The service notes that the figures leave."""
    places, own = await own_areas.own_areas(request)
    if not own:
        raise Forbidden("AREA_OUT_OF_SCOPE", field="area")
    query = read_query(request.query, own[0])
    message = query.request()
    message.export = True
    return query, await request.app[CLIENTS].statistics.QueryTable(message), places


def _period(request: web.Request, query: TableQuery) -> str:
    locale = request[PAGE].locale
    return words.one_period(locale, query.period) if query.period else locale.gettext("All time")
