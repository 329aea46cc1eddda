"""Classes near the reader, the page of a class, and where an application stands."""

from __future__ import annotations

import csv
import io

from aiohttp import web
from yarl import URL

from gateway.backend.classes import list_applications, list_classes, nearest_first
from gateway.backend.clients import CLIENTS
from gateway.backend.names import id_of
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import VIEWER, signed_in
from gateway.web.course import outline
from gateway.web.course.attendance_words import shown_attendance
from gateway.web.learner.class_words import STATES, sessions_of, shown, steps_of
from gateway.web.learner.course_progress import standings
from gateway.web.site.forms import typed
from gateway.web.site.frame import go_to
from ieum.classes.v1 import classes_pb2 as pb
from ieum.courses.v1.courses_pb2 import GetVersionRequest
from services.chassis import clock
from services.chassis.errors import Problem

routes = web.RouteTableDef()
_CLASS = "/classes/{class:[0-9a-z]{1,32}}"
_APPLICATION = "/applications/{application:[0-9a-z]{1,32}}"


@routes.get("/classes")
async def show_classes(request: web.Request) -> web.Response:
    locale, viewer = request[PAGE].locale, request[VIEWER]
    places = await request.app[PLACES].all()
    area = viewer.principal.area if viewer else ""
    classes = nearest_first(await list_classes(request.app[CLIENTS]), area)
    rows = [shown(locale, places, each) for each in classes]
    return page(request, "learner/classes.html", classes=rows)


@routes.get(_CLASS)
async def show_class(request: web.Request) -> web.Response:
    return await _class_page(request)


async def _class_page(request: web.Request, problem: Problem | None = None) -> web.Response:
    locale, clients = request[PAGE].locale, request.app[CLIENTS]
    class_ = await clients.classes.GetClass(pb.GetClassRequest(name=_class(request)))
    others = await list_classes(clients, course=class_.details.course)
    places = await request.app[PLACES].all()
    return page(
        request,
        "learner/class.html",
        status=errors.status_of(problem) if problem else 200,
        shown=shown(locale, places, class_),
        sessions=sessions_of(locale, class_),
        groups=[(str(place), text) for place, text in enumerate(class_.details.admission.groups, start=1)],
        draw=class_.draw if class_.HasField("draw") else None,
        commitment=class_.commitment,
        managed=class_.managed,
        before=await _courses_before(request, class_.details.admission),
        application=await _own(request, class_.name),
        others=[shown(locale, places, each) for each in others if each.name != class_.name],
        refused=errors.message(locale, problem) if problem else "",
    )


async def _courses_before(request: web.Request, admission: pb.Admission) -> list[tuple[str, str]]:
    """Address and title of each course that has to be completed first."""
    found = []
    for course in dict.fromkeys([*admission.requires_all, *admission.requires_any]):
        version = await request.app[CLIENTS].courses.GetVersion(GetVersionRequest(name=f"{course}/versions/current"))
        found.append((f"/{course}", outline.course_of(request[PAGE].locale, version).title))
    return found


async def _own(request: web.Request, class_name: str) -> str:
    """The address of the reader's application for this class, or ""."""
    viewer = request[VIEWER]
    if viewer is None:
        return ""
    mine = await list_applications(request.app[CLIENTS], person=viewer.person)
    return next((f"/{each.name}" for each in mine if each.class_name == class_name), "")


@routes.get(_CLASS + "/apply")
async def show_again(request: web.Request) -> web.Response:
    """Where Back leads after an application that was refused."""
    return go_to(f"/{_class(request)}")


@routes.post(_CLASS + "/apply")
async def apply(request: web.Request) -> web.Response:
    name = _class(request)
    if request[VIEWER] is None:
        return go_to(str(URL("/sign-in").with_query(next=f"/{name}")))
    group = (await typed(request, "group"))["group"]
    call = pb.ApplyRequest(class_name=name, group=int(group) if group.isascii() and group.isdigit() else 0)
    try:
        application = await request.app[CLIENTS].classes.Apply(call)
    except Problem as problem:
        return await _class_page(request, problem)
    return go_to(f"/{application.name}", Flash(_said(request, application)), request)


