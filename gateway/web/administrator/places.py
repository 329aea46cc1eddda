"""Areas, organisations and centres as administrators see and replace them: the whole list at once, from one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES, Places
from gateway.documents.csv_upload import WrongLine
from gateway.html.render import PAGE, Flash, page
from gateway.http import csv_download, errors
from gateway.http.admission import takes_files
from gateway.http.auth import signed_in
from gateway.http.form import read_form
from gateway.language.i18n import Locale, msgid
from gateway.web.administrator import places_file
from gateway.web.administrator.places_file import COLUMNS, PlaceList
from gateway.web.site import area_choices
from gateway.web.site.forms import REFUSED, status_of
from gateway.web.site.frame import go_to
from services.chassis.errors import Problem

_HERE = "/admin/places"
KINDS = {
    "PROVINCE": msgid("Province"),
    "CITY": msgid("City"),
    "COUNTY": msgid("County"),
    "DISTRICT": msgid("District"),
    "TOWN": msgid("Town or neighbourhood"),
}

routes = web.RouteTableDef()


@dataclass
class Branch:
    title: str
    code: str
    kind: str
    organisations: list[str] = field(default_factory=list)
    centres: list[str] = field(default_factory=list)
    inside: list[Branch] = field(default_factory=list)


def branches(locale: Locale, places: Places) -> list[Branch]:
    """The tree of areas, with the organisations and centres in each."""
    by_name = {
        area.name: Branch(
            locale.pick(area.title)[0], area.name.rpartition("/")[2], locale.gettext(KINDS.get(area.kind, area.kind))
        )
        for _, area in area_choices.tree(places)
    }
    tops: list[Branch] = []
    for name, branch in by_name.items():
        parent = by_name.get(places.areas[name].parent)
        (parent.inside if parent else tops).append(branch)
    for organisation in places.organisations.values():
        if organisation.area in by_name:
            by_name[organisation.area].organisations.append(locale.pick(organisation.title)[0])
    for centre in places.centres.values():
        if centre.area in by_name:
            by_name[centre.area].centres.append(locale.pick(centre.title)[0])
    return tops


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    return await _page(request)


@routes.get(_HERE + ".csv")
async def download(request: web.Request) -> web.Response:
    """Download the places as the file that `replace` reads. Places are public."""
    signed_in(request, "administrator")
    text = "\ufeff" + places_file.write(await request.app[PLACES].all())
    headers = {"Content-Disposition": 'attachment; filename="ieum-places.csv"'}
    return web.Response(text=text, content_type=csv_download.CSV, charset="utf-8", headers=headers)


@routes.post(_HERE)
@takes_files("administrator")
async def replace(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    locale = request[PAGE].locale
    upload = (await read_form(request)).get("file")
    content = upload.file.read() if isinstance(upload, FileField) else b""
    if not content:
        return await _refused(request, locale.gettext("Choose a file first."), REFUSED)
    try:
        place_list = places_file.read(content)
    except WrongLine as wrong:
        return await _refused(request, _line_words(locale, wrong), REFUSED)
    try:
        await request.app[CLIENTS].people.ImportPlaces(place_list.request)
    except Problem as problem:
        return await _refused(request, _problem_words(locale, problem, place_list), status_of(problem))
    request.app[PLACES].forget()
    counts = {
        "areas": len(place_list.request.areas),
        "organisations": len(place_list.request.organisations),
        "centres": len(place_list.request.centres),
    }
    words = msgid("%(areas)s areas, %(organisations)s organisations, %(centres)s centres.")
    flash = Flash(locale.gettext("The places are replaced"), locale.gettext(words) % counts)
    return go_to(_HERE, flash, request)


def _line_words(locale: Locale, line: WrongLine) -> str:
    what = locale.gettext(line.words) % line.details
    return locale.gettext("Line %(line)s: %(what)s Nothing was changed.") % {"line": line.line, "what": what}


def _problem_words(locale: Locale, problem: Problem, place_list: PlaceList) -> str:
    """What the people service found wrong, with the line of the place that it names."""
    words = errors.message(locale, problem)
    line = place_list.lines.get(problem.details.get("name", ""))
    named = {"line": line, "what": words}
    return locale.gettext("Line %(line)s: %(what)s Nothing was changed.") % named if line else words


async def _refused(request: web.Request, words: str, status: int) -> web.Response:
    return await _page(request, status=status, errors={"file": words})


async def _page(request: web.Request, **values: Any) -> web.Response:
    signed_in(request, "administrator")
    places = await request.app[PLACES].all()
    tops = branches(request[PAGE].locale, places)
    counts = (len(places.areas), len(places.organisations), len(places.centres))
    return page(request, "administrator/places.html", tops=tops, counts=counts, columns=COLUMNS, kinds=KINDS, **values)
