"""The attendance list of a session, on a phone."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from multidict import MultiMapping

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.http.form import read_texts
from gateway.language.i18n import Locale
from gateway.web.centre.class_staff import class_name, find_person, names_of
from gateway.web.learner.class_words import ATTENDED, shown
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Invalid, Problem

routes = web.RouteTableDef()
_SESSION = "/centre/classes/{class:[0-9a-z]{1,32}}/sessions/{session:[0-9]{1,3}}"


@dataclass(frozen=True)
class Line:
    """`out_of_reach`: the attendance that the course asks for. `log`: each recording of the mark, the last first."""

    id: str
    name: str
    attended: str
    minutes: str
    attended_minutes: int
    planned_minutes: int
    out_of_reach: bool
    log: list[str]


@routes.get(_SESSION)
async def show(request: web.Request) -> web.Response:
    signed_in(request)
    return await _list(request)


@routes.post(_SESSION)
async def mark(request: web.Request) -> web.Response:
    """One press marks all the others present; what differs from the list shown is marked as chosen."""
    signed_in(request)
    form, service = await read_texts(request), request.app[CLIENTS].classes
    try:
        call = pb.MarkAttendanceRequest(
            class_name=class_name(request),
            session=_number(request),
            marks=_marks(form),
            others_present=form.get("others") == "present",
            way=pb.SHEET if form.get("way") == "sheet" else pb.LIST,
        )
        await service.MarkAttendance(call)
    except Problem as problem:
        return await _list(request, problem, form)
    here = f"/centre/{class_name(request)}/sessions/{_number(request)}"
    return go_to(here, Flash(request[PAGE].locale.gettext("The list is kept")), request)


@routes.post(_SESSION + "/walk-in")
async def add_walk_in(request: web.Request) -> web.Response:
    """Somebody who came without a seat gets one on the spot, and stands on the list."""
    signed_in(request)
    login = (await typed(request, "login"))["login"].strip()
    try:
        person = await find_person(request, login)
        adding = pb.AddByHandRequest(
            class_name=class_name(request), person=person, channel=pb.COUNTER, reason="WALK_IN", walk_in=True
        )
        await request.app[CLIENTS].classes.AddByHand(adding)
    except Problem as problem:
        return await _list(request, problem)
    here = f"/centre/{class_name(request)}/sessions/{_number(request)}"
    return go_to(here, Flash(request[PAGE].locale.gettext("The seat is given")), request)


@routes.get(_SESSION + "/walk-in")
async def show_again(request: web.Request) -> web.Response:
    """Where Back leads after a refusal."""
    return go_to(f"/centre/{class_name(request)}/sessions/{_number(request)}")


def _marks(form: MultiMapping[str]) -> list[pb.WishedMark]:
    """Those whose state was chosen and is not the one that was shown."""
    marks: list[pb.WishedMark] = []
    for name, chosen in form.items():
        person = name.removeprefix("attended-")
        if person == name or chosen not in _CHOICES:
            continue
        minutes = form.get(f"minutes-{person}", "").strip()
        if (chosen, minutes) == (form.get(f"was-{person}", ""), form.get(f"wasminutes-{person}", "")):
            continue
        mark = pb.WishedMark(
            application=f"applications/{person}",
            attended=pb.Attended.ValueType(int(chosen)),
            reason=form.get("reason", ""),
        )
        if minutes and mark.attended in (pb.LATE, pb.LEFT_EARLY):
            mark.minutes = _minutes(minutes)
        marks.append(mark)
    return marks


_CHOICES = {str(number) for number in ATTENDED}


def _minutes(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Invalid("MINUTES_NEEDED", field="minutes")
    return int(text)


async def _list(
    request: web.Request,
    problem: Problem | None = None,
    form: MultiMapping[str] | None = None,
) -> web.Response:
    locale, clients, name = request[PAGE].locale, request.app[CLIENTS], class_name(request)
    class_ = await clients.classes.GetClass(pb.GetClassRequest(name=name))
    call = pb.GetAttendanceRequest(class_name=name, session=_number(request))
    attendance = await clients.classes.GetAttendance(call)
    people = [each.person for each in attendance.marks]
    names = await names_of(request, name, people + [entry.by for each in attendance.marks for entry in each.entries])
    return page(
        request,
        "centre/attendance.html",
        status=status_of(problem) if problem else 200,
        here=f"/centre/{name}/sessions/{_number(request)}",
        back=f"/centre/{name}",
        shown=shown(locale, await request.app[PLACES].all(), class_),
        number=_number(request),
        start=clock.moment(attendance.session.start_time),
        minutes=attendance.session.minutes,
        lines=[_line(locale, each, names, form) for each in attendance.marks],
        marked=sum(1 for each in attendance.marks if each.attended),
        choices=[
            ("", locale.gettext("Not marked")),
            *((str(key), locale.gettext(text)) for key, text in ATTENDED.items()),
        ],
        reason=form.get("reason", "") if form else "",
        refused=errors.message(locale, problem) if problem else "",
    )


def _states(locale: Locale) -> list[tuple[str, str]]:
    return [(str(number), locale.gettext(text)) for number, text in ATTENDED.items()]


def _line(locale: Locale, mark: pb.Mark, names: dict[str, str], form: MultiMapping[str] | None) -> Line:
    person = mark.application.rpartition("/")[2]
    attended = str(mark.attended) if mark.attended else ""
    minutes = str(mark.minutes) if mark.attended in (pb.LATE, pb.LEFT_EARLY) else ""
    return Line(
        id=person,
        name=names.get(mark.person) or locale.gettext("Deleted account"),
        attended=form.get(f"attended-{person}", attended) if form else attended,
        minutes=form.get(f"minutes-{person}", minutes) if form else minutes,
        attended_minutes=mark.attended_minutes,
        planned_minutes=mark.planned_minutes,
        out_of_reach=mark.attended_minutes + mark.possible_minutes < mark.needed_minutes,
        log=[_said(locale, entry, names) for entry in reversed(mark.entries)] if len(mark.entries) > 1 else [],
    )


def _said(locale: Locale, entry: pb.MarkEntry, names: dict[str, str]) -> str:
    time = clock.moment(entry.time)
    parts = [
        locale.datetime(time) if time else "",
        locale.gettext(ATTENDED[entry.attended]) if entry.attended in ATTENDED else "",
        locale.duration(entry.minutes) if entry.minutes else "",
        names.get(entry.by, ""),
        entry.reason,
    ]
    return " · ".join(filter(None, parts))


def _number(request: web.Request) -> int:
    return int(request.match_info["session"])
