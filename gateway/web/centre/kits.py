"""Taking a class along on a device, to teach it without network; and which devices have it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.names import id_of
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import devices, errors
from gateway.http.auth import KIT_COOKIE, signed_in
from gateway.language.i18n import Locale
from gateway.web.centre.class_staff import class_name, names_of
from gateway.web.learner.class_words import shown
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.classes.v1 import classes_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

routes = web.RouteTableDef()
DAYS = ("1", "3", "7")
_USUAL_DAYS = "3"
_KITS = "/centre/classes/{class:[0-9a-z]{1,32}}/kit"
# As long as a device may send what was recorded on it: a week, and 30 days.
_SECONDS = 37 * 24 * 3600


@dataclass(frozen=True)
class ShownKit:
    id: str
    device: str
    holder: str
    state: str
    taken: datetime | None
    ends: datetime | None
    arrived: datetime | None
    revocable: bool


@routes.get(_KITS)
async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(request: web.Request, problem: Problem | None = None) -> web.Response:
    signed_in(request)
    locale, clients, name = request[PAGE].locale, request.app[CLIENTS], class_name(request)
    class_ = await clients.classes.GetClass(pb.GetClassRequest(name=name))
    kits = (await clients.classes.ListKits(pb.ListKitsRequest(class_name=name))).kits
    names = await names_of(request, name, [each.holder for each in kits])
    return page(
        request,
        "centre/kits.html",
        status=status_of(problem) if problem else 200,
        here=f"/centre/{name}/kit",
        back=f"/centre/{name}",
        shown=shown(locale, await request.app[PLACES].all(), class_),
        kit_id=clock.new_id(),
        days=[(each, _days(locale, int(each))) for each in DAYS],
        usual_days=_USUAL_DAYS,
        kits=[_shown(locale, each, names.get(each.holder, "")) for each in kits],
        refused=errors.message(locale, problem) if problem else "",
    )


def _days(locale: Locale, count: int) -> str:
    return locale.ngettext("%(num)s day", "%(num)s days", count) % {"num": count}


def _shown(locale: Locale, kit: pb.Kit, holder: str) -> ShownKit:
    ends, revoked = clock.moment(kit.end_time), clock.moment(kit.revoke_time)
    ended = ends is not None and ends <= clock.now()
    state = (
        locale.gettext("Taken back from the device")
        if revoked
        else locale.gettext("Ended")
        if ended
        else locale.gettext("In use")
    )
    return ShownKit(
        id=id_of(kit.name),
        device=kit.device or locale.gettext("A device"),
        holder=holder or locale.gettext("Deleted account"),
        state=state,
        taken=clock.moment(kit.take_time),
        ends=ends,
        arrived=clock.moment(kit.arrive_time),
        revocable=not revoked,
    )


@routes.post(_KITS)
async def take(request: web.Request) -> web.Response:
    signed_in(request)
    given = await typed(request, "kit_id", "days")
    taking = pb.TakeKitRequest(
        class_name=class_name(request),
        kit_id=given["kit_id"],
        device=devices.agent(request),
        days=int(given["days"]) if given["days"] in DAYS else 0,
    )
    try:
        kit = await request.app[CLIENTS].classes.TakeKit(taking)
    except Problem as problem:
        errors.pass_on_proof(problem)
        return await _page(request, problem)
    # The script that fetches the class runs there. What follows # is not sent, so that no log has it.
    response = go_to(f"/kit/#take-{id_of(kit.name)}")
    response.set_cookie(KIT_COOKIE, "1", max_age=_SECONDS, path="/", samesite="Lax", secure=request.secure)
    return response


@routes.get(_KITS + "/{kit:[0-9a-z]{16}}/revoke")
async def show_again(request: web.Request) -> web.Response:
    """Where Back leads after a refusal."""
    return go_to(f"/centre/{class_name(request)}/kit")


@routes.post(_KITS + "/{kit:[0-9a-z]{16}}/revoke")
async def revoke(request: web.Request) -> web.Response:
    signed_in(request)
    name = f"kits/{request.match_info['kit']}"
    try:
        await request.app[CLIENTS].classes.RevokeKit(pb.RevokeKitRequest(name=name))
    except Problem as problem:
        return await _page(request, problem)
    said = Flash(request[PAGE].locale.gettext("The device has lost the class"))
    return go_to(f"/centre/{class_name(request)}/kit", said, request)
