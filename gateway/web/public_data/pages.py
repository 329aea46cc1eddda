"""`/data`: what has been published, for everybody. Pages, frozen files and the catalogue for portals; nobody signs in,
and what is under embargo is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import hdrs, web

from gateway.backend.conditions import is_known
from gateway.backend.places import PLACES
from gateway.backend.published_releases import PUBLISHED_RELEASES, key_of, newest_of_each, send_file
from gateway.backend.release_figures import ReleaseFigures
from gateway.documents import archives
from gateway.html.render import PAGE, page
from gateway.http.public_url import public_origin
from gateway.language.i18n import Locale
from gateway.language.periods import period as period_in_words
from gateway.web.public_data import capability, check_release, facts, sdmx_rest, structured_data
from gateway.web.public_data.cells import HIDDEN_WORDS
from gateway.web.public_data.release_view import SHOWN, Look
from gateway.web.site import page_cache
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Missing, Unavailable

routes = web.RouteTableDef()

RELEASE = "{release:[a-z0-9-]{1,64}}"
EDITION = "{edition:[1-9][0-9]{0,3}}"
_CATALOGUES = {"ttl": "catalogue.ttl", "jsonld": "catalogue.jsonld"}
# Descriptions and code lists: for programs, so they stand behind the rest.
_FOR_PROGRAMS = ("codes-", "structure.", "datapackage.", "observations.csv-metadata", "capability.csv-metadata")


@routes.get("/data")
@page_cache.public()
async def show_all(request: web.Request) -> web.Response:
    library = request.app[PUBLISHED_RELEASES]
    releases, coming = newest_of_each(await library.all()), await library.calendar()
    return page(request, "public_data/releases.html", releases=releases, coming=coming, moment=clock.moment, span=span)


@routes.get(r"/data/catalog.{form:ttl|jsonld}")
async def send_catalogue(request: web.Request) -> web.Response:
    base = f"{public_origin(request)}/data"
    found = (await request.app[PUBLISHED_RELEASES].catalogue(base)).get(_CATALOGUES[request.match_info["form"]])
    if found is None:
        raise Missing("FILE_NOT_FOUND")
    headers = {hdrs.ETAG: f'W/"{found.file.sha256}"', hdrs.CACHE_CONTROL: "no-cache", **_ANYWHERE}
    if is_known(request, headers):
        return web.Response(status=304, headers=headers)
    return web.Response(body=found.content, headers=headers | {hdrs.CONTENT_TYPE: found.file.media_type})


@routes.get("/data/check_release.py")
async def send_check(request: web.Request) -> web.Response:
    """The script that computes the rates and gaps of a release again from its counts."""
    script = await asyncio.to_thread(Path(check_release.__file__).read_bytes)
    headers = {hdrs.CONTENT_DISPOSITION: 'attachment; filename="check_release.py"', **_ANYWHERE}
    return web.Response(body=script, headers=headers | {hdrs.CONTENT_TYPE: "text/x-python; charset=utf-8"})


_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@routes.get(f"/data/{RELEASE}")
@routes.get(f"/data/{RELEASE}/{EDITION}")
@page_cache.public("area", "period", "show")
async def show(request: web.Request) -> web.Response:
    editions = await request.app[PUBLISHED_RELEASES].editions(f"releases/{request.match_info['release']}")
    if editions[0].series != editions[0].name:  # a later edition by its own name
        home = f"/data/{key_of(editions[0].series)}/{editions[0].edition}"
        return web.Response(status=308, headers={hdrs.LOCATION: home})
    release = edition_among(editions, request.match_info.get("edition"))
    figures = await request.app[PUBLISHED_RELEASES].figures(release)
    return page(request, "public_data/release.html", **await _view(request, release, editions, figures))


@routes.get(f"/data/{RELEASE}/{EDITION}.zip")
async def send_all(request: web.Request) -> web.Response:
    """All files in one, by the names under which they speak of each other."""
    library = request.app[PUBLISHED_RELEASES]
    editions = await library.editions(f"releases/{request.match_info['release']}")
    release = edition_among(editions, request.match_info["edition"])
    name = f"{key_of(release.name)}.zip"
    headers = {
        hdrs.ETAG: f'"{release.checksum}-zip"',
        hdrs.CACHE_CONTROL: "no-cache",
        hdrs.CONTENT_TYPE: "application/zip",
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
        **_ANYWHERE,
    }
    if is_known(request, headers):
        return web.Response(status=304, headers=headers)
    contents = {file.name: await library.content(release, file) for file in release.files}
    written = await asyncio.to_thread(archives.archive, contents, clock.moment(release.publish_time))
    return web.Response(body=written, headers=headers)


@routes.get(f"/data/{RELEASE}/{EDITION}/{{file:[0-9A-Za-z.-]{{1,80}}}}")
async def send(request: web.Request) -> web.Response:
    return await send_file(request, await edition_of(request), request.match_info["file"])


async def edition_of(request: web.Request) -> pb.Release:
    """The edition that the address names."""
    editions = await request.app[PUBLISHED_RELEASES].editions(f"releases/{request.match_info['release']}")
    return edition_among(editions, request.match_info["edition"])


def edition_among(editions: Sequence[pb.Release], asked: str | None) -> pb.Release:
    """The newest unless one is asked for."""
    found = editions[-1] if asked is None else next((one for one in editions if str(one.edition) == asked), None)
    if found is None:
        raise Missing("RELEASE_NOT_FOUND")
    return found


async def _view(
    request: web.Request, release: pb.Release, editions: Sequence[pb.Release], figures: ReleaseFigures
) -> dict[str, Any]:
    locale = request[PAGE].locale
    look, overlooked = look_at(request.query, figures, locale)
    if overlooked:
        page_cache.skip(request)
    home = f"/data/{key_of(release.series)}"
    return {
        "release": release,
        "editions": editions,
        "home": home,
        "address": f"{home}/{release.edition}",
        "sdmx": sdmx_rest.addresses(release),
        "figures": figures,
        "structured": structured_data.dataset(
            release,
            figures,
            locale,
            address=f"{public_origin(request)}{home}/{release.edition}",
            origin=public_origin(request),
            site=request[PAGE].site.name,
            about=_about(figures, locale),
        ),
        "look": look,
        "overlooked": overlooked,
        "area_title": look.place(look.area),
        "period_title": look.title("TIME_PERIOD", look.period),
        "show_title": look.title("MEASURE", look.show),
        "universe": next(iter(figures.codes("UNIVERSE"))),
        "sections": look.sections(await _spots(request, figures)),
        "capability": capability.capability(figures.said.get("capability"), locale),
        "no_assessment": capability.is_missed(figures),
        "chosen": urlencode({"area": look.area.code, "period": look.period, "show": look.show}),
        "points": lambda value: locale.number(value, 2),
        "say": _say(locale) if look.show == "CPR" else locale.number,
        "documents": [file for file in release.files if not file.name.startswith(_FOR_PROGRAMS)],
        "for_programs": [file for file in release.files if file.name.startswith(_FOR_PROGRAMS)],
        "symbols": facts.symbols(figures, locale),
        "facts": facts.facts(release, figures, locale),
        "size": lambda length: facts.size(length, locale),
        "moment": clock.moment,
        "hidden": locale.gettext(HIDDEN_WORDS),
        **_choices(figures, look),
    }


def _about(figures: ReleaseFigures, locale: Locale) -> str:
    if "EMP" in figures.codes("UNIVERSE"):
        return locale.gettext(
            "How many employees of local government took courses in digital skills, and how many completed them."
        )
    return locale.gettext("How many residents took courses in digital skills, and how many completed them.")


def _say(locale: Locale) -> Callable[[float], str]:
    """Whole percentages without a place behind the comma, so that a phone has room for them."""
    return lambda share: locale.percent(share, 0 if round(share * 1000) % 10 == 0 else 1)


def look_at(query: Mapping[str, str], figures: ReleaseFigures, locale: Locale) -> tuple[Look, list[str]]:
    """What was asked for, as far as the release has it, and the names of what it has not."""
    periods, measures = figures.codes("TIME_PERIOD"), figures.codes("MEASURE")
    usual = next((measure for measure in SHOWN if measure in measures), next(iter(measures)))
    known = {"area": figures.areas, "period": periods, "show": measures}
    overlooked = [name for name, codes in known.items() if query.get(name) and query[name] not in codes]
    asked = {name: query[name] for name, codes in known.items() if query.get(name) in codes}
    area = figures.areas[asked["area"]] if "area" in asked else figures.top
    return Look(figures, locale, area, asked.get("period", figures.quarters[-1]), asked.get("show", usual)), overlooked


def _choices(figures: ReleaseFigures, look: Look) -> dict[str, Any]:
    measures = [measure for measure in SHOWN if measure in figures.codes("MEASURE")]
    return {
        "area_choices": [(area.code, look.place(area)) for area in figures.areas.values()],
        "period_choices": [
            (code, look.title("TIME_PERIOD", code)) for code in reversed(list(figures.codes("TIME_PERIOD")))
        ],
        "show_choices": [(code, look.title("MEASURE", code)) for code in measures],
    }


async def _spots(request: web.Request, figures: ReleaseFigures) -> dict[str, tuple[int, int]]:
    """Column and row of areas on the map of tiles, as the release has them. Older releases do not say: for them, the
    places of today, and none while nobody can say."""
    if any("place" in each for each in figures.said["areas"]):
        return {code: area.place for code, area in figures.areas.items() if area.place}
    try:
        places = await request.app[PLACES].all()
    except Unavailable:
        return {}
    known = {code: places.areas.get(f"areas/{code}") for code in figures.areas}
    return {code: (area.column, area.row) for code, area in known.items() if area}


def span(release: pb.Release, locale: Locale) -> str:
    """The periods in words, first to last."""
    quarters = [period for period in release.periods if "-" in period] or list(release.periods)
    return period_in_words(locale, quarters[0], quarters[-1])
