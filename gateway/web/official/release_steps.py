"""A release's buttons: build, approve, publish, correct. All may be pressed twice; a refusal keeps what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.language.i18n import LANGUAGES, Locale, msgid
from gateway.web.official.release_time import chosen_time
from gateway.web.official.releases import RELEASE, address, release_of, release_page, require_official
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Invalid, Problem

routes = web.RouteTableDef()


@routes.post(RELEASE)
async def act(request: web.Request) -> web.Response:
    require_official(request)
    given = await typed(request, "do", "when", "day", "time")
    try:
        flash = await _take_step(request, given)
    except Problem as problem:
        field = problem.field if problem.field in ("day", "time") else "step"
        wrong = {field: errors.message(request[PAGE].locale, problem)}
        release = await release_of(request)
        return await release_page(request, release, given, status=status_of(problem), errors=wrong)
    return go_to(request.path, flash, request)


async def _take_step(request: web.Request, given: Mapping[str, str]) -> Flash:
    service, locale = request.app[CLIENTS].releases, request[PAGE].locale
    name = f"releases/{request.match_info['release']}"
    if given["do"] == "build":
        await service.BuildRelease(pb.BuildReleaseRequest(name=name))
        return _flash(locale, msgid("It is being counted"), msgid("You may leave this page; it goes on without you."))
    if given["do"] == "cancel":
        await service.CancelBuild(pb.CancelBuildRequest(name=name))
        return _flash(locale, msgid("The counting is stopped"), msgid("The plan stays. You can have it counted again."))
    if given["do"] == "approve":
        await service.ApproveRelease(pb.ApproveReleaseRequest(name=name))
        return _flash(locale, msgid("You approved the release"), msgid("Now the time can be set."))
    if given["do"] != "publish":
        raise Invalid("VALUE_UNKNOWN", field="step")
    at = chosen_time(locale, given["day"], given["time"]) if given["when"] == "later" else None
    done = await service.PublishRelease(pb.PublishReleaseRequest(name=name, publish_time=clock.stamp(at)))
    said = locale.gettext("It comes out on %(when)s.")
    when = clock.moment(done.publish_time) or clock.now()
    return Flash(locale.gettext("The time is set"), said % {"when": locale.datetime(when)})


def _flash(locale: Locale, title: str, text: str) -> Flash:
    return Flash(locale.gettext(title), locale.gettext(text))


@routes.get(RELEASE + "/revise")
async def ask_to_revise(request: web.Request) -> web.Response:
    require_official(request)
    return await _revision_page(request, {})


@routes.post(RELEASE + "/revise")
async def revise(request: web.Request) -> web.Response:
    """Plans the corrected edition and has it counted; a note in one language would leave the others guessing."""
    require_official(request)
    given = await typed(request, "withdraws", *(f"note_{language}" for language in LANGUAGES))
    note = {language: given[f"note_{language}"].strip() for language in LANGUAGES}
    locale, service = request[PAGE].locale, request.app[CLIENTS].releases
    try:
        if missing := next((language for language, text in note.items() if not text), ""):
            raise Invalid("REVISION_NOTE_MISSING", field=f"note_{missing}")
        name = f"releases/{request.match_info['release']}"
        revision = await service.ReviseRelease(
            pb.ReviseReleaseRequest(name=name, note=note, withdraws=bool(given["withdraws"]))
        )
        await service.BuildRelease(pb.BuildReleaseRequest(name=revision.name))
    except Problem as problem:
        field = problem.field if problem.field in given else f"note_{next(iter(LANGUAGES))}"
        wrong = {field: errors.message(locale, problem)}
        return await _revision_page(request, given, status=status_of(problem), errors=wrong)
    flash = _flash(
        locale,
        msgid("The corrected edition is being counted"),
        msgid("Until it is approved and published, readers see the present one."),
    )
    return go_to(address(revision.name), flash, request)


async def _revision_page(request: web.Request, given: dict[str, str], **values: Any) -> web.Response:
    release = await release_of(request)
    title = request[PAGE].locale.pick(release.title)[0]
    return page(
        request,
        "official/release_revise.html",
        release=release,
        title=title,
        here=address(release.name),
        given=given,
        **values,
    )
