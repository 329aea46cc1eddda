"""Signing in and out: the session lives in a cookie, for programs as for browsers."""

from __future__ import annotations

from aiohttp import web

from gateway.api.operation import Table, json_response
from gateway.api.people import Person, person_name
from gateway.api.schemas import Body, JsonAnswer, Line, Moment, Shape, read
from gateway.backend.clients import CLIENTS
from gateway.http import auth, devices
from ieum.people.v1 import people_pb2
from services.chassis.errors import Unauthenticated

table = Table("sessions")


class SignIn(Body):
    login: Line
    passphrase: Line
    code: Line = ""
    shared_device: bool = False


class Proof(Body):
    passphrase: Line = ""
    code: Line = ""


class Viewer(Shape):
    person: Person
    expire_time: Moment | None = None
    shared_device: bool = False


class Session(Shape):
    name: str
    begin_time: Moment | None = None
    expire_time: Moment | None = None
    shared_device: bool = False
    agent: str = ""


class Sessions(Shape):
    sessions: list[Session]


@table("POST", "/sessions", "Sign in; the answer sets the session's cookie", open=True, answer=Viewer)
async def sign_in(request: web.Request, body: SignIn) -> web.Response:
    answer = await request.app[CLIENTS].people.SignIn(
        people_pb2.SignInRequest(
            login=body.login,
            passphrase=body.passphrase,
            shared_device=body.shared_device,
            address=request.remote or "",
            device_marks=devices.marks(request),
            agent=devices.agent(request),
        )
    )
    if answer.attempt:
        answer = await _complete(request, answer, body)
    response = json_response(read(Viewer, answer.viewer))
    auth.keep_signed_in(request, response, answer)
    return response


async def _complete(request: web.Request, first: people_pb2.SignInResponse, body: SignIn) -> people_pb2.SignInResponse:
    """The second factor comes in the same request, after the first has been found right."""
    if not body.code:
        raise Unauthenticated("SECOND_FACTOR_NEEDED", field="code")
    return await request.app[CLIENTS].people.CompleteSignIn(
        people_pb2.CompleteSignInRequest(
            attempt=first.attempt,
            code=body.code,
            address=request.remote or "",
            device_marks=devices.marks(request),
        )
    )


@table("POST", "/sessions/current:prove", "Show once more who is asking; the answer sets a new cookie", answer=Viewer)
async def prove(request: web.Request, body: Proof) -> web.Response:
    answer = await request.app[CLIENTS].people.ProveOneself(
        people_pb2.ProveOneselfRequest(token=auth.session_secret(request), passphrase=body.passphrase, code=body.code)
    )
    response = json_response(read(Viewer, answer.viewer))
    auth.keep_signed_in(request, response, answer)
    return response


@table("DELETE", "/sessions/current", "Sign out", open=True)
async def sign_out(request: web.Request) -> web.Response:
    response = web.Response(status=204)
    await auth.sign_out(request, response)
    return response


@table("GET", "/people/{person}/sessions", "Where somebody is signed in")
async def list_sessions(request: web.Request) -> JsonAnswer[Sessions]:
    message = people_pb2.ListSessionsRequest(parent=person_name(request))
    return read(Sessions, await request.app[CLIENTS].people.ListSessions(message))


@table("DELETE", "/people/{person}/sessions/{session}", "Sign somebody out on one device")
async def end_session(request: web.Request) -> None:
    person, key = person_name(request), request.match_info["session"]
    await request.app[CLIENTS].people.EndSession(people_pb2.EndSessionRequest(name=f"{person}/sessions/{key}"))
    request.app[auth.SESSIONS].drop(person, key)


@table("POST", "/people/{person}:endSessions", "Sign somebody out everywhere; tokens stay")
async def end_sessions(request: web.Request) -> None:
    person = person_name(request)
    await request.app[CLIENTS].people.EndSessions(people_pb2.EndSessionsRequest(parent=person))
    request.app[auth.SESSIONS].drop(person)
