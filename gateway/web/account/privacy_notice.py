"""The privacy notice: as anybody reads it, by version; and accepting the one that holds."""

from __future__ import annotations

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import NOTICE_PAGE, SESSIONS, signed_in
from gateway.language.i18n import Locale
from gateway.language.periods import long_time
from gateway.web.site import page_cache
from gateway.web.site.forms import typed
from gateway.web.site.frame import go_to
from ieum.people.v1 import privacy_pb2 as pb
from ieum.people.v1.retention_pb2 import GetRetentionRequest
from services.chassis import clock
from services.chassis.errors import Problem

routes = web.RouteTableDef()


async def current_notice(request: web.Request) -> pb.PrivacyNotice:
    """The one that holds; version 0 where none was published."""
    return await request.app[CLIENTS].privacy.GetPrivacyNotice(pb.GetPrivacyNoticeRequest())


def _language(locale: Locale, notice: pb.PrivacyNotice) -> str:
    return locale.language if locale.language in notice.texts else next(iter(sorted(notice.texts)), "")


@routes.get("/privacy")
async def show(request: web.Request) -> web.Response:
    """The text of this body where it has published one, else what every installation keeps."""
    notice = await current_notice(request)
    if not notice.version:
        return await _details(request)
    return await _notice_page(request, notice)


@routes.get("/privacy/{version:[1-9][0-9]{0,6}}")
async def show_version(request: web.Request) -> web.Response:
    name = f"privacyNotices/{request.match_info['version']}"
    return await _notice_page(
        request, await request.app[CLIENTS].privacy.GetPrivacyNotice(pb.GetPrivacyNoticeRequest(name=name))
    )


async def _notice_page(request: web.Request, notice: pb.PrivacyNotice) -> web.Response:
    listed = (await request.app[CLIENTS].privacy.ListPrivacyNotices(pb.ListPrivacyNoticesRequest())).notices
    locale = request[PAGE].locale
    language = _language(locale, notice)
    return page(
        request,
        "account/privacy.html",
        notice=notice,
        text=notice.texts.get(language, ""),
        language=language,
        hash=notice.hashes.get(language, ""),
        since=clock.moment(notice.publish_time),
        is_current=not listed or listed[0].version == notice.version,
        versions=[(each.version, clock.moment(each.publish_time)) for each in listed],
    )


@routes.get("/privacy/details")
@page_cache.public()
async def details(request: web.Request) -> web.Response:
    """What the software keeps, whatever notice was published."""
    return await _details(request)


async def _details(request: web.Request) -> web.Response:
    locale, stands = request[PAGE].locale, await request.app[CLIENTS].retention.GetRetention(GetRetentionRequest())
    return page(
        request,
        "site/privacy.html",
        unused=long_time(locale, stands.unused_days),
        audit=long_time(locale, stands.audit_days),
    )


@routes.get(NOTICE_PAGE)
async def ask(request: web.Request) -> web.Response:
    return await _ask(request)


async def _ask(request: web.Request, problem: Problem | None = None) -> web.Response:
    signed_in(request)
    locale, notice = request[PAGE].locale, await current_notice(request)
    if not notice.version:
        return go_to("/account")
    language = _language(locale, notice)
    accepted = await request.app[CLIENTS].privacy.ListAcceptances(pb.ListAcceptancesRequest())
    mine = next((each for each in accepted.acceptances if each.version == notice.version), None)
    response = page(
        request,
        "account/privacy_notice.html",
        status=errors.status_of(problem) if problem else 200,
        notice=notice,
        text=notice.texts.get(language, ""),
        language=language,
        is_new=bool(accepted.acceptances),
        accepted=clock.moment(mine.time) if mine else None,
        errors={"notice": errors.message(locale, problem)} if problem else {},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@routes.post(NOTICE_PAGE)
async def accept(request: web.Request) -> web.Response:
    viewer, form = signed_in(request), await typed(request, "version", "language")
    version = int(form["version"]) if form["version"].isascii() and form["version"].isdigit() else 0
    try:
        await request.app[CLIENTS].privacy.AcceptPrivacyNotice(
            pb.AcceptPrivacyNoticeRequest(version=version, language=form["language"])
        )
    except Problem as problem:
        return await _ask(request, problem)
    request.app[SESSIONS].drop(viewer.person)
    noted = Flash(request[PAGE].locale.gettext("Thank you. It is noted that you agree."))
    return go_to("/learning", noted, request)
