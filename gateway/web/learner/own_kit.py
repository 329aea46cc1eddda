"""A learner takes a course along on the own phone, to go on without network."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from gateway.backend import learning
from gateway.backend.clients import CLIENTS
from gateway.backend.kits import times_of
from gateway.html.render import PAGE, page
from gateway.http import devices
from gateway.http.auth import signed_in
from gateway.web.course.kept_steps import Reasons, answered, read_batch, record, steps_of
from gateway.web.course.taken_along import attempts_of, refused, taken_along
from gateway.web.learner.lesson_screen import content_of
from ieum.progress.v1.progress_pb2 import Progress
from services.chassis import clock
from services.chassis.clock import stamp
from services.chassis.errors import Missing, Problem, Refused

routes = web.RouteTableDef()
KEPT = timedelta(days=14)
_OWN = "/kit/own/{enrollment:[0-9A-Za-z-]{1,64}}"


@routes.get("/learning/{enrollment}/along")
async def show(request: web.Request) -> web.Response:
    progress = await _own_progress(request)
    locale = request[PAGE].locale
    return page(
        request,
        "learner/own_kit.html",
        title=locale.pick(progress.course_title)[0],
        back="/learning",
        # The script that fetches the course runs there. What follows # is not sent.
        app=f"/kit/#own-{request.match_info['enrollment']}",
        shared=devices.is_shared(request),
        days=KEPT.days,
    )


@routes.get(_OWN + "/content")
async def content(request: web.Request) -> web.Response:
    """All but the bytes of pictures and films."""
    try:
        progress = await _own_progress(request)
        if devices.is_shared(request):
            raise Refused("DEVICE_SHARED")
        taken = await taken_along(request, await content_of(request.app[CLIENTS], progress))
    except Problem as problem:
        return refused(request, problem)
    locale, now = request[PAGE].locale, clock.now()
    attempts = attempts_of(progress)
    own = {
        "title": taken["course"],
        "now": round(now.timestamp() * 1000),
        "ends": round((now + KEPT).timestamp() * 1000),
        "ends_words": locale.datetime(now + KEPT),
        "sessions": [],
        "people": [{"application": "", "name": signed_in(request).name, "attempts": attempts, "marks": {}}],
    }
    return web.json_response(taken | own)


@routes.post(_OWN + "/operations")
async def take(request: web.Request) -> web.Response:
    """Safe to repeat: a step records what is so already."""
    try:
        return answered(request, await _take(request))
    except Problem as problem:
        return refused(request, problem)


async def _take(request: web.Request) -> Reasons:
    progress, clients = await _own_progress(request), request.app[CLIENTS]
    sent, operations, reasons = await read_batch(request)
    times = times_of([each.wall for each in operations], sent, clock.now())
    stamped = [(each, stamp(time)) for each, time in zip(operations, times, strict=True)]
    kept = [(each, time) for each, time in stamped if time is not None and each.kind != "mark"]
    steps, unknown = steps_of(await content_of(clients, progress), kept)
    return reasons | unknown | await record(clients, progress.name, steps)


async def _own_progress(request: web.Request) -> Progress:
    viewer = signed_in(request)
    name = learning.progress_name(request.match_info["enrollment"])
    progress = await learning.get_progress(request.app[CLIENTS], name)
    if not viewer.owns(progress.person):
        raise Missing("PROGRESS_NOT_FOUND")
    return progress
