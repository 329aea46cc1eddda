"""The privacy notice of the installation: publishing the next version, for administrators of everything."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import SESSIONS, signed_in
from gateway.http.form import read_texts
from gateway.web.site.forms import status_of
from gateway.web.site.frame import go_to
from ieum.people.v1 import privacy_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Forbidden, Problem

_HERE = "/admin/privacy-notice"
_LONGEST = 60_000
_LANGUAGES = ("ko", "en")

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(request: web.Request, form: dict[str, str] | None = None, **values: Any) -> web.Response:
    if not signed_in(request, "administrator").principal.runs_everything:
        raise Forbidden("ROLE_NEEDED", roles="administrator", scope="*")
    privacy = request.app[CLIENTS].privacy
    current = await privacy.GetPrivacyNotice(pb.GetPrivacyNoticeRequest())
    listed = (await privacy.ListPrivacyNotices(pb.ListPrivacyNoticesRequest())).notices
    stored = {f"text_{language}": current.texts.get(language, "") for language in _LANGUAGES}
    return page(
        request,
        "administrator/privacy_notice.html",
        form=stored | {"after": str(current.version)} | (form or {}),
        rows=[(each.version, clock.moment(each.publish_time), each.acceptances) for each in listed],
        **values,
    )


@routes.post(_HERE)
async def publish(request: web.Request) -> web.Response:
    viewer = signed_in(request, "administrator")
    form = await read_texts(request, lambda name: _LONGEST if name.startswith("text_") else 200)
    after = form.get("after", "")
    try:
        notice = await request.app[CLIENTS].privacy.PublishPrivacyNotice(
            pb.PublishPrivacyNoticeRequest(
                texts={language: form.get(f"text_{language}", "") for language in _LANGUAGES},
                after=int(after) if after.isascii() and after.isdigit() else 0,
                passphrase=form.get("passphrase", ""),
            )
        )
    except Problem as problem:
        errors.pass_on_proof(problem)
        field = problem.field if problem.field in ("text_ko", "text_en", "passphrase") else "text_ko"
        wrong = {field: errors.message(request[PAGE].locale, problem)}
        kept = {name: text for name, text in form.items() if name.startswith("text_")}
        return await _page(request, kept, status=status_of(problem), errors=wrong)
    request.app[SESSIONS].drop(viewer.person)  # others are asked when the memory of their session ends
    gettext = request[PAGE].locale.gettext
    published = Flash(
        gettext("Version %(version)s holds now") % {"version": notice.version},
        gettext("Everybody is asked to read it at their next visit."),
    )
    return go_to(_HERE, published, request)
