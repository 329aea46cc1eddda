"""The list of holidays, on which copied classes have no session: shown, and replaced from CSV or iCalendar."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiohttp import web
from aiohttp.web_request import FileField

from gateway.backend.clients import CLIENTS
from gateway.documents import csv_upload
from gateway.documents.csv_upload import WrongLine
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.http.form import read_form
from gateway.language.i18n import msgid
from gateway.web.site.forms import REFUSED, status_of
from gateway.web.site.frame import go_to
from ieum.classes.v1 import classes_pb2 as pb
from services.chassis.errors import Problem

routes = web.RouteTableDef()
_LARGEST_FILE = 500_000
_ALL_DAY = re.compile(r"DTSTART(?:;VALUE=DATE)?:(\d{4})(\d\d)(\d\d)$")


@routes.get("/admin/holidays")
async def show(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    return await _page(request)


async def _page(request: web.Request, text: str = "", refused: str = "", status: int = 200) -> web.Response:
    found = await request.app[CLIENTS].classes.ListHolidays(pb.ListHolidaysRequest())
    known = "\n".join(f"{each.date},{each.title}" for each in found.holidays)
    return page(
        request,
        "administrator/holidays.html",
        status=status,
        count=len(found.holidays),
        lines=text or known,
        errors={"lines": refused} if refused else {},
    )


@routes.post("/admin/holidays")
async def replace(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    form = await read_form(request, lambda name: 100_000)
    text, locale = str(form.get("lines", "")), request[PAGE].locale
    try:
        text = _uploaded(form.get("file")) or text
        holidays = [pb.Holiday(date=date, title=title) for date, title in read_holidays(text)]
        await request.app[CLIENTS].classes.ReplaceHolidays(pb.ReplaceHolidaysRequest(holidays=holidays))
    except WrongLine as wrong:
        words = locale.gettext("Line %(line)s: %(words)s") % {"line": wrong.line, "words": locale.gettext(wrong.words)}
        return await _page(request, text, words, REFUSED)
    except Problem as problem:
        return await _page(request, text, errors.message(locale, problem), status_of(problem))
    return go_to("/admin/holidays", Flash(locale.gettext("The holidays are kept")), request)


def _uploaded(file: object) -> str:
    if not isinstance(file, FileField):
        return ""
    return csv_upload.decode(file.file.read(_LARGEST_FILE))


def read_holidays(text: str) -> Iterator[tuple[str, str]]:
    """Date and title of each. Lines of "date,title", or an iCalendar file of all-day events."""
    if text.lstrip().startswith("BEGIN:VCALENDAR"):
        yield from _events(text)
        return
    for row in csv_upload.reader(text.encode()):
        if row and row[0].strip() and row[0].strip().lower() != "date":
            yield row[0].strip(), row[1].strip() if len(row) > 1 else ""


def _events(text: str) -> Iterator[tuple[str, str]]:
    """A rule of repetition is refused: lunar dates cannot be expanded, and offices name each day."""
    day = title = ""
    for number, line in enumerate(re.sub(r"\r?\n[ \t]", "", text).splitlines(), start=1):
        if line.startswith("RRULE"):
            raise WrongLine(number, msgid("an event repeats. Name each day by itself."))
        if match := _ALL_DAY.match(line):
            day = "-".join(match.groups())
        elif line.startswith("SUMMARY"):
            title = line.partition(":")[2].replace("\\,", ",")
        elif line == "END:VEVENT":
            if day:
                yield day, title
            day = title = ""
