"""What a device takes along of a class: its list, its attendance so far, its lessons, and which pictures and films."""

from __future__ import annotations

import asyncio
import base64

from aiohttp import web

from gateway.backend import learning
from gateway.backend.clients import CLIENTS, Clients
from gateway.backend.kits import run_of
from gateway.backend.names import id_of
from gateway.html.render import PAGE
from gateway.http.auth import signed_in
from gateway.web.centre.class_staff import names_of
from gateway.web.course.taken_along import Json, attempts_of, refused, taken_along
from ieum.classes.v1 import classes_pb2 as pb
from ieum.courses.v1.courses_pb2 import GetVersionRequest
from ieum.progress.v1.progress_pb2 import GetProgressRequest
from services.chassis import clock
from services.chassis.errors import Problem, Refused
from services.chassis.principal import SYSTEM, acting_as

routes = web.RouteTableDef()
_KIT = "/kit/{kit:[0-9a-z]{16}}"


@routes.get(_KIT + "/content")
async def content(request: web.Request) -> web.Response:
    """All but the bytes of pictures and films."""
    try:
        signed_in(request)
        return web.json_response(await _content(request))
    except Problem as problem:
        return refused(request, problem)


@routes.get(_KIT + "/key")
async def key(request: web.Request) -> web.Response:
    """For its holder, signed in: opens what the device keeps without the code."""
    try:
        signed_in(request)
        kit = await _open(request)
    except Problem as problem:
        return refused(request, problem)
    return web.json_response({"key": base64.b64encode(kit.key).decode()})


@routes.get(_KIT + "/state")
async def state(request: web.Request) -> web.Response:
    """Whether the device may keep what it took along, also for one at which nobody is signed in: who does not know the
    80 random bits of its name learns nothing."""
    try:
        with acting_as(SYSTEM):
            await _open(request)
    except Problem as problem:
        return refused(request, problem)
    return web.json_response({"state": "open"})


async def _open(request: web.Request) -> pb.Kit:
    call = pb.OpenKitRequest(name=f"kits/{request.match_info['kit']}")
    kit: pb.Kit = await request.app[CLIENTS].classes.OpenKit(call)
    return kit


async def _content(request: web.Request) -> Json:
    clients, kit, locale = request.app[CLIENTS], await _open(request), request[PAGE].locale
    ends = clock.moment(kit.end_time)
    if ends is None or ends <= clock.now():
        raise Refused("KIT_ENDED")
    class_ = await clients.classes.GetClass(pb.GetClassRequest(name=kit.class_name))
    lists = [
        await clients.classes.GetAttendance(pb.GetAttendanceRequest(class_name=class_.name, session=each.number))
        for each in class_.details.sessions
        if each.state != pb.SESSION_CANCELLED
    ]
    version = await clients.courses.GetVersion(GetVersionRequest(name=f"{class_.details.course}/versions/current"))
    taken = await taken_along(request, version.content)
    return taken | {
        "kit": id_of(kit.name),
        "key": base64.b64encode(kit.key).decode(),
        "title": class_.details.title or taken["course"],
        "now": round(clock.now().timestamp() * 1000),
        "ends": round(ends.timestamp() * 1000),
        "ends_words": locale.datetime(ends),
        "sessions": [_session(request, each.session) for each in lists],
        "people": await _people(request, class_, lists),
    }


def _session(request: web.Request, session: pb.Session) -> Json:
    start = clock.moment(session.start_time)
    words = request[PAGE].locale.datetime(start) if start else session.date
    return {"number": session.number, "words": words, "minutes": session.minutes, "start": session.start_time.seconds}


async def _people(request: web.Request, class_: pb.Class, lists: list[pb.Attendance]) -> list[Json]:
    """Everybody with a seat, in the order of the lists."""
    clients = request.app[CLIENTS]
    first = lists[0].marks if lists else []
    names = await names_of(request, class_.name, [mark.person for mark in first])
    attempts = await asyncio.gather(
        *(_attempts(clients, mark.person, class_.details.course) for mark in first if mark.person)
    )
    by_person = dict(zip([mark.person for mark in first if mark.person], attempts, strict=True))
    return [
        {
            "application": mark.application,
            "name": names[mark.person],
            "attempts": by_person[mark.person],
            "marks": {
                str(each.session.number): {"attended": found.attended, "minutes": found.minutes}
                for each in lists
                for found in each.marks
                if found.application == mark.application and found.attended
            },
        }
        for mark in first
        if mark.person in names
    ]


async def _attempts(clients: Clients, person: str, course: str) -> dict[str, int]:
    run = await run_of(clients, person, course)
    if run is None:
        return {}
    name = learning.progress_name(run.enrollment)
    with acting_as(SYSTEM):
        return attempts_of(await clients.progress.GetProgress(GetProgressRequest(name=name)))
