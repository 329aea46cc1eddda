"""One class for its staff: what is to be done, who has applied, and the dates."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from aiohttp import web

from gateway.backend.classes import list_applications
from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.web.learner.class_words import CHANNELS, REASONS, STATES, sessions_of, shown
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.classes.v1 import classes_pb2 as pb
from ieum.people.v1.people_pb2 import BatchGetNamesRequest, FindPersonRequest
from services.chassis import clock
from services.chassis.errors import Problem

routes = web.RouteTableDef()
_CLASS = "/centre/classes/{class:[0-9a-z]{1,32}}"
_APPLICATION = _CLASS + "/applications/{application:[0-9a-z]{1,32}}"
_AT_ONCE = 500
_ORDER = (pb.OFFERED, pb.CONFIRMED, pb.WAITING, pb.RECEIVED)


@routes.get(_CLASS)
async def show(request: web.Request) -> web.Response:
    return await class_page(request)


async def class_page(request: web.Request, problem: Problem | None = None) -> web.Response:
    signed_in(request)
    locale, clients = request[PAGE].locale, request.app[CLIENTS]
    class_ = await clients.classes.GetClass(pb.GetClassRequest(name=class_name(request)))
    applications = await list_applications(clients, class_name=class_.name)
    names = await names_of(request, class_.name, [each.person for each in applications])
    applications.sort(key=_order)
    admission = class_.details.admission
    return page(
        request,
        "centre/class_staff.html",
        status=status_of(problem) if problem else 200,
        here=f"/centre/{class_.name}",
        shown=shown(locale, await request.app[PLACES].all(), class_),
        class_=class_,
        copy_id=clock.new_id(),
        draft=class_.state == pb.DRAFT,
        running=class_.state in (pb.DRAFT, pb.PUBLISHED, pb.CLOSED),
        open=class_.state in (pb.PUBLISHED, pb.CLOSED),
        waits_for_word=class_.state == pb.CLOSED and bool(admission.public_word) and not class_.HasField("draw"),
        sessions=sessions_of(locale, class_),
        rows=[_row(request, each, names, admission) for each in applications],
        reasons=[(code, locale.gettext(REASONS[code])) for code in _REASONS_OF_STAFF],
        channels=[(str(number), locale.gettext(CHANNELS[number])) for number in (pb.COUNTER, pb.TELEPHONE)],
        refused=errors.message(locale, problem) if problem else "",
    )


_REASONS_OF_STAFF = ("NEEDS_HELP", "WALK_IN", "CORRECTION", "CLASS_FULL", "NOT_FOR_THIS_GROUP", "CANNOT_COME", "OTHER")


def _order(application: pb.Application) -> tuple[int, int, int]:
    state = application.state
    return (_ORDER.index(state) if state in _ORDER else len(_ORDER), application.place, _time_of(application))


def _time_of(application: pb.Application) -> int:
    return application.steps[0].time.seconds if application.steps else 0


def _row(
    request: web.Request, application: pb.Application, names: Mapping[str, str], admission: pb.Admission
) -> dict[str, Any]:
    locale = request[PAGE].locale
    group = admission.groups[application.group - 1] if 0 < application.group <= len(admission.groups) else ""
    return {
        "id": application.name.rpartition("/")[2],
        "href": f"/{application.name}",
        "name": names.get(application.person) or locale.gettext("Deleted account"),
        "state": locale.gettext(STATES[application.state]) if application.state in STATES else "",
        "place": application.place,
        "until": clock.moment(application.until),
        "channel": locale.gettext(CHANNELS[application.channel]) if application.channel in CHANNELS else "",
        "group": group,
        "time": clock.moment(application.steps[0].time) if application.steps else None,
        "waiting": application.state == pb.WAITING,
        "seatable": application.state not in (pb.CONFIRMED,) and bool(application.person),
        "active": application.state in _ORDER,
        "person": application.person,
        "note": application.note,
    }


async def names_of(request: web.Request, class_: str, people: list[str]) -> dict[str, str]:
    """Display names, whose look-up stands in the audit log."""
    wanted = sorted({person for person in people if person})
    names: dict[str, str] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        call = BatchGetNamesRequest(names=wanted[at : at + _AT_ONCE], purpose=f"list of {class_}")
        names |= dict((await request.app[CLIENTS].people.BatchGetNames(call)).display_names)
    return names


@routes.get(_CLASS + "/{verb:publish|close|cancel|copy|draw|add}")
@routes.get(_CLASS + "/sessions/{session:[0-9]{1,3}}/{verb:move|cancel}")
@routes.get(_APPLICATION + "/{verb:refuse|offer|seat|withdraw}")
async def show_again(request: web.Request) -> web.Response:
    """Where Back leads after a refusal."""
    return go_to(f"/centre/{class_name(request)}")


@routes.post(_CLASS + "/{verb:publish|close|cancel|draw}")
async def change_class(request: web.Request) -> web.Response:
    signed_in(request)
    given = await typed(request, "reason", "word")
    service, name, gettext = request.app[CLIENTS].classes, class_name(request), request[PAGE].locale.gettext
    call: Awaitable[Any]
    match request.match_info["verb"]:
        case "publish":
            call, said = service.PublishClass(pb.PublishClassRequest(name=name)), gettext("The class is published")
        case "close":
            call, said = service.CloseClass(pb.CloseClassRequest(name=name)), gettext("Applications are closed")
        case "draw":
            drawing = pb.DrawLotsRequest(name=name, word=given["word"])
            call, said = service.DrawLots(drawing), gettext("The lot is drawn")
        case _:
            cancelling = pb.CancelClassRequest(name=name, reason=given["reason"])
            call, said = service.CancelClass(cancelling), gettext("The class is cancelled")
    return await _done(request, call, said)


@routes.post(_CLASS + "/copy")
async def copy(request: web.Request) -> web.Response:
    signed_in(request)
    given = await typed(request, "first_day", "class_id")
    call = pb.CopyClassRequest(name=class_name(request), **given)
    try:
        copied = await request.app[CLIENTS].classes.CopyClass(call)
    except Problem as problem:
        return await class_page(request, problem)
    flash = Flash(request[PAGE].locale.gettext("This is a copy, kept as a draft"))
    return go_to(f"/centre/{copied.name}", flash, request)


@routes.post(_CLASS + "/sessions/{session:[0-9]{1,3}}/{verb:move|cancel}")
async def change_session(request: web.Request) -> web.Response:
    signed_in(request)
    given = await typed(request, "date", "start", "reason")
    service, name, gettext = request.app[CLIENTS].classes, class_name(request), request[PAGE].locale.gettext
    number = int(request.match_info["session"])
    if request.match_info["verb"] == "move":
        moving = pb.MoveSessionRequest(name=name, session=number, date=given["date"], start=given["start"])
        return await _done(request, service.MoveSession(moving), gettext("The date is moved"))
    cancelling = pb.CancelSessionRequest(name=name, session=number, reason=given["reason"])
    return await _done(request, service.CancelSession(cancelling), gettext("The date is cancelled"))


@routes.post(_CLASS + "/add")
async def add(request: web.Request) -> web.Response:
    """Applies for somebody, or gives them a seat by hand."""
    signed_in(request)
    given = await typed(request, "login", "channel", "how", "reason", "note")
    service, name, gettext = request.app[CLIENTS].classes, class_name(request), request[PAGE].locale.gettext
    channel = pb.TELEPHONE if given["channel"] == str(pb.TELEPHONE) else pb.COUNTER
    try:
        person = await find_person(request, given["login"])
    except Problem as problem:
        return await class_page(request, problem)
    if given["how"] == "apply":
        applying = pb.ApplyRequest(class_name=name, person=person, channel=channel)
        return await _done(request, service.Apply(applying), gettext("The application is received"))
    adding = pb.AddByHandRequest(
        class_name=name,
        person=person,
        channel=channel,
        reason=given["reason"],
        note=given["note"],
        walk_in=given["reason"] == "WALK_IN",
    )
    return await _done(request, service.AddByHand(adding), gettext("The seat is given"))


async def find_person(request: web.Request, login: str) -> str:
    """Of an account with this login. Raises Missing if there is none."""
    found = await request.app[CLIENTS].people.FindPerson(FindPersonRequest(login=login))
    return str(found.name)


@routes.post(_APPLICATION + "/{verb:refuse|offer|seat|withdraw}")
async def change_application(request: web.Request) -> web.Response:
    signed_in(request)
    given = await typed(request, "reason", "note", "person")
    service, gettext = request.app[CLIENTS].classes, request[PAGE].locale.gettext
    name = f"applications/{request.match_info['application']}"
    why: dict[str, Any] = {"reason": given["reason"], "note": given["note"]}
    call: Awaitable[Any]
    match request.match_info["verb"]:
        case "refuse":
            refusal = pb.RefuseApplicationRequest(name=name, **why)
            call, said = service.RefuseApplication(refusal), gettext("The application is refused")
        case "offer":
            call, said = service.OfferSeat(pb.OfferSeatRequest(name=name, **why)), gettext("The seat is offered")
        case "seat":
            adding = pb.AddByHandRequest(class_name=class_name(request), person=given["person"], **why)
            call, said = service.AddByHand(adding), gettext("The seat is given")
        case _:
            leaving = pb.WithdrawApplicationRequest(name=name, reason=given["reason"])
            call, said = service.WithdrawApplication(leaving), gettext("The application is withdrawn")
    return await _done(request, call, said)


async def _done(request: web.Request, call: Awaitable[Any], said: str) -> web.Response:
    try:
        await call
    except Problem as problem:
        return await class_page(request, problem)
    return go_to(f"/centre/{class_name(request)}", Flash(said), request)


def class_name(request: web.Request) -> str:
    return f"classes/{request.match_info['class']}"
