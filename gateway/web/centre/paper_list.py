"""The paper list of a session: to print, as a spreadsheet, and typed in or uploaded again."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from aiohttp import web
from aiohttp.web_request import FileField
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.documents import attendance_sheet, csv
from gateway.documents.csv_upload import WrongLine, decode
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.http.form import read_form
from gateway.http.public_url import public_origin
from gateway.language.i18n import msgid
from gateway.web.centre.class_staff import class_name, names_of
from gateway.web.learner.class_words import ATTENDED, ShownClass, shown
from gateway.web.site.forms import REFUSED, status_of
from gateway.web.site.frame import go_to
from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Invalid, Problem

routes = web.RouteTableDef()
_SESSION = "/centre/classes/{class:[0-9a-z]{1,32}}/sessions/{session:[0-9]{1,3}}"
_LONGEST = 50_000
_LARGEST_FILE = 200_000


@dataclass(frozen=True)
class PaperList:
    """`marks` by their number on the list."""

    shown: ShownClass
    session: pb.Session
    code: str
    here: str
    marks: dict[int, pb.Mark]
    names: dict[str, str]

    def name_of(self, number: int) -> str:
        return self.names.get(self.marks[number].person, "") if number in self.marks else ""


async def _read(request: web.Request) -> PaperList:
    signed_in(request)
    name, number = class_name(request), int(request.match_info["session"])
    service = request.app[CLIENTS].classes
    attendance = await service.GetAttendance(pb.GetAttendanceRequest(class_name=name, session=number))
    class_ = await service.GetClass(pb.GetClassRequest(name=name))
    return PaperList(
        shown=shown(request[PAGE].locale, await request.app[PLACES].all(), class_),
        session=attendance.session,
        code=attendance_sheet.code_of(name, number),
        here=f"/centre/{name}/sessions/{number}",
        marks={mark.number: mark for mark in attendance.marks},
        names=await names_of(request, name, [each.person for each in attendance.marks]),
    )


@routes.get(_SESSION + "/sheet")
async def show_sheet(request: web.Request) -> web.Response:
    paper = await _read(request)
    address = str(URL(public_origin(request)).join(URL(paper.here + "/paper")))
    return page(
        request,
        "centre/attendance_sheet.html",
        paper=paper,
        start=clock.moment(paper.session.start_time),
        picture=segno.make(address, error="m", micro=False).svg_data_uri(border=2),
        lines=[(number, paper.name_of(number)) for number in paper.marks],
    )


@routes.get(_SESSION + "/sheet.csv")
async def download(request: web.Request) -> web.Response:
    paper = await _read(request)
    rows = attendance_sheet.rows(paper.code, list(paper.marks.values()), paper.names)
    headers = {"Content-Disposition": f'attachment; filename="{paper.code}.csv"'}
    text = "\ufeff" + csv.lines(rows)
    return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)


@routes.get("/centre/find")
async def find(request: web.Request) -> web.Response:
    """The page of the list with this code."""
    signed_in(request)
    found = attendance_sheet.read_code(request.query.get("code", ""))
    if found is None:
        raise Invalid("SHEET_CODE_WRONG", field="code")
    return go_to(f"/centre/{found[0]}/sessions/{found[1]}/paper")


@routes.get(_SESSION + "/paper")
async def show(request: web.Request) -> web.Response:
    return await _page(request, await _read(request), "")


@routes.post(_SESSION + "/paper")
async def read_list(request: web.Request) -> web.Response:
    """Shows first what would be kept; the second press keeps it. The same list twice changes nothing."""
    paper = await _read(request)
    form = await read_form(request, lambda name: _LONGEST if name == "lines" else 400)
    text, reason = str(form.get("lines", "")), str(form.get("reason", ""))
    try:
        text = _uploaded(form.get("file")) or text
        lines = _known(paper, attendance_sheet.read_lines(text, paper.code))
        if "keep" not in form:
            return await _page(request, paper, text, lines=lines, reason=reason)
        await request.app[CLIENTS].classes.MarkAttendance(_marks(paper, lines, reason))
    except WrongLine as wrong:
        gettext = request[PAGE].locale.gettext
        words = gettext("Line %(line)s: %(words)s") % {"line": wrong.line, "words": gettext(wrong.words)}
        return await _page(request, paper, text, words, status=REFUSED)
    except Problem as problem:
        words = errors.message(request[PAGE].locale, problem)
        return await _page(request, paper, text, words, status_of(problem), reason=reason)
    return go_to(paper.here, Flash(request[PAGE].locale.gettext("The list is kept")), request)


def _uploaded(file: object) -> str:
    """The text of a file, "" for none. UTF-16 is what spreadsheets call Unicode text."""
    if not isinstance(file, FileField):
        return ""
    content = file.file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise WrongLine(1, msgid("the file is too large for a list."))
    return content.decode("utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else decode(content)


def _known(paper: PaperList, lines: list[attendance_sheet.Line]) -> list[attendance_sheet.Line]:
    for line in lines:
        if line.number not in paper.marks:
            raise Invalid("NUMBER_NOT_ON_LIST", field="lines", number=line.number)
    return lines


def _marks(paper: PaperList, lines: list[attendance_sheet.Line], reason: str) -> pb.MarkAttendanceRequest:
    return pb.MarkAttendanceRequest(
        class_name=paper.shown.name,
        session=paper.session.number,
        marks=[
            pb.WishedMark(
                application=paper.marks[line.number].application,
                attended=line.attended,
                minutes=line.minutes,
                reason=reason,
            )
            for line in lines
        ],
        way=pb.SHEET,
    )


async def _page(
    request: web.Request,
    paper: PaperList,
    text: str,
    refused: str = "",
    status: int = 200,
    lines: list[attendance_sheet.Line] | None = None,
    reason: str = "",
) -> web.Response:
    locale = request[PAGE].locale
    preview = [
        (line.number, paper.name_of(line.number), locale.gettext(ATTENDED[line.attended]), line.minutes)
        for line in lines or ()
    ]
    return page(
        request,
        "centre/paper_list.html",
        status=status,
        paper=paper,
        start=clock.moment(paper.session.start_time),
        lines=text,
        preview=preview,
        reason=reason,
        refused=refused,
    )
