"""Personal tokens for programs: scoped, expiring, revocable, shown once."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from gateway.api.operation import Table
from gateway.api.people import OwnPassphrase, person_name
from gateway.api.schemas import Body, JsonAnswer, Line, Moment, Name, Shape, read, write
from gateway.backend.clients import CLIENTS
from ieum.people.v1 import people_pb2

table = Table("tokens")


class Token(Shape):
    name: str
    display_name: str = ""
    scopes: list[str] = []
    area: str = ""
    create_time: Moment | None = None
    expire_time: Moment | None = None
    last_use_time: Moment | None = None
    revoked: bool = False


class Tokens(Shape):
    tokens: list[Token]


class NewToken(Body):
    display_name: Line
    scopes: list[Name]
    area: Name = ""
    days: Annotated[int, Field(ge=1, le=366)]
    passphrase: OwnPassphrase = ""


class CreatedToken(Shape):
    token: Token
    secret: Annotated[str, Field(description="Shown once")]


@table("GET", "/people/{person}/tokens", "One's own tokens")
async def list_tokens(request: web.Request) -> JsonAnswer[Tokens]:
    message = people_pb2.ListTokensRequest(parent=person_name(request))
    return read(Tokens, await request.app[CLIENTS].people.ListTokens(message))


@table("POST", "/people/{person}/tokens", "Make a token")
async def create_token(request: web.Request, body: NewToken) -> JsonAnswer[CreatedToken]:
    message = people_pb2.CreateTokenRequest(parent=person_name(request), days=body.days, passphrase=body.passphrase)
    write(body, message.token)
    return read(CreatedToken, await request.app[CLIENTS].people.CreateToken(message))


@table("DELETE", "/people/{person}/tokens/{token}", "Revoke a token")
async def revoke_token(request: web.Request) -> None:
    name = f"{person_name(request)}/tokens/{request.match_info['token']}"
    await request.app[CLIENTS].people.RevokeToken(people_pb2.RevokeTokenRequest(name=name))
