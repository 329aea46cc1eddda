"""Registering, signing in and signing out. Afterwards the browser goes to the page that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES, Places
from gateway.html.render import PAGE, Flash, page
from gateway.http import auth, devices, errors
from gateway.http.auth import VIEWER
from gateway.http.form import read_texts
from gateway.http.rate_limit import check_registration_rate
from gateway.language.i18n import Locale
from gateway.web.account import registration_checks as registration_form
from gateway.web.account.privacy_notice import current_notice
from gateway.web.account.registration_checks import without_spaces
from gateway.web.account.second_sign_in import finish, workplace
from gateway.web.site.frame import go_to, local_path
from gateway.web.site.sign_in_page import sign_in_page
from ieum.people.v1.people_pb2 import RegisterRequest, SignInRequest, SignInResponse
from services.chassis import clock
from services.chassis.errors import Problem

_DETAILS = ("display_name", "login", "email", "area", "organisation")

_PROVIDER_PROBLEMS = frozenset({"PROVIDER_AWAY", "PROVIDER_DECLINED", "PROVIDER_REFUSED", "IDENTITY_UNKNOWN"})

routes = web.RouteTableDef()


@routes.get("/sign-in")
async def ask_who(request: web.Request) -> web.Response:
    target = onward(request.query)
    if viewer := request[VIEWER]:
        return go_to(target or workplace(viewer))
    ended = auth.SESSION_ENDED in request
    notice = errors.message(request[PAGE].locale, Problem("SESSION_INVALID")) if ended else ""
    if (reason := request.query.get("problem", "")) in _PROVIDER_PROBLEMS:
        notice = errors.message(request[PAGE].locale, Problem(reason))
    values = {"next": target, **_device(request)}
    return sign_in_page(request, values=values, notice=notice)


def _device(request: web.Request, form: Mapping[str, object] | None = None) -> dict[str, bool]:
    """What the form says of this device: as it was before, or as it was just said."""
    shared = devices.is_shared(request) if form is None else devices.said_shared(request, form)
    return {"shared_device": shared, "fixed": devices.is_fixed(request)}


def onward(fields: Mapping[str, object]) -> str:
    """The page to go to after signing in; "" for none."""
    path = local_path(str(fields.get("next", "")))
    return "" if path == "/" or path.startswith(("/sign-in", "/sign-out", "/register")) else path


@routes.post("/sign-in")
async def sign_in(request: web.Request) -> web.Response:
    form = await read_texts(request)
    try:
        login = without_spaces(form.get("login", ""))
        answer = await _sign_in(request, login, form.get("passphrase", ""), devices.said_shared(request, form))
    except Problem as problem:
        locale = request[PAGE].locale
        values = {"login": form.get("login", ""), "next": onward(form), **_device(request, form)}
        form_errors = {problem.field or "login": errors.message(locale, problem)}
        response = sign_in_page(
            request,
            status=errors.status_of(problem),
            values=values,
            errors=form_errors,
            notice="",
        )
        if seconds := problem.details.get("seconds"):
            response.headers["Retry-After"] = seconds
        return response
    response = finish(request, answer, onward(form))
    devices.keep_shared(request, response, devices.said_shared(request, form))
    return response


@routes.get("/signed-in")
async def look_for_cookies(request: web.Request) -> web.Response:
    if request[VIEWER]:
        return go_to(local_path(request.query.get("next", "/")))
    return page(request, "account/cookies_off.html")


async def _sign_in(request: web.Request, login: str, passphrase: str, shared_device: bool) -> SignInResponse:
    grpc_request = SignInRequest(
        login=login,
        passphrase=passphrase,
        shared_device=shared_device,
        address=request.remote or "",
        device_marks=devices.marks(request),
        agent=devices.agent(request),
    )
    return await request.app[CLIENTS].people.SignIn(grpc_request)


@routes.post("/session")
async def stay(request: web.Request) -> web.Response:
    """Extend the session: verifying it renews its expiry. The answer says for how many seconds."""
    viewer = auth.signed_in(request)
    remaining = viewer.expire_time - clock.now() if viewer.expire_time else timedelta()
    return web.json_response({"seconds": max(0, int(remaining.total_seconds()))})


@routes.post("/sign-out")
async def sign_out(request: web.Request) -> web.Response:
    target = local_path((await read_texts(request)).get("next", "/"))
    gettext = request[PAGE].locale.gettext
    out = Flash(gettext("You are signed out"), gettext("Nobody at this computer can see your learning now."))
    response = go_to(target, out, request)
    await auth.sign_out(request, response)
    return response


@routes.get("/register")
async def ask_details(request: web.Request) -> web.Response:
    if request[VIEWER]:
        return go_to("/account")
    return await _register_page(
        request,
        {
            "request_id": clock.new_id(),
            "next": onward(request.query),
            "shared_device": devices.is_shared(request),
            "fixed": devices.is_fixed(request),
        },
    )


async def _register_page(
    request: web.Request, values: Mapping[str, object], problems: Sequence[Problem] = (), passphrase: str = ""
) -> web.Response:
    """A passphrase with which nothing is wrong stays in its field; the answer to a form is kept by no cache."""
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    form_errors = {problem.field or "display_name": errors.message(locale, problem) for problem in problems}
    return page(
        request,
        "account/register.html",
        status=errors.status_of(problems[0]) if problems else 200,
        values=values,
        passphrase="" if "passphrase" in form_errors else passphrase,
        areas=homes(locale, places),
        organisations=workplaces(locale, places),
        notice=await current_notice(request),
        errors=form_errors,
    )


def homes(locale: Locale, places: Places) -> list[tuple[str, list[tuple[str, str]]]]:
    """The areas to choose a home from: those without areas inside, grouped by parent, in the order of the import."""
    groups: dict[str, list[tuple[str, str]]] = {}
    parents = {area.parent for area in places.areas.values()}
    for area in places.areas.values():
        if area.name not in parents:
            groups.setdefault(area.parent, []).append((area.name, locale.pick(area.title)[0]))
    return [(places.title(locale, parent), choices) for parent, choices in groups.items()]


def workplaces(locale: Locale, places: Places) -> list[tuple[str, str]]:
    nowhere = ("", locale.gettext("No, I learn as a resident"))
    return [nowhere, *((each.name, locale.pick(each.title)[0]) for each in places.organisations.values())]


def _accepted(form: Mapping[str, str]) -> int:
    """The version that was shown beside the marked box, which the people service compares with the one that holds."""
    version = form.get("notice_version", "")
    return int(version) if "accepted_notice" in form and version.isascii() and version.isdigit() else 0


@routes.post("/register")
async def register(request: web.Request) -> web.Response:
    form = await read_texts(request)
    values = {name: form.get(name, "") for name in (*_DETAILS, "request_id")} | {"next": onward(form)}
    registration = RegisterRequest(
        **{name: values[name] for name in _DETAILS} | {"login": without_spaces(values["login"])},
        request_id=values["request_id"] or clock.new_id(),
        passphrase=form.get("passphrase", ""),
        locale=request[PAGE].locale.language,
        accepted_notice=_accepted(form),
    )
    typed = values | _device(request, form) | {"accepted_notice": "accepted_notice" in form}
    if problems := registration_form.problems_of(form):
        return await _register_page(request, typed, problems, registration.passphrase)
    try:
        check_registration_rate(request)
        await request.app[CLIENTS].people.Register(registration)
        answer = await _sign_in(
            request, registration.login, registration.passphrase, devices.said_shared(request, form)
        )
    except Problem as problem:
        return await _register_page(request, typed, [problem], registration.passphrase)
    gettext = request[PAGE].locale.gettext
    reminder = gettext("Login: %(login)s. Write it down on paper, and keep your passphrase apart from it.")
    flash = Flash(gettext("Your account is ready"), reminder % {"login": registration.login})
    following = str(URL("/account/about-you").with_query(first="1", next=values["next"] or "/courses"))
    response = finish(request, answer, following, flash)
    devices.keep_shared(request, response, devices.said_shared(request, form))
    return response
