"""Releases as officials make them: the list of theirs, and one release with how far it is and what comes next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES, Places
from gateway.backend.published_releases import key_of
from gateway.html.render import PAGE, page
from gateway.http.auth import Viewer, signed_in
from gateway.http.public_url import public_origin
from gateway.language.i18n import Locale
from gateway.web.official import release_labels as words
from gateway.web.official.release_time import USUAL
from gateway.web.site import area_choices
from ieum.people.v1.people_pb2 import BatchGetNamesRequest
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis import clock, typesetting
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
    return f"{HERE}/{key_of(name)}"


@routes.get(HERE)
async def show_all(request: web.Request) -> web.Response:
    viewer, places, locale = require_official(request), await request.app[PLACES].all(), request[PAGE].locale
    asked = pb.ListReleasesRequest(all=True, page_size=25, page_token=request.query.get("page", ""))
    listed = await request.app[CLIENTS].releases.ListReleases(asked)
    now = clock.now().timestamp()
    coming = sorted(
        (
            release
            for release in listed.releases
            if release.state != pb.Release.PUBLISHED and release.publish_time.seconds > now
        ),
        key=lambda release: release.publish_time.seconds,
    )
    return page(
        request, "official/releases.html",
        rows=[_row(locale, places, release) for release in listed.releases],
        coming=[_row(locale, places, release) for release in coming],
        may_plan=viewer.holds("official"),
        next_page=listed.next_page_token,
        first_page="page" not in request.query,
    )  # fmt: skip


def _row(locale: Locale, places: Places, release: pb.Release) -> dict[str, Any]:
    return {
        "release": release,
        "href": address(release.name),
        "title": locale.pick(release.title)[0],
        "state": words.state(locale, release),
        "area": area_choices.title(locale, places, release.area),
        "universe": words.universe(locale, release.universe),
        "publish_time": clock.moment(release.publish_time),
        "create_time": clock.moment(release.create_time),
    }


@routes.get(RELEASE)
async def show(request: web.Request) -> web.Response:
    require_official(request)
    return await release_page(request, await release_of(request), {})


async def release_page(request: web.Request, release: pb.Release, given: dict[str, str], **values: Any) -> web.Response:
    """`given` is what was typed into the form that sets the time."""
    viewer, places, locale = signed_in(request), await request.app[PLACES].all(), request[PAGE].locale
    publish_time = clock.moment(release.publish_time)
    follows = release.state in _UNDER_WAY and (
        publish_time is None or (publish_time - clock.now()).total_seconds() < _SOON
    )
    return page(
        request, "official/release.html",
        **(_row(locale, places, release) | {"here": address(release.name), "id": key_of(release.name)}),
        steps=words.steps(locale, release),
        periods=words.periods(locale, release.periods),
        as_of=clock.moment(release.as_of),
        cost=words.cost(locale, release.cost) if release.HasField("cost") else None,
        unprintable=await typesetting.unprintable_signs((*release.title.values(), *release.note.values())),
        failure=words.failure(locale, places, release) if release.state == pb.Release.FAILED else None,
        names={} if follows else await _names(request, release),
        me=viewer.person,
        own=viewer.person == release.planned_by,
        may_work=oversees(viewer, places, release.area, "official"),
        may_approve=oversees(viewer, places, release.area, *ROLES) and viewer.person != release.planned_by,
        may_stop=oversees(viewer, places, release.area, *ROLES),
        waits=release.HasField("builds_before"),
        follows=follows,
        url=f"{public_origin(request)}{address(release.name)}",
        given=_usual_time(locale, publish_time) | {name: text for name, text in given.items() if text},
        note=locale.pick(release.note)[0],
        **({"errors": {}} | values),
    )  # fmt: skip


def _usual_time(locale: Locale, announced: datetime | None) -> dict[str, str]:
    """What the form that sets the time begins with: the day that was announced, while it is to come."""
    if announced is None or announced <= clock.now():
        return {"when": "now", "day": "", "time": USUAL}
    local = announced.astimezone(locale.timezone)
    return {"when": "later", "day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}


async def _names(request: web.Request, release: pb.Release) -> dict[str, str]:
    """Of who planned, approved and published; that they were looked at is noted."""
    people = sorted({release.planned_by, release.approved_by, release.published_by} - {""})
    asked = BatchGetNamesRequest(names=people, purpose=f"who made {release.name}")
    return dict((await request.app[CLIENTS].people.BatchGetNames(asked)).display_names) if people else {}
