"""Releases as officials make them: the list of theirs, and one release with how far it is and what comes next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES, Places
from gateway.html.render import PAGE, page
from gateway.http.auth import Viewer, signed_in
from gateway.language.i18n import Locale
from gateway.web.official import release_labels as words
from gateway.web.official.release_time import USUAL
from gateway.web.site import area_choices
from ieum.people.v1.people_pb2 import BatchGetNamesRequest
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Forbidden

HERE = "/statistics/releases"
RELEASE = HERE + "/{release:[0-9a-z][0-9a-z-]{0,63}}"
ROLES = ("official", "administrator")
_UNDER_WAY = frozenset({pb.Release.BUILDING, pb.Release.SCHEDULED})
_SOON = 120
"""Seconds before it comes out from which on the page follows it."""

routes = web.RouteTableDef()


def require_official(request: web.Request) -> Viewer:
    viewer = signed_in(request)
    if not viewer.holds(*ROLES):
        raise Forbidden("ROLE_NEEDED")
    return viewer


def oversees(viewer: Viewer, places: Places, area: str, *roles: str) -> bool:
    held = {scope for role in roles for scope in viewer.principal.scopes(role)}
    return bool(held & {area_choices.EVERYWHERE, area, *area_choices.path_to(places, area)})


async def release_of(request: web.Request) -> pb.Release:
    asked = pb.GetReleaseRequest(name=f"releases/{request.match_info['release']}")
    return await request.app[CLIENTS].releases.GetRelease(asked)


def address(name: str) -> str:
    return f"{HERE}/{name.removeprefix('releases/')}"


@routes.get(HERE)
async def show_all(request: web.Request) -> web.Response:
    viewer, places, locale = require_official(request), await request.app[PLACES].all(), request[PAGE].locale
    asked = pb.ListReleasesRequest(all=True, page_size=25, page_token=request.query.get("page", ""))
    found = await request.app[CLIENTS].releases.ListReleases(asked)
    now = clock.now().timestamp()
    coming = sorted(
        (one for one in found.releases if one.state != pb.Release.PUBLISHED and one.publish_time.seconds > now),
        key=lambda one: one.publish_time.seconds,
    )
    return page(
        request, "official/releases.html",
        rows=[_row(locale, places, one) for one in found.releases],
        coming=[_row(locale, places, one) for one in coming],
        may_plan=viewer.holds("official"),
        next_page=found.next_page_token,
        first_page="page" not in request.query,
    )  # fmt: skip


def _row(locale: Locale, places: Places, one: pb.Release) -> dict[str, Any]:
    return {
        "release": one,
        "href": address(one.name),
        "title": locale.pick(one.title)[0],
        "state": words.state(locale, one),
        "area": area_choices.title(locale, places, one.area),
        "universe": words.universe(locale, one.universe),
        "publish_time": clock.moment(one.publish_time),
        "create_time": clock.moment(one.create_time),
    }


@routes.get(RELEASE)
async def show(request: web.Request) -> web.Response:
    require_official(request)
    return await release_page(request, await release_of(request), {})


async def release_page(request: web.Request, one: pb.Release, given: dict[str, str], **values: Any) -> web.Response:
    """`given` is what was typed into the form that sets the time."""
    viewer, places, locale = signed_in(request), await request.app[PLACES].all(), request[PAGE].locale
    publish_time = clock.moment(one.publish_time)
    follows = one.state in _UNDER_WAY and (publish_time is None or (publish_time - clock.now()).total_seconds() < _SOON)
    return page(
        request, "official/release.html",
        **(_row(locale, places, one) | {"here": address(one.name), "id": one.name.removeprefix("releases/")}),
        steps=words.steps(locale, one),
        periods=words.periods(locale, one.periods),
        as_of=clock.moment(one.as_of),
        cost=words.cost(locale, one.cost) if one.HasField("cost") else None,
        failure=words.failure(locale, places, one) if one.state == pb.Release.FAILED else None,
        names={} if follows else await _names(request, one),
        me=viewer.person,
        own=viewer.person == one.planned_by,
        may_work=oversees(viewer, places, one.area, "official"),
        may_approve=oversees(viewer, places, one.area, *ROLES) and viewer.person != one.planned_by,
        follows=follows,
        url=f"{request.scheme}://{request.host}{address(one.name)}",
        given=_usual_time(locale, publish_time) | {name: text for name, text in given.items() if text},
        note=locale.pick(one.note)[0],
        **({"errors": {}} | values),
    )  # fmt: skip


def _usual_time(locale: Locale, announced: datetime | None) -> dict[str, str]:
    """What the form that sets the time begins with: the day that was announced, while it is to come."""
    if announced is None or announced <= clock.now():
        return {"when": "now", "day": "", "time": USUAL}
    local = announced.astimezone(locale.timezone)
    return {"when": "later", "day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}


async def _names(request: web.Request, one: pb.Release) -> dict[str, str]:
    """Of who planned and who approved, for administrators; that they were looked at is noted."""
    people = sorted({one.planned_by, one.approved_by} - {""}) if signed_in(request).holds("administrator") else []
    asked = BatchGetNamesRequest(names=people, purpose=f"who made {one.name}")
    return dict((await request.app[CLIENTS].people.BatchGetNames(asked)).display_names) if people else {}
