"""Signing in and out: the session lives in a cookie, for programs as for browsers."""

from __future__ import annotations

from aiohttp import web

from gateway.api.operation import Table, json_response
from gateway.api.people import Person
from gateway.api.schemas import Body, Line, Moment, Shape, read
from gateway.backend.clients import CLIENTS
from gateway.http import auth
from ieum.people.v1 import people_pb2

table = Table("sessions")


class SignIn(Body):
    login: Line
    passphrase: Line
    shared_device: bool = False


class Viewer(Shape):
    person: Person
    expire_time: Moment | None = None
    shared_device: bool = False


@table("POST", "/sessions", "Sign in; the answer sets the session's cookie", open=True, answer=Viewer)
async def sign_in(request: web.Request, body: SignIn) -> web.Response:
    answer = await request.app[CLIENTS].people.SignIn(
        people_pb2.SignInRequest(
            login=body.login,
            passphrase=body.passphrase,
            shared_device=body.shared_device,
            address=request.remote or "",
        )
    )
    response = json_response(read(Viewer, answer.viewer))
    auth.keep_signed_in(request, response, answer)
    return response


@table("DELETE", "/sessions/current", "Sign out", open=True)
async def sign_out(request: web.Request) -> web.Response:
    response = web.Response(status=204)
    await auth.sign_out(request, response)
    return response
