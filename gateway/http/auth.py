"""Authentication: by session cookie (pages and API) or personal token (API only)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.backend.clients import CLIENTS
from gateway.http import devices
from gateway.http.sessions import SESSIONS as SESSIONS
from gateway.http.sessions import Viewer as Viewer
from gateway.http.sessions import viewer_of as viewer_of
from ieum.people.v1 import people_pb2
from services.chassis import clock
from services.chassis.errors import Forbidden, Unauthenticated
from services.chassis.principal import SYSTEM, Principal, acting_as

_COOKIE = "ieum_session"
_FOR_MACHINES = frozenset(
    {
        *("/robots.txt", "/.well-known/security.txt", "/favicon.ico", "/service-worker.js", "/offline"),
        *("/kit/", "/kit/worker.js", "/kit/manifest.webmanifest"),
    }
)
KIT_COOKIE = "ieum_kit"
"""Set while this device may hold what was recorded without network and is not sent yet."""
SECOND_FACTOR_PAGE = "/account/second-factor"
PROOF_PAGE = "/account/prove"
NOTICE_PAGE = "/account/privacy-notice"
_OPEN_BEFORE_NOTICE = ("/privacy", "/account/data", "/account/erase", "/erasure", "/help")
_SHORT = timedelta(days=1)


@dataclass(frozen=True)
class _Before:
    """The page where somebody does what comes first, and why the API refuses all else."""

    page: str
    reason: str


_NEW_PASSPHRASE = _Before("/account/passphrase", "PASSPHRASE_MUST_CHANGE")
_NOTICE = _Before(NOTICE_PAGE, "NOTICE_DUE")
_SECOND_FACTOR = _Before(SECOND_FACTOR_PAGE, "SECOND_FACTOR_DUE")

VIEWER: web.RequestKey[Viewer | None] = web.RequestKey("viewer", Viewer)
SESSION_ENDED = web.RequestKey("session_ended", bool)


def signed_in(request: web.Request, *roles: str) -> Viewer:
    """The viewer, who must hold one of the roles if any are named. A stranger is sent to the sign-in page and back."""
    viewer = request[VIEWER]
    if viewer is None:
        raise Unauthenticated("SIGN_IN_NEEDED")
    if roles and not viewer.holds(*roles):
        raise Forbidden("ROLE_NEEDED", roles=",".join(roles))
    return viewer


@web.middleware
async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Sets `request[VIEWER]` (None for a stranger); calls made inside are signed for that person."""
    viewer = await find_viewer(request)
    request[VIEWER] = viewer
    if viewer and (first := _first_of_all(request, viewer)) and not _is_open_before(request, first.page):
        if is_api(request):
            raise Forbidden(first.reason)
        return web.Response(status=303, headers={"Location": first.page})
    with acting_as(viewer.principal if viewer else Principal()):
        return await handler(request)


def _first_of_all(request: web.Request, viewer: Viewer) -> _Before | None:
    """What somebody has to do before anything else is open to them."""
    if viewer.must_change_passphrase:
        return _NEW_PASSPHRASE
    if viewer.must_set_up_second_factor:
        return _SECOND_FACTOR
    # Programs go on, and so does a form that was filled in before the notice changed.
    is_asked = viewer.due_notice and request.method == "GET" and not is_api(request)
    return _NOTICE if is_asked and not request.path.startswith(_OPEN_BEFORE_NOTICE) else None


def _is_open_before(request: web.Request, page: str) -> bool:
    pages = ("/sign-out", "/session", "/preferences", "/api/v1/sessions/current")
    own = request.path == page or request.path.startswith(f"{page}/")
    return is_asset(request) or own or request.path in pages or request.path.endswith(":changePassphrase")


async def find_viewer(request: web.Request) -> Viewer | None:
    """The person behind the request's token or cookie. Raises Unauthenticated for a wrong token."""
    sessions = request.app[SESSIONS]
    if is_api(request) and (token := bearer(request)) is not None:
        return await sessions.of_token(token)
    if is_asset(request) or not (secret := session_secret(request)):
        return None
    try:
        return await sessions.of_cookie(secret)
    except Unauthenticated:
        request[SESSION_ENDED] = True
        return None


def is_api(request: web.Request) -> bool:
    return request.path.startswith("/api/")


def is_asset(request: web.Request) -> bool:
    """True for addresses that answer everybody alike: nobody is authenticated there."""
    return request.path.startswith(("/static/", "/healthz", "/readyz")) or request.path in _FOR_MACHINES


def bearer(request: web.Request) -> str | None:
    """The token of the Authorization header; raises Unauthenticated for another scheme rather than ignoring it."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip().startswith("ieum_") or not token.isascii():
        raise Unauthenticated("TOKEN_INVALID")
    return token.strip()


def credential_state(request: web.Request) -> str:
    """From the cache alone, without a call to people: "known", "claimed" (a session or token that the cache does not
    have) or "stranger"."""
    secret = _credential(request)
    if not secret:
        return "stranger"
    return "known" if request.app[SESSIONS].person_of(secret) else "claimed"


def credential_key(request: web.Request) -> str:
    """Whom the requests of one person are counted by: the person where the cache knows them; "" for a stranger."""
    secret = _credential(request)
    return request.app[SESSIONS].person_of(secret) or secret


def _credential(request: web.Request) -> str:
    token = request.headers.get("Authorization", "").partition(" ")[2].strip() if is_api(request) else ""
    return f"bearer {token}" if token else session_secret(request) and f"cookie {session_secret(request)}"


def session_secret(request: web.Request) -> str:
    secret = request.cookies.get(cookie_name(request), "")
    return secret if secret.isascii() else ""


def cookie_name(request: web.Request) -> str:
    """With the prefix `__Host-` a browser refuses the cookie from another host or over plain HTTP."""
    return f"__Host-{_COOKIE}" if request.secure else _COOKIE


def keep_signed_in(request: web.Request, response: web.StreamResponse, answer: people_pb2.SignInResponse) -> None:
    """Sets the session cookie; a short session's, on a shared device or of staff, ends with the browser window."""
    expiry = clock.moment(answer.viewer.expire_time)
    left = None if answer.viewer.shared_device or expiry is None else expiry - clock.now()
    age = int(left.total_seconds()) if left and left > _SHORT else None
    response.set_cookie(
        cookie_name(request), answer.token, max_age=age, path="/", httponly=True, samesite="Lax", secure=request.secure
    )
    devices.keep_mark(request, response, answer.device_mark)


def forget_ended(request: web.Request, response: web.StreamResponse) -> None:
    """Deletes the cookie of an ended session, unless the answer has just set that of a new one."""
    if SESSION_ENDED in request and cookie_name(request) not in response.cookies:
        forget(request, response)


def forget(request: web.Request, response: web.StreamResponse) -> None:
    response.del_cookie(cookie_name(request), path="/", httponly=True, samesite="Lax", secure=request.secure)


async def sign_out(request: web.Request, response: web.StreamResponse) -> None:
    """Ends the session of the request's cookie in people and in the cache here, and deletes the cookie."""
    if secret := session_secret(request):
        with acting_as(SYSTEM):
            await request.app[CLIENTS].people.SignOut(people_pb2.SignOutRequest(token=secret))
        if viewer := request[VIEWER]:
            request.app[SESSIONS].drop(viewer.person, viewer.session)
    response.headers["Clear-Site-Data"] = '"cache"' if KIT_COOKIE in request.cookies else '"cache", "storage"'
    forget(request, response)
