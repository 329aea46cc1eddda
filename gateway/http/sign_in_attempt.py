"""The cookie of somebody who has given the first proof and not yet the second. It opens nothing but the next page."""

from __future__ import annotations

from aiohttp import web

from ieum.people.v1 import people_pb2
from services.chassis import clock

_COOKIE = "ieum_attempt"


def secret(request: web.Request) -> str:
    """ "" where there is none."""
    given = request.cookies.get(_name(request), "")
    return given if given.isascii() else ""


def keep(request: web.Request, response: web.StreamResponse, answer: people_pb2.SignInResponse) -> None:
    expiry = clock.moment(answer.attempt_expire_time)
    age = max(1, int((expiry - clock.now()).total_seconds())) if expiry else None
    response.set_cookie(
        _name(request), answer.attempt, max_age=age, path="/", httponly=True, samesite="Lax", secure=request.secure
    )


def forget(request: web.Request, response: web.StreamResponse) -> None:
    response.del_cookie(_name(request), path="/", httponly=True, samesite="Lax", secure=request.secure)


def _name(request: web.Request) -> str:
    return f"__Host-{_COOKIE}" if request.secure else _COOKIE
