"""An administrator makes the computer at which they sit a shared one of the centre, and lets cards be used on it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import devices, errors
from gateway.http.auth import signed_in
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.people.v1 import cards_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

_HERE = "/centre/device"

routes = web.RouteTableDef()


@routes.get(_HERE)
@routes.get(_HERE + "/{verb:cards|remove}")
async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(request: web.Request, problem: Problem | None = None, **given: str) -> web.Response:
    signed_in(request, "administrator")
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    found = (await request.app[CLIENTS].cards.ListCentreDevices(pb.ListCentreDevicesRequest())).devices
    titles = {name: locale.pick(centre.title)[0] for name, centre in places.centres.items()}
    own = devices.centre_device(request)
    rows: list[dict[str, Any]] = [
        {
            "name": each.name,
            "title": each.display_name,
            "centre": titles.get(each.centre, each.centre),
            "made": clock.moment(each.make_time),
            "used": clock.moment(each.last_use_time) if each.HasField("last_use_time") else None,
            "here": each.name == own,
        }
        for each in found
    ]
    return page(
        request,
        "centre/device.html",
        status=status_of(problem) if problem else 200,
        fixed=devices.is_fixed(request),
        here=_HERE,
        rows=rows,
        with_cards=any(row["here"] for row in rows),
        centres=sorted(titles.items(), key=lambda each: each[1]),
        errors={problem.field or "display_name": errors.message(locale, problem)} if problem else {},
        values={"display_name": "", "centre": "", **given},
    )


@routes.post(_HERE)
async def change(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    shared = (await typed(request, "shared"))["shared"] == "1"
    gettext = request[PAGE].locale.gettext
    said = gettext("This computer is shared now") if shared else gettext("This computer is no longer a shared one")
    response = go_to(_HERE, Flash(said), request)
    devices.fix(request, response, shared)
    own = devices.centre_device(request)
    if own and not shared:
        await request.app[CLIENTS].cards.RemoveCentreDevice(pb.RemoveCentreDeviceRequest(name=own))
        devices.forget_centre_secret(request, response)
    return response


@routes.post(_HERE + "/cards")
async def let_cards(request: web.Request) -> web.Response:
    """It becomes a shared one, too."""
    signed_in(request, "administrator")
    given = await typed(request, "display_name", "centre")
    try:
        added = await request.app[CLIENTS].cards.AddCentreDevice(pb.AddCentreDeviceRequest(**given))
    except Problem as problem:
        errors.pass_on_proof(problem)
        return await _page(request, problem, **given)
    response = go_to(_HERE, Flash(request[PAGE].locale.gettext("Cards work on this computer now")), request)
    devices.fix(request, response, True)
    devices.keep_centre_secret(request, response, added.secret)
    return response


@routes.post(_HERE + "/remove")
async def remove(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    name = (await typed(request, "name"))["name"]
    await request.app[CLIENTS].cards.RemoveCentreDevice(pb.RemoveCentreDeviceRequest(name=name))
    response = go_to(_HERE, Flash(request[PAGE].locale.gettext("Cards are refused there from now on")), request)
    if name == devices.centre_device(request):
        devices.forget_centre_secret(request, response)
    return response
