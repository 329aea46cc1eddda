"""An administrator asks the residents of an area."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.web.site.forms import named, status_of, typed
from gateway.web.site.frame import SETTINGS, go_to
from ieum.surveys.v1 import surveys_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Invalid, Problem

routes = web.RouteTableDef()
_HERE = "/centre/polls/new"
_FIELDS = {name: name for name in ("question", "options", "centre")} | {"close_time": "closes", "area": "centre"}
_USUAL = timedelta(days=14)


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    closes = (clock.now() + _USUAL).astimezone(request.app[SETTINGS].zone).strftime("%Y-%m-%dT18:00")
    empty = dict.fromkeys(("question", "options", "centre"), "")
    return await _form(request, {**empty, "poll_id": clock.new_id(), "closes": closes})


async def _form(request: web.Request, values: Mapping[str, str], problem: Problem | None = None) -> web.Response:
    signed_in(request, "administrator")
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    centres = sorted((locale.pick(each.title)[0], name) for name, each in places.centres.items())
    return page(
        request,
        "centre/poll_form.html",
        status=status_of(problem) if problem else 200,
        values=values,
        centres=[("", locale.gettext("Choose")), *((name, title) for title, name in centres)],
        errors={named(problem, _FIELDS, "question"): errors.message(locale, problem)} if problem else {},
    )


@routes.post(_HERE)
async def create(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    values = await typed(request, "poll_id", "question", "options", "centre", "closes")
    try:
        poll = await request.app[CLIENTS].surveys.CreatePoll(await _request(request, values))
    except Problem as problem:
        return await _form(request, values, problem)
    flash = Flash(request[PAGE].locale.gettext("The poll is open"))
    return go_to(f"/{poll.name}", flash, request)


async def _request(request: web.Request, values: Mapping[str, str]) -> pb.CreatePollRequest:
    centre = (await request.app[PLACES].all()).centres.get(values["centre"])
    if centre is None:
        raise Invalid("VALUE_UNKNOWN", field="centre")
    try:
        local = datetime.fromisoformat(values["closes"])
    except ValueError as error:
        raise Invalid("MOMENT", field="closes") from error
    closes = local.replace(tzinfo=request.app[SETTINGS].zone).astimezone(UTC)
    return pb.CreatePollRequest(
        poll_id=values["poll_id"],
        centre=centre.name,
        area=centre.area,
        question=values["question"],
        options=[line.strip() for line in values["options"].splitlines() if line.strip()],
        close_time=clock.stamp(closes),
    )