def _said(request: web.Request, application: pb.Application) -> str:
    gettext = request[PAGE].locale.gettext
    if application.state == pb.CONFIRMED:
        return gettext("You have a seat")
    if application.state == pb.WAITING:
        return gettext("You are on the waiting list")
    return gettext("We have your application")


@routes.get(_CLASS + "/draw.csv")
async def download_draw(request: web.Request) -> web.Response:
    """The list that the lot was drawn from, as `python -m services.classes draw` reads it."""
    answer = await request.app[CLIENTS].classes.GetDrawList(pb.GetDrawListRequest(name=_class(request)))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("application", "tier"))
    writer.writerows((id_of(entry.application), entry.tier) for entry in answer.entries)
    headers = {"Content-Disposition": 'attachment; filename="ieum-draw.csv"'}
    return web.Response(text=text.getvalue(), content_type="text/csv", charset="utf-8", headers=headers)


@routes.get("/applications")
async def show_applications(request: web.Request) -> web.Response:
    viewer, locale = signed_in(request), request[PAGE].locale
    clients, places = request.app[CLIENTS], await request.app[PLACES].all()
    rows = []
    for application in await list_applications(clients, person=viewer.person):
        class_ = await clients.classes.GetClass(pb.GetClassRequest(name=application.class_name))
        state = locale.gettext(STATES[application.state]) if application.state in STATES else ""
        rows.append((f"/{application.name}", shown(locale, places, class_), state))
    return page(request, "learner/applications.html", rows=rows)


@routes.get(_APPLICATION)
async def show_application(request: web.Request) -> web.Response:
    return await _application_page(request)


async def _application_page(request: web.Request, problem: Problem | None = None) -> web.Response:
    viewer = signed_in(request)
    locale, clients = request[PAGE].locale, request.app[CLIENTS]
    application = await clients.classes.GetApplication(pb.GetApplicationRequest(name=_application(request)))
    class_ = await clients.classes.GetClass(pb.GetClassRequest(name=application.class_name))
    mine = await standings(clients, application.person) if viewer.owns(application.person) else ()
    attendance = [each for standing in mine for each in standing.classes if each.class_name == class_.name]
    return page(
        request,
        "learner/application.html",
        status=errors.status_of(problem) if problem else 200,
        here=f"/{application.name}",
        number=id_of(application.name),
        shown=shown(locale, await request.app[PLACES].all(), class_),
        sessions=sessions_of(locale, class_),
        steps=steps_of(locale, application),
        state=locale.gettext(STATES[application.state]) if application.state in STATES else "",
        place=application.place,
        until=clock.moment(application.until),
        offered=application.state == pb.OFFERED,
        confirmed=application.state == pb.CONFIRMED,
        active=application.state in (pb.RECEIVED, pb.WAITING, pb.OFFERED, pb.CONFIRMED),
        note=application.note,
        attendance=shown_attendance(locale, attendance),
        refused=errors.message(locale, problem) if problem else "",
    )


@routes.post(_APPLICATION + "/{verb:accept|decline|withdraw}")
async def answer_offer(request: web.Request) -> web.Response:
    signed_in(request)
    service, name, verb = request.app[CLIENTS].classes, _application(request), request.match_info["verb"]
    gettext = request[PAGE].locale.gettext
    try:
        if verb == "accept":
            await service.AcceptOffer(pb.AcceptOfferRequest(name=name))
            flash = Flash(gettext("The seat is yours"))
        elif verb == "decline":
            await service.DeclineOffer(pb.DeclineOfferRequest(name=name))
            flash = Flash(gettext("You have declined the seat"), gettext("It goes to the next in line."))
        else:
            await service.WithdrawApplication(pb.WithdrawApplicationRequest(name=name))
            flash = Flash(gettext("Your application is withdrawn"), gettext("You may apply again while it is open."))
    except Problem as problem:
        return await _application_page(request, problem)
    return go_to(f"/{name}", flash, request)


@routes.get(_APPLICATION + "/{verb:accept|decline|withdraw}")
async def show_application_again(request: web.Request) -> web.Response:
    """Where Back leads after a refusal."""
    return go_to(f"/{_application(request)}")


def _class(request: web.Request) -> str:
    return f"classes/{request.match_info['class']}"


def _application(request: web.Request) -> str:
    return f"applications/{request.match_info['application']}"
