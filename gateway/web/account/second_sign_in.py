"""The second step of signing in, for whoever has a second factor: a code of their app, or a recovery code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import auth, devices, errors, sign_in_attempt
from gateway.http.form import LONGEST_LINE, read_texts
from gateway.language.i18n import Locale
from gateway.web.site.frame import go_to, local_path
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

_HERE = "/sign-in/second"
_LONGEST_PASSKEY = 20_000

routes = web.RouteTableDef()


_WORKPLACES: Sequence[tuple[str, str]] = (
    ("administrator", "/admin/people"),
    ("official", "/statistics"),
    ("reviewer", "/review"),
    ("instructor", "/teach"),
)


def workplace(viewer: auth.Viewer) -> str:
    """The page that somebody comes to who did not ask for another."""
    return next((path for role, path in _WORKPLACES if viewer.holds(role)), "/")


def finish(request: web.Request, answer: pb.SignInResponse, target: str, flash: Flash | None = None) -> web.Response:
    """After the passphrase was right: to the target ("" for their workplace), or first to the page that asks for the
    second factor."""
    if answer.attempt:
        response = go_to(str(URL(_HERE).with_query(next=target, **({"passkey": "1"} if answer.has_passkey else {}))))
        sign_in_attempt.keep(request, response, answer)
        return response
    said = flash or _reminder(request[PAGE].locale, answer.viewer)
    response = go_to(_with_cookies(request, target or workplace(auth.viewer_of(answer.viewer))), said, request)
    auth.keep_signed_in(request, response, answer)
    return response


def _with_cookies(request: web.Request, target: str) -> str:
    """The target, or, for a browser that has sent no cookie yet, the way there that looks whether it keeps any."""
    return target if request.cookies else str(URL("/signed-in").with_query(next=target))


def _reminder(locale: Locale, viewer: pb.Viewer) -> Flash | None:
    """For whoever needs a second factor and has some days left to set it up."""
    due = clock.moment(viewer.second_factor_due_time)
    if due is None or due <= clock.now():
        return None
    words = locale.gettext("From %(day)s on your role needs one. Set it up under Me, Second step of signing in.")
    title = locale.gettext("Please set up a second step of signing in")
    return Flash(title, words % {"day": locale.date(due)}, "warning")


@routes.get(_HERE)
async def ask(request: web.Request) -> web.Response:
    target = target_of(request.query)
    if not request.cookies:
        return page(request, "account/cookies_off.html")
    if not sign_in_attempt.secret(request):
        return go_to(target or "/" if request[auth.VIEWER] else str(URL("/sign-in").with_query(next=target)))
    return _page(request, target, has_passkey="passkey" in request.query)


def target_of(fields: Mapping[str, object]) -> str:
    """The page to go to afterwards; "" for the workplace."""
    path = local_path(str(fields.get("next", "")))
    return "" if path == "/" or path.startswith("/sign-in") else path


def _page(request: web.Request, target: str, **values: Any) -> web.Response:
    return page(request, "account/second_sign_in.html", **{"next": target, "has_passkey": False, **values})


@routes.post(_HERE)
async def answer(request: web.Request) -> web.Response:
    form = await read_texts(request, lambda name: _LONGEST_PASSKEY if name == "passkey" else LONGEST_LINE)
    target, locale = target_of(form), request[PAGE].locale
    try:
        given = {"passkey": form["passkey"]} if form.get("passkey") else {"code": form.get("code", "")}
        signed_in = await complete(request, **given, origin=f"{request.scheme}://{request.host}")
    except Problem as problem:
        if problem.reason == "SIGN_IN_ATTEMPT_OVER":
            over = Flash(locale.gettext("Please sign in again"), errors.message(locale, problem), "warning")
            response = go_to(str(URL("/sign-in").with_query(next=target)), over, request)
            sign_in_attempt.forget(request, response)
            return response
        form_errors = {"code": errors.message(locale, problem)}
        has_passkey = "passkey" in form or "has_passkey" in form
        return _page(request, target, has_passkey=has_passkey, status=errors.status_of(problem), errors=form_errors)
    response = finish(request, signed_in, target, _codes_left(locale, signed_in))
    sign_in_attempt.forget(request, response)
    return response


async def complete(request: web.Request, **given: str) -> pb.SignInResponse:
    """`given`: a code, or a passkey's answer and the page's origin."""
    return await request.app[CLIENTS].people.CompleteSignIn(
        pb.CompleteSignInRequest(
            attempt=sign_in_attempt.secret(request),
            address=request.remote or "",
            device_marks=devices.marks(request),
            **given,
        )
    )


def _codes_left(locale: Locale, answer: pb.SignInResponse) -> Flash | None:
    if not answer.HasField("recovery_codes_left"):
        return None
    left = answer.recovery_codes_left
    words = locale.ngettext(
        "%(count)s recovery code is left. If your app is lost, set up a new one under Me.",
        "%(count)s recovery codes are left. If your app is lost, set up a new one under Me.",
        left,
    )
    return Flash(locale.gettext("You used a recovery code"), words % {"count": left}, "warning")
