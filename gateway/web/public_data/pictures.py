"""The charts of a release as pictures to put elsewhere, PNG and SVG, beside its files, which never change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping

from aiohttp import hdrs, web

from gateway.backend.conditions import is_known
from gateway.backend.published_releases import PUBLISHED_RELEASES
from gateway.documents.picture import MEDIA, Bar, Picture, drawn
from gateway.html.render import PAGE
from gateway.language.i18n import Locale
from gateway.web.public_data.cells import HIDDEN_WORDS, number
from gateway.web.public_data.pages import EDITION, RELEASE, edition_of, look_at
from gateway.web.public_data.release_view import Look, Section
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis.errors import Missing

routes = web.RouteTableDef()

_MOST = 100
"""Pictures that a process keeps: each takes a core 0.15 s to draw, and anybody may ask."""
PICTURES = web.AppKey("release_pictures", OrderedDict[tuple[str, ...], bytes])


@routes.get(f"/data/{RELEASE}/{EDITION}/charts/{{section:[a-z0-9-]{{1,40}}}}.{{form:png|svg}}")
async def send(request: web.Request) -> web.Response:
    release, locale = await edition_of(request), request[PAGE].locale
    figures = await request.app[PUBLISHED_RELEASES].figures(release)
    look, overlooked = look_at(request.query, figures, locale)
    section = next((each for each in look.sections({}) if each.name == request.match_info["section"]), None)
    if section is None or overlooked or not section.labels:
        raise Missing("FILE_NOT_FOUND")
    form = request.match_info["form"]
    key = (release.name, release.checksum, section.name, look.area.code, look.period, look.show, locale.language, form)
    headers: Mapping[str, str] = {
        hdrs.ETAG: f'"{"-".join(key[1:])}"',
        hdrs.CACHE_CONTROL: "no-cache",
        hdrs.VARY: "Cookie, Accept-Language",
        hdrs.CONTENT_TYPE: MEDIA[form],
        hdrs.CONTENT_DISPOSITION: f'inline; filename="{release.series.partition("/")[2]}-{section.name}.{form}"',
    }
    if is_known(request, headers):
        return web.Response(status=304, headers=headers)
    kept = request.app[PICTURES]
    body = kept.get(key) or await drawn(
        request, _picture(release, look, section, locale, request[PAGE].site.name), form
    )
    kept[key] = body
    while len(kept) > _MOST:
        kept.popitem(last=False)
    return web.Response(body=body, headers=headers)


def _picture(release: pb.Release, look: Look, section: Section, locale: Locale, site: str) -> Picture:
    period = [] if section.kind == "lines" else [look.title("TIME_PERIOD", look.period)]
    labels = [label.replace("\n", " ") for label in section.labels]
    return Picture(
        language=locale.language,
        title=f"{look.title('MEASURE', look.show)}: {section.title}",
        subtitle=", ".join([look.place(look.area), *period]),
        bars=[
            Bar(label, value, text)
            for label, value, text in zip(labels, section.drawn, _texts(section, locale), strict=True)
        ],
        source=locale.gettext("Source: %(site)s, %(title)s, edition %(number)s")
        % {"site": site, "title": locale.pick(release.title)[0], "number": release.edition},
    )


def _texts(section: Section, locale: Locale) -> Iterator[str]:
    """As the table beside the chart writes them."""
    for cell, value in zip(section.cells, section.drawn, strict=True):
        if cell and cell.value is not None:
            yield number(cell.value, cell.unit, locale)
        else:
            yield value if isinstance(value, str) else locale.gettext(HIDDEN_WORDS)
