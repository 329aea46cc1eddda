"""What happened at the centres of an area in a year, and who lives there: what both pages about centres stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.places import Places
from gateway.html.render import PAGE
from gateway.language.i18n import Locale
from gateway.web.official import own_areas
from gateway.web.site import area_choices
from ieum.classes.v1 import classes_pb2
from ieum.statistics.v1 import statistics_pb2
from services.chassis import clock

_YEARS = 5


@dataclass(frozen=True)
class Read:
    """What both pages stand on: the area and the year, use and residents."""

    area: str
    year: int
    places: Places
    choices: Sequence[area_choices.Choice]
    uses: Sequence[classes_pb2.CentreUse]
    residents: Mapping[str, statistics_pb2.AreaResidents]


async def read(request: web.Request) -> Read | None:
    """None for somebody whose roles hold in no area."""
    places, own = await own_areas.own_areas(request)
    locale, clients = request[PAGE].locale, request.app[CLIENTS]
    choices = [each for each in area_choices.areas_within(locale, places, own) if each[0] in places.areas]
    if not choices:
        return None
    area, today = request.query.get("area") or choices[0][0], clock.now().astimezone(locale.timezone).date()
    text = request.query.get("year", "")
    year = int(text) if text.isdecimal() and 2000 <= int(text) <= today.year + 1 else today.year
    asked = classes_pb2.ListCentreUseRequest(area=area, from_date=f"{year}-01-01", until_date=f"{year}-12-31")
    uses = (await clients.classes.ListCentreUse(asked)).uses
    counted = await clients.statistics.ListResidents(statistics_pb2.ListResidentsRequest(area=area))
    return Read(area, year, places, choices, uses, {each.area: each for each in counted.residents})


def shared(locale: Locale, use: Read, here: str) -> dict[str, Any]:
    this_year = clock.now().astimezone(locale.timezone).year
    years = [str(year) for year in range(this_year + 1, this_year - _YEARS, -1)]
    return {
        "sections": own_areas.sections(locale, here),
        "area_choices": use.choices,
        "year_choices": [(year, year) for year in years],
        "area": use.area,
        "year": str(use.year),
        "title": use.places.title(locale, use.area),
        "file": str(URL(f"{here}.csv").with_query({"area": use.area, "year": str(use.year)})),
    }
