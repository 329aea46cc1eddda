"""Areas, organisations and centres as administrators see and replace them: the whole list at once, from one file, once
they have seen what it would change; the last import can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField
from multidict import MultiMapping

from gateway.backend.clients import CLIENTS
from gateway.backend.places import IMPORT_SECONDS, PLACES, Places
from gateway.documents.csv_upload import WrongLine, decode
from gateway.html.render import PAGE, Flash, page
from gateway.http import csv_download, errors
from gateway.http.admission import takes_files
from gateway.http.auth import signed_in
from gateway.http.form import LONGEST_LINE, read_form
from gateway.language.i18n import Locale, msgid
from gateway.web.administrator import places_file, places_preview
from gateway.web.administrator.places_file import COLUMNS, PlaceList
from gateway.web.site import area_choices
from gateway.web.site.forms import REFUSED, status_of
from gateway.web.site.frame import go_to
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem, Refused

_HERE = "/admin/places"
_LARGEST_FILE = 1024 * 1024
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
    """First with a file, which shows what it would change; then with its text and the answers, which changes it."""
    signed_in(request, "administrator")
    locale = request[PAGE].locale
    form = await read_form(request, lambda name: _LARGEST_FILE if name == "text" else LONGEST_LINE)
    upload, text = form.get("file"), form.get("text")
    content = upload.file.read() if isinstance(upload, FileField) else text.encode() if isinstance(text, str) else b""
    if not content:
        return await _refused(request, locale.gettext("Choose a file first."), REFUSED)
    try:
        place_list = places_file.read(content)
        if text is None:
            return await _preview(request, pb.PreviewPlacesRequest(replacement=place_list.request), decode(content))
        return await _replace(request, place_list, _texts(form))
    except WrongLine as wrong:
        return await _refused(request, _line_words(locale, wrong), REFUSED)
    except Problem as problem:
        return await _refused(request, _problem_words(locale, problem, place_list), status_of(problem))


async def _replace(request: web.Request, place_list: PlaceList, form: Mapping[str, str]) -> web.Response:
    locale = request[PAGE].locale
    asked = pb.PreviewPlacesRequest(replacement=place_list.request)
    wanted = pb.ImportPlacesRequest(etag=form.get("etag", ""), moves=places_preview.moves(form))
    wanted.MergeFrom(place_list.request)
    if again := await _asked_again(request, asked, wanted.etag, form):
        return again
    await request.app[CLIENTS].people.ImportPlaces(wanted, timeout=IMPORT_SECONDS)
    request.app[PLACES].forget()
    counts = {
        "areas": len(wanted.areas),
        "organisations": len(wanted.organisations),
        "centres": len(wanted.centres),
    }
    words = msgid("%(areas)s areas, %(organisations)s organisations, %(centres)s centres.")
    flash = Flash(locale.gettext("The places are replaced"), locale.gettext(words) % counts)
    return go_to(_HERE, flash, request)


@routes.get(_HERE + "/undo")
async def show_previous(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    return await _preview(request, pb.PreviewPlacesRequest(previous=True))


@routes.post(_HERE + "/undo")
@takes_files("administrator")
async def restore(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    form = _texts(await read_form(request))
    asked = pb.PreviewPlacesRequest(previous=True)
    wanted = pb.RestorePlacesRequest(etag=form.get("etag", ""), moves=places_preview.moves(form))
    if again := await _asked_again(request, asked, wanted.etag, form):
        return again
    await request.app[CLIENTS].people.RestorePlaces(wanted, timeout=IMPORT_SECONDS)
    request.app[PLACES].forget()
    gettext = request[PAGE].locale.gettext
    return go_to(_HERE, Flash(gettext("The import is taken back"), gettext("The places are as before it.")), request)


def _texts(form: MultiMapping[Any]) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


async def _asked_again(
    request: web.Request, asked: pb.PreviewPlacesRequest, etag: str, form: Mapping[str, str]
) -> web.Response | None:
    """The preview again where an answer is missing, or where the list is not the one that was looked at."""
    preview = await request.app[CLIENTS].people.PreviewPlaces(asked)
    locale = request[PAGE].locale
    wrong = places_preview.unanswered(locale, preview, places_preview.moves(form))
    if etag != preview.etag and preview.changes:
        wrong = {"changes": errors.message(locale, Problem("PLACES_CHANGED")), **wrong}
    if not wrong:
        return None
    return await _preview(request, asked, form.get("text", ""), preview, status=REFUSED, chosen=form, errors=wrong)


async def _preview(
    request: web.Request,
    asked: pb.PreviewPlacesRequest,
    text: str = "",
    preview: pb.PlacesPreview | None = None,
    **values: Any,
) -> web.Response:
    if preview is None:
        preview = await request.app[CLIENTS].people.PreviewPlaces(asked)
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    values = {"chosen": {}, "errors": {}, "text": text, "undo": asked.previous, **values}
    return page(
        request,
        "administrator/places_preview.html",
        action=_HERE + "/undo" if asked.previous else _HERE,
        groups=places_preview.groups(locale, places, preview),
        questions=places_preview.questions(locale, places, preview),
        etag=preview.etag,
        changed=clock.moment(preview.import_time) if preview.HasField("import_time") else None,
        **values,
    )


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
    viewer = signed_in(request, "administrator")
    places = await request.app[PLACES].all()
    tops = branches(request[PAGE].locale, places)
    counts = (len(places.areas), len(places.organisations), len(places.centres))
    changed = await _imported(request) if viewer.principal.runs_everything else None
    return page(
        request,
        "administrator/places.html",
        tops=tops,
        counts=counts,
        columns=COLUMNS,
        kinds=KINDS,
        changed=changed,
        **values,
    )


async def _imported(request: web.Request) -> Any:
    """When the list was last replaced, if that can be taken back."""
    try:
        preview = await request.app[CLIENTS].people.PreviewPlaces(pb.PreviewPlacesRequest(previous=True))
    except Refused:
        return None
    return clock.moment(preview.import_time)
