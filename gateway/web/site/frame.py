"""What every page shares: the reader's language and text size, navigation, and the flash message."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.html.render import PAGE, SIZES, USUAL_SIZE, Flash, NavItem, PageContext, Site, Viewer, locales
from gateway.http import auth
from gateway.http.csrf import FORM_KEY
from gateway.http.form import read_texts
from gateway.http.local_path import local_path as local_path
from gateway.http.reader import LOCALE, language
from gateway.language import i18n
from gateway.language.i18n import msgid
from gateway.settings import GatewaySettings
from services.chassis import clock

SETTINGS = web.AppKey("settings", GatewaySettings)

_FLASH = "flash"
_YEAR_SECONDS = 365 * 24 * 3600
_EVERYBODY, _SIGNED_IN, _STRANGER = "everybody", "signed in", "stranger"
_RUNS_EVERYTHING = "runs everything"

# Address, words, for whom: one of the four above or roles.
WAYS: Sequence[tuple[str, str, frozenset[str]]] = (
    ("/", msgid("Courses"), frozenset({_EVERYBODY})),
    ("/learning", msgid("Learning"), frozenset({_SIGNED_IN})),
    ("/teach", msgid("My courses"), frozenset({"instructor"})),
    ("/centre", msgid("Classes"), frozenset({"instructor", "administrator"})),
    ("/review", msgid("Reviews"), frozenset({"reviewer"})),
    ("/statistics", msgid("Statistics"), frozenset({"official", "administrator"})),
    ("/admin/people", msgid("People and roles"), frozenset({"administrator"})),
    ("/admin/places", msgid("Places"), frozenset({_RUNS_EVERYTHING})),
    ("/admin/audit", msgid("Audit log"), frozenset({"administrator"})),
    ("/account", msgid("Me"), frozenset({_SIGNED_IN})),
    ("/sign-in", msgid("Sign in"), frozenset({_STRANGER})),
    ("/register", msgid("Register"), frozenset({_STRANGER})),
)

routes = web.RouteTableDef()


@web.middleware
async def set_page(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Set the page context before the viewer is known; `set_viewer` completes it."""
    request[auth.VIEWER] = None
    _set(request, _plain(request) if auth.session_secret(request) else _page(request))
    return await handler(request)


@web.middleware
async def set_viewer(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request[auth.VIEWER] or auth.session_secret(request):
        _set(request, _page(request))
    response = await handler(request)
    auth.forget_ended(request, response)
    if request[PAGE].flash and response.status == 200 and response.content_type == "text/html":
        response.del_cookie(_FLASH)
    return response


def _set(request: web.Request, context: PageContext) -> None:
    request[PAGE], request[LOCALE] = context, context.locale


def _plain(request: web.Request) -> PageContext:
    """The page context without a viewer, for the API and for error pages."""
    settings = request.app[SETTINGS]
    locale = locales(settings.zone)[language(request, request[auth.VIEWER])]
    site = Site(locale.pick(settings.site_name)[0], settings.site_phone, locale.pick(settings.site_hours)[0])
    return PageContext(locale, site, request.path_qs, text_size(request))


def _page(request: web.Request) -> PageContext:
    plain, viewer = _plain(request), request[auth.VIEWER]
    if auth.is_api(request):
        return plain
    return replace(
        plain,
        viewer=Viewer(viewer.name, viewer.roles, _shared_seconds(viewer), viewer.has_second_factor) if viewer else None,
        nav=_ways(_within(request.path), plain.locale.language, _kinds(viewer) if viewer else None),
        flash=_read_flash(request),
    )


def _shared_seconds(viewer: auth.Viewer) -> int | None:
    if not viewer.shared_device or viewer.expire_time is None:
        return None
    return max(0, int((viewer.expire_time - clock.now()).total_seconds()))


def is_personal(request: web.Request) -> bool:
    """Whether the request has a session or a flash message, so that its page is not the same for all."""
    return bool(auth.session_secret(request)) or _FLASH in request.cookies


def _within(path: str) -> frozenset[str]:
    return frozenset(href for href, _, _ in WAYS if _is_within(path, href))


def _kinds(viewer: auth.Viewer) -> frozenset[str]:
    """The roles, and whether they hold for all."""
    return viewer.roles | ({_RUNS_EVERYTHING} if viewer.principal.runs_everything else frozenset())


@lru_cache(maxsize=1_000)
def _ways(here: frozenset[str], language: str, roles: frozenset[str] | None) -> Sequence[NavItem]:
    """The navigation for these roles; None is a stranger, who is not the same as a person without roles."""
    who = {_EVERYBODY, _STRANGER} if roles is None else {_EVERYBODY, _SIGNED_IN, *roles}
    gettext = locales()[language].gettext
    return tuple(NavItem(href, gettext(words), href in here) for href, words, whom in WAYS if whom & who)


def _is_within(path: str, href: str) -> bool:
    return path == href or path.startswith("/courses" if href == "/" else f"{href}/")


@routes.post("/preferences")
async def choose(request: web.Request) -> web.Response:
    """Language and text size, remembered in this browser."""
    form = await read_texts(request)
    response = go_to(local_path(form.get("next", "/")))
    if (language := form.get("lang", "")) in i18n.LANGUAGES:
        keep_language(request, response, language)
    if (size := _known_size(form.get("size", ""))) is not None:
        _set_cookie(request, response, "size", str(size), _YEAR_SECONDS)
    return response


def text_size(request: web.Request) -> int:
    size = _known_size(request.cookies.get("size", ""))
    return USUAL_SIZE if size is None else size


def _known_size(text: str) -> int | None:
    return int(text) if text in map(str, range(len(SIZES))) else None


def keep_language(request: web.Request, response: web.Response, language: str) -> None:
    _set_cookie(request, response, "lang", language, _YEAR_SECONDS)


def _set_cookie(request: web.Request, response: web.Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="Lax", secure=request.secure)


def go_to(path: str, flash: Flash | None = None, request: web.Request | None = None) -> web.Response:
    """Redirect with 303 after a form; the next page shows `flash` (which needs the request)."""
    response = web.Response(status=303, headers={"Location": path})
    if flash and request:
        _set_cookie(request, response, _FLASH, _seal(request, flash), 60)
    return response


def _seal(request: web.Request, flash: Flash) -> str:
    text = base64.urlsafe_b64encode(json.dumps(asdict(flash)).encode()).decode()
    return f"{text}.{_mark(request, text)}"


def _mark(request: web.Request, text: str) -> str:
    return hmac.digest(request.app[FORM_KEY], f"flash {text}".encode(), hashlib.sha256).hex()


def _read_flash(request: web.Request) -> Flash | None:
    text, _, mark = request.cookies.get(_FLASH, "").partition(".")
    if not text or not hmac.compare_digest(mark.encode(), _mark(request, text).encode()):
        return None
    values: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text))
    return replace(Flash(""), **values)
