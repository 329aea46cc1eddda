"""The code of the room on a screen: it changes every minute, and whoever types it in is present."""

from __future__ import annotations

import segno
from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.http.public_url import public_origin
from gateway.web.centre.class_staff import class_name
from gateway.web.learner.class_words import shown
from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Refused

routes = web.RouteTableDef()


@routes.get("/centre/classes/{class:[0-9a-z]{1,32}}/sessions/{session:[0-9]{1,3}}/code")
async def show(request: web.Request) -> web.Response:
    """The page asks for the next code by itself, also without a script."""
    signed_in(request)
    service, name, number = request.app[CLIENTS].classes, class_name(request), int(request.match_info["session"])
    class_ = await service.GetClass(pb.GetClassRequest(name=name))
    attendance = await service.GetAttendance(pb.GetAttendanceRequest(class_name=name, session=number))
    code, refused = pb.RoomCode(), ""
    try:
        code = await service.ShowRoomCode(pb.ShowRoomCodeRequest(class_name=name, session=number))
    except Refused as problem:
        refused = errors.message(request[PAGE].locale, problem)
    until = clock.moment(code.next_time)
    here = URL(public_origin(request)).join(URL("/here"))
    answer = page(
        request,
        "centre/room_code.html",
        shown=shown(request[PAGE].locale, await request.app[PLACES].all(), class_),
        back=f"/centre/{name}/sessions/{number}",
        code=code.code,
        # In the fragment, so that no log has it.
        picture=segno.make(f"{here}#{code.code}", error="m", micro=False).svg_data_uri(border=2),
        address=str(here).partition("://")[2],
        marked=sum(1 for mark in attendance.marks if mark.minutes),
        everybody=len(attendance.marks),
        refused=refused,
    )
    seconds = max(1, round((until - clock.now()).total_seconds()) + 1) if until else 60
    answer.headers["Refresh"] = str(seconds)
    return answer
