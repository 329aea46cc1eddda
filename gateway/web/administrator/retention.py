"""How long data is kept: what administrators of everything set, and what it would do today before they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.language.i18n import Locale
from gateway.language.periods import long_time
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.people.v1 import retention_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Forbidden, Problem

_HERE = "/admin/retention"
_UNUSED_CHOICES = (0, 365, 730, 1096, 1826, 3653)
_AUDIT_CHOICES = (0, 730, 1096, 1826, 3653)

routes = web.RouteTableDef()


@routes.get(_HERE)
async def show(request: web.Request) -> web.Response:
    """With `unused` and `audit` in the address: what these would do today."""
    asked = {name: request.query[name] for name in ("unused", "audit") if name in request.query}
    return await _page(request, asked)


async def _page(request: web.Request, asked: Mapping[str, str], problem: Problem | None = None) -> web.Response:
    if not signed_in(request, "administrator").principal.runs_everything:
        raise Forbidden("ROLE_NEEDED", roles="administrator", scope="*")
    locale, client = request[PAGE].locale, request.app[CLIENTS].retention
    stands = await client.GetRetention(pb.GetRetentionRequest())
    unused, audit = _days(asked, "unused", stands.unused_days), _days(asked, "audit", stands.audit_days)
    preview = None
    if asked and problem is None:
        try:
            wanted = pb.PreviewRetentionRequest(unused_days=unused, audit_days=audit)
            preview = await client.PreviewRetention(wanted)
        except Problem as refused:
            problem = refused
    return page(
        request,
        "administrator/retention.html",
        status=status_of(problem) if problem else 200,
        here=_HERE,
        rows=_rows(locale, stands),
        unused=str(unused),
        audit=str(audit),
        unused_choices=_choices(locale, {*_UNUSED_CHOICES, unused, stands.unused_days}),
        audit_choices=_choices(locale, {*_AUDIT_CHOICES, audit, stands.audit_days}),
        set_time=stands.set_time.ToJsonString() if stands.HasField("set_time") else "",
        run_time=clock.moment(stands.run_time),
        stopped=stands.stopped,
        preview=preview,
        people=[_account(locale, each) for each in preview.people] if preview else [],
        is_set=(unused, audit) == (stands.unused_days, stands.audit_days),
        errors={"unused": errors.message(locale, problem)} if problem else {},
    )


def _days(asked: Mapping[str, str], name: str, usual: int) -> int:
    text = asked.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else usual


def _choices(locale: Locale, days: set[int]) -> list[tuple[str, str]]:
    ordered = sorted(days, key=lambda each: (each == 0, each))
    return [(str(each), long_time(locale, each) or locale.gettext("For ever")) for each in ordered]


def _account(locale: Locale, each: pb.UnusedAccount) -> dict[str, Any]:
    gettext, used = locale.gettext, clock.moment(each.use_time)
    said = {1: gettext("first warning"), 2: gettext("second warning")}.get(each.warning, gettext("kept: used again"))
    return {
        "href": f"/admin/{each.person.name}",
        "name": each.person.display_name,
        "login": each.person.login,
        "used": used,
        "what": gettext("erased") if each.erased else said,
    }


def _rows(locale: Locale, stands: pb.Retention) -> list[tuple[str, str, str]]:
    """What is kept, how long and why."""
    gettext = locale.gettext
    for_ever = gettext("For ever")
    account = gettext("Until the person asks for its erasure")
    if stands.unused_days:
        account += "; " + gettext("%(time)s after its last use") % {"time": long_time(locale, stands.unused_days)}
    return [
        (gettext("Accounts"), account, gettext("So that people can go on learning where they stopped.")),
        (
            gettext("Audit log"),
            long_time(locale, stands.audit_days) or for_ever,
            gettext("So that misuse comes to light. The law asks for one year at least, for many accounts for two."),
        ),
        (
            gettext("Enrolments, progress, attendance"),
            gettext("For ever; without a name once the account is erased"),
            gettext("So that certificates can be checked, and statistics counted again."),
        ),
        (
            gettext("Answers about oneself"),
            gettext("As long as the account, or until taken back"),
            gettext("So that it can be seen whom courses do not reach."),
        ),
        (
            gettext("Sign-ins"),
            gettext("At most 90 days"),
            gettext("So that people can see and end them."),
        ),
        (
            gettext("Files of people that were read in"),
            gettext("30 days"),
            gettext("So that a file can be taken back."),
        ),
        (
            gettext("Failed sign-ins, by network address"),
            gettext("15 minutes"),
            gettext("So that nobody guesses passphrases."),
        ),
        (
            gettext("Published statistics"),
            for_ever,
            gettext("They name nobody, and a figure that was cited must stay."),
        ),
        (
            gettext("Log files and backups"),
            gettext("As the operator has set it"),
            gettext("To find faults, and to bring everything back after a loss. Names are not in logs."),
        ),
    ]


@routes.post(_HERE)
async def set_days(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    given = await typed(request, "unused", "audit", "set_time")
    wanted = pb.SetRetentionRequest(unused_days=_days(given, "unused", 0), audit_days=_days(given, "audit", 0))
    if given["set_time"]:
        try:
            wanted.set_time.FromJsonString(given["set_time"])
        except ValueError:
            wanted.ClearField("set_time")
    try:
        await request.app[CLIENTS].retention.SetRetention(wanted)
    except Problem as problem:
        errors.pass_on_proof(problem)
        return await _page(request, given, problem)
    gettext = request[PAGE].locale.gettext
    said = Flash(gettext("The schedule is set"), gettext("It is gone through once a day, for the first time now."))
    return go_to(_HERE, said, request)


@routes.post(_HERE + "/allow")
async def allow(request: web.Request) -> web.Response:
    signed_in(request, "administrator")
    given = await typed(request, "count")
    await request.app[CLIENTS].retention.AllowRetention(pb.AllowRetentionRequest(count=_days(given, "count", 0)))
    said = Flash(request[PAGE].locale.gettext("The accounts will be erased within a minute"))
    return go_to(_HERE, said, request)


@routes.get(_HERE + "/allow")
async def show_again(request: web.Request) -> web.Response:
    """Where Back leads after a refusal."""
    return go_to(_HERE)
