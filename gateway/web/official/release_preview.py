"""A built release's figures before they come out, area by area: for officials, as the public will see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from markupsafe import Markup

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, page
from gateway.language.i18n import msgid
from gateway.web.official import live_figures
from gateway.web.official import release_labels as words
from gateway.web.official.releases import RELEASE, address, release_of, require_official
from gateway.web.public_data import capability
from gateway.web.site import area_choices
from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import statistics_pb2

_LARGEST_PAGE = 1000

# Dimension of the table, the observation's field that holds its code.
_TABLES: Mapping[str, tuple[int, str]] = {
    "area": (statistics_pb2.REF_AREA, "area"),
    "sex": (statistics_pb2.SEX, "sex"),
    "age": (statistics_pb2.AGE, "age"),
    "group": (statistics_pb2.TARGET_GROUP, "group"),
    "domain": (statistics_pb2.COURSE_DOMAIN, "domain"),
}
_TITLES = {
    "area": msgid("The area and what lies in it"),
    "sex": msgid("By sex"),
    "age": msgid("By age"),
    "group": msgid("By target group"),
    "domain": msgid("By competence area"),
}

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Shown:
    name: str
    title: str
    about: str
    columns: list[str]
    rows: list[list[Markup | str | None]]
    foot: list[Markup | str | None] | None


@routes.get(RELEASE + "/preview")
async def preview(request: web.Request) -> web.Response:
    require_official(request)
    release, places, locale = await release_of(request), await request.app[PLACES].all(), request[PAGE].locale
    below = [area.name for area in places.below(release.area)]
    area = request.query.get("area", "")
    area = area if area in below else release.area
    period = request.query.get("period", "")
    period = period if period in release.periods else release.periods[-1]
    about = f"{area_choices.title(locale, places, area)}, {words.period(locale, period)}"
    tables = [await _table(request, release, name, area, period, about) for name in _TABLES]
    return page(
        request, "official/release_preview.html",
        title=locale.pick(release.title)[0],
        here=address(release.name),
        period=period,
        area=area,
        period_choices=[(code, words.period(locale, code)) for code in reversed(release.periods)],
        area_choices=area_choices.areas_within(locale, places, [release.area]),
        tables=[table for table in tables if table.rows],
        capability=capability.capability(await _assessment(request, release), locale),
        points=lambda value: locale.number(value, 2),
    )  # fmt: skip


async def _assessment(request: web.Request, release: pb.Release) -> Mapping[str, Any] | None:
    answer = await request.app[CLIENTS].releases.GetAssessment(pb.GetAssessmentRequest(release=release.name))
    return capability.as_released(answer.assessment) if answer.HasField("assessment") else None


async def _table(request: web.Request, release: pb.Release, name: str, area: str, period: str, about: str) -> Shown:
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    query = pb.ListObservationsRequest(release=release.name, period=period, table=name, page_size=_LARGEST_PAGE)
    if name != "area":
        query.area = area
    observations = [
        observation
        async for observation in _observations(request, query)
        if observation.measure in live_figures.MEASURES
    ]
    if name == "area":
        inside = {area, *(each.name for each in places.areas.values() if each.parent == area)}
        observations = [observation for observation in observations if f"areas/{observation.area}" in inside]
    measures = [
        measure
        for measure in live_figures.MEASURES
        if any(observation.measure == measure for observation in observations)
    ]
    lines = live_figures.lines(_cube(observations, name, area), locale, places, lambda _: "")
    by = statistics_pb2.Dimension.Name(statistics_pb2.Dimension.ValueType(_TABLES[name][0]))
    columns = [
        locale.gettext(each) for each in (live_figures.BY[by], *(live_figures.MEASURES[code][0] for code in measures))
    ]
    rows: list[list[Markup | str | None]] = []
    for line in sorted(lines, key=lambda line: line.code == area):
        title = area_choices.title(locale, places, area) if line.code == area else line.title
        rows.append([title, *(line.cells[code].marked if code in line.cells else None for code in measures)])
    foot = rows.pop() if name == "area" and len(rows) > 1 else None
    return Shown(name, locale.gettext(_TITLES[name]), about, columns, rows, foot)


async def _observations(request: web.Request, query: pb.ListObservationsRequest) -> Any:
    while True:
        answer = await request.app[CLIENTS].releases.ListObservations(query)
        for observation in answer.observations:
            yield observation
        if not answer.next_page_token:
            return
        query.page_token = answer.next_page_token


def _cube(observations: Iterable[pb.Observation], name: str, area: str) -> statistics_pb2.Table:
    """As the table of an official's page, whose words it takes."""
    by, field = _TABLES[name]
    table = statistics_pb2.Table(by=statistics_pb2.Dimension.ValueType(by), area=area)
    rows: dict[str, statistics_pb2.Row] = {}
    for observation in observations:
        code = f"areas/{observation.area}" if name == "area" else getattr(observation, field)
        row = rows.get(code)
        if row is None:
            row = rows[code] = table.rows.add(code=code)
        row.values.add(
            measure=observation.measure,
            value=observation.value,
            obs_status=observation.obs_status,
            unit=observation.unit,
        )
    return table
