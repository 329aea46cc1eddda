"""Where learners type in the code that is shown in the room."""

from __future__ import annotations

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, page
from gateway.http import errors
from gateway.http.auth import VIEWER, signed_in
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.classes.v1 import classes_pb2 as pb
from services.chassis.errors import Problem

routes = web.RouteTableDef()


@routes.get("/here")
async def show(request: web.Request) -> web.Response:
    if request[VIEWER] is None:
        return go_to("/sign-in?next=/here")
    return page(request, "learner/here.html", errors={}, code="", title="")


@routes.post("/here")
async def check_in(request: web.Request) -> web.Response:
    signed_in(request)
    code = (await typed(request, "code"))["code"]
    service = request.app[CLIENTS].classes
    try:
        checked = await service.CheckIn(pb.CheckInRequest(code=code))
    except Problem as problem:
        words = {"code": errors.message(request[PAGE].locale, problem)}
        return page(request, "learner/here.html", status=status_of(problem), errors=words, code=code, title="")
    class_ = await service.GetClass(pb.GetClassRequest(name=checked.class_name))
    return page(request, "learner/here.html", errors={}, code="", title=class_.details.title)
