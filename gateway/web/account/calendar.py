"""Calendar feeds: the secret addresses by which a telephone or a computer shows one's classes, and the feed itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.http.public_url import public_origin
from gateway.language.i18n import msgid
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.notices.v1 import notices_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

_HERE = "/account/calendar"
_KINDS: Mapping[pb.CalendarKind.ValueType, str] = {
    pb.MINE: msgid("Classes in which I have a seat"),
    pb.TEACHING: msgid("Classes that I teach"),
    pb.OF_CENTRE: msgid("Classes of a centre"),
}

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(
    request: web.Request, address: str = "", problem: Problem | None = None, centre: str = ""
) -> web.Response:
    viewer, locale = signed_in(request), request[PAGE].locale
    places = await request.app[PLACES].all()
    calendars = (await request.app[CLIENTS].notices.ListCalendars(pb.ListCalendarsRequest())).calendars
    staff = bool(viewer.roles & {"instructor", "administrator"})
    titles = {name: locale.pick(each.title)[0] for name, each in places.centres.items()}
    rows = [
        {
            "id": each.name.rpartition("/")[2],
            "what": locale.gettext(_KINDS[each.kind]) if each.kind in _KINDS else "",
            "centre": titles.get(each.centre, ""),
            "since": clock.moment(each.create_time),
        }
        for each in calendars
    ]
    response = page(
        request,
        "account/calendar.html",
        status=status_of(problem) if problem else 200,
        rows=rows,
        address=address,
        kinds=[(str(kind), locale.gettext(text)) for kind, text in _KINDS.items() if staff or kind == pb.MINE],
        centres=[("", locale.gettext("Choose")), *sorted(titles.items(), key=lambda pair: pair[1])] if staff else [],
        centre=centre,
        errors={"centre": errors.message(locale, problem)} if problem else {},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@routes.post(_HERE)
async def create(request: web.Request) -> web.Response:
    """Shows the new address on this page alone."""
    signed_in(request)
    given = await typed(request, "kind", "centre")
    kind = next((kind for kind in _KINDS if str(kind) == given["kind"]), pb.MINE)
    call = pb.CreateCalendarRequest(kind=kind, centre=given["centre"], language=request[PAGE].locale.language)
    try:
        created = await request.app[CLIENTS].notices.CreateCalendar(call)
    except Problem as problem:
        return await _page(request, problem=problem, centre=given["centre"])
    return await _page(request, address=f"{public_origin(request)}/calendars/{created.secret}.ics")


@routes.post(_HERE + "/{calendar:[0-9a-z]{1,32}}/revoke")
async def revoke(request: web.Request) -> web.Response:
    signed_in(request)
    call = pb.RevokeCalendarRequest(name=f"calendars/{request.match_info['calendar']}")
    await request.app[CLIENTS].notices.RevokeCalendar(call)
    return go_to(_HERE, Flash(request[PAGE].locale.gettext("That address no longer works")), request)


@routes.get("/calendars/{secret:[0-9a-z]{1,64}}.ics")
async def feed(request: web.Request) -> web.Response:
    """For calendar programs, which ask every hour: what they have already is not sent again."""
    call = pb.GetCalendarFileRequest(secret=request.match_info["secret"])
    content = (await request.app[CLIENTS].notices.GetCalendarFile(call)).content
    tag = hashlib.sha256(content).hexdigest()[:32]
    headers = {"Cache-Control": "private, max-age=900", "X-Robots-Tag": "noindex", "ETag": f'"{tag}"'}
    if any(each.value == tag for each in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="ieum.ics"'
    return web.Response(body=content, content_type="text/calendar", charset="utf-8", headers=headers)
