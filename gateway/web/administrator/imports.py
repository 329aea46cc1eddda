"""Reading in a file of people: upload, columns, dry run, approval, progress, taking it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.documents import csv, table_file
from gateway.documents.csv_upload import WrongLine
from gateway.documents.table_file import Table
from gateway.html.render import PAGE, Flash, page
from gateway.http import csv_download, errors
from gateway.http.admission import takes_files
from gateway.http.auth import signed_in
from gateway.http.form import read_form, read_texts
from gateway.language.i18n import Locale
from gateway.web.administrator import import_words
from gateway.web.administrator.import_words import FIELDS, SHOWN, STATES
from gateway.web.site import area_choices
from gateway.web.site.forms import REFUSED, status_of
from gateway.web.site.frame import go_to
from ieum.people.v1 import imports_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

_HERE = "/admin/imports"
_IMPORT = _HERE + "/{import:[0-9a-z]{16}}"
_LARGEST_FILE = 16 * 1024 * 1024
_AT_ONCE, _SHOWN_LINES, _DOWNLOADED = 2_000, 50, 1_000
_SAMPLE = 3
_AT_WORK = (pb.IMPORT_PLANNING, pb.IMPORT_APPLYING, pb.IMPORT_UNDOING)

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show_all(request: web.Request) -> web.Response:
    return await _list(request)


async def _list(request: web.Request, wrong: str = "", status: int = 200) -> web.Response:
    signed_in(request, "administrator")
    locale = request[PAGE].locale
    found = (await request.app[CLIENTS].imports.ListImports(pb.ListImportsRequest())).imports
    rows = [
        (f"/admin/{each.name}", each.file_name, clock.moment(each.create_time), each.lines, _state(locale, each))
        for each in found
    ]
    wrongs = {"file": wrong} if wrong else {}
    return page(request, "administrator/imports.html", status=status, rows=rows, errors=wrongs)


def _state(locale: Locale, imported: pb.Import) -> str:
    return locale.gettext(STATES.get(imported.state, ""))


@routes.post(_HERE)
@takes_files("administrator")
async def upload(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    locale = request[PAGE].locale
    file = (await read_form(request)).get("file")
    if not isinstance(file, FileField):
        return await _list(request, locale.gettext("Choose a file first."), REFUSED)
    content = file.file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        return await _list(request, locale.gettext("The file is larger than 16 MB. Cut it into several."), REFUSED)
    try:
        name = await _store(request, file.filename, await table_file.read(content))
    except WrongLine as wrong:
        words = locale.gettext(wrong.words) % wrong.details
        said = locale.gettext("Line %(line)s: %(words)s") % {"line": wrong.line, "words": words}
        return await _list(request, said, REFUSED)
    except Problem as problem:
        return await _list(request, errors.message(locale, problem), status_of(problem))
    return go_to(f"/admin/{name}")


async def _store(request: web.Request, file_name: str, table: Table) -> str:
    client, key = request.app[CLIENTS].imports, clock.new_id()
    created = await client.CreateImport(
        pb.CreateImportRequest(
            import_id=key, file_name=file_name, file_hash=table.digest, encoding=table.encoding, header=table.header
        )
    )
    for first, rows in table.filled(_AT_ONCE):
        lines = [pb.ImportCells(cells=row) for row in rows]
        await client.AddImportLines(pb.AddImportLinesRequest(name=created.name, first=first, lines=lines))
    return str(created.name)


def _name(request: web.Request) -> str:
    return f"imports/{request.match_info['import']}"


async def _get(request: web.Request) -> pb.Import:
    return await request.app[CLIENTS].imports.GetImport(pb.GetImportRequest(name=_name(request)))


@routes.get(_IMPORT)
async def show(request: web.Request) -> web.Response:
    return await _page(request)


@routes.get(_IMPORT + "/{verb:plan|approve|undo}")
async def show_again(request: web.Request) -> web.Response:
    """Where Back leads after a refusal."""
    return go_to(f"/admin/{_name(request)}")


async def _page(request: web.Request, wrong: str = "", status: int = 200) -> web.Response:
    viewer = signed_in(request, "administrator")
    locale, places, imported = request[PAGE].locale, await request.app[PLACES].all(), await _get(request)
    chosen = request.query.get("show", "")
    columns = list(imported.columns) or import_words.guess(imported.header)
    held = viewer.principal.scopes("administrator")
    areas = [each for each in area_choices.areas_within(locale, places, held) if each[0] != area_choices.EVERYWHERE]
    at_work = imported.state in _AT_WORK
    return page(
        request,
        "administrator/import.html",
        status=status,
        imported=imported,
        here=f"/admin/{imported.name}",
        state=_state(locale, imported),
        loading=imported.state == pb.IMPORT_LOADING,
        planned=imported.state == pb.IMPORT_PLANNED,
        applied=imported.state == pb.IMPORT_APPLIED,
        at_work=at_work,
        columns=[
            {"heading": heading or f"{number}", "is": is_, "sample": sample}
            for number, (heading, is_, sample) in enumerate(
                zip(imported.header, columns, await _samples(request, imported, at_work), strict=True), start=1
            )
        ],
        field_choices=[("", locale.gettext("is not read")), *((name, locale.gettext(FIELDS[name])) for name in FIELDS)],
        area_choices=[("", locale.gettext("Every line says it")), *areas],
        until=clock.moment(imported.expire_time),
        shown=[
            (key, locale.gettext(SHOWN[key][0]), imported.counts[key], key == chosen)
            for key in SHOWN
            if imported.counts.get(key, 0)
        ],
        errors={"columns": wrong} if wrong else {},
        **(await _lines(request, imported, chosen) if chosen in SHOWN and not at_work else _NO_LINES),
    )


_NO_LINES: dict[str, Any] = {"lines": [], "following": ""}


async def _samples(request: web.Request, imported: pb.Import, at_work: bool) -> list[str]:
    """For each column the first cells below its heading."""
    if at_work:
        return [""] * len(imported.header)
    asked = pb.ListImportLinesRequest(name=imported.name, page_size=_SAMPLE)
    lines = (await request.app[CLIENTS].imports.ListImportLines(asked)).lines
    return [
        ", ".join(line.cells[place] for line in lines if place < len(line.cells) and line.cells[place])
        for place in range(len(imported.header))
    ]


async def _lines(request: web.Request, imported: pb.Import, chosen: str) -> dict[str, Any]:
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    asked = pb.ListImportLinesRequest(
        name=imported.name, page_size=_SHOWN_LINES, page_token=request.query.get("page", ""), **SHOWN[chosen][1]
    )
    answer = await request.app[CLIENTS].imports.ListImportLines(asked)
    more = URL(f"/admin/{imported.name}").with_query(show=chosen, page=answer.next_page_token)
    rows = [(line.number, import_words.sentences(locale, places, imported, line), _href(line)) for line in answer.lines]
    return {"lines": rows, "following": str(more) if answer.next_page_token else ""}


def _href(line: pb.ImportLine) -> str:
    is_there = line.verdict != pb.LINE_NEW or line.outcome == pb.LINE_APPLIED
    return f"/centre/counter/{line.person.removeprefix('people/')}" if line.person and is_there else ""


@routes.post(_IMPORT + "/{verb:plan|approve|undo}")
async def act(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    form, client, name = await read_texts(request), request.app[CLIENTS].imports, _name(request)
    try:
        match request.match_info["verb"]:
            case "plan":
                columns = form.getall("column", [])
                await client.PlanImport(pb.PlanImportRequest(name=name, columns=columns, area=form.get("area", "")))
            case "approve":
                plan = form.get("plan_hash", "")
                await client.ApproveImport(pb.ApproveImportRequest(name=name, plan_hash=plan))
            case _:
                await client.UndoImport(pb.UndoImportRequest(name=name))
    except Problem as problem:
        return await _page(request, errors.message(request[PAGE].locale, problem), status_of(problem))
    return go_to(f"/admin/{name}", Flash(request[PAGE].locale.gettext("It has begun")), request)


@routes.get(_IMPORT + "/lines.csv")
async def download(request: web.Request) -> web.StreamResponse:
    """The file as it came, with a column of what is to be said of each line."""
    signed_in(request, "administrator")
    imported = await _get(request)
    return await csv_download.stream(request, "ieum-import.csv", _downloaded(request, imported))


async def _downloaded(request: web.Request, imported: pb.Import) -> AsyncIterator[str]:
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    width = len(imported.header)
    yield csv.lines([[*imported.header, locale.gettext("What Ieum says"), locale.gettext("Line")]])
    asked = pb.ListImportLinesRequest(name=imported.name, page_size=_DOWNLOADED)
    while True:
        answer = await request.app[CLIENTS].imports.ListImportLines(asked)
        rows: list[list[csv.Cell]] = []
        for line in answer.lines:
            cells = [*line.cells, *[""] * (width - len(line.cells))]
            said = " ".join(import_words.sentences(locale, places, imported, line))
            rows.append([*cells, said, line.number])
        yield csv.lines(rows)
        if not answer.next_page_token:
            return
        asked.page_token = answer.next_page_token
