"""Operations of the API: the aiohttp route and its OpenAPI description are both built from one `Operation`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from aiohttp import web
from pydantic import ValidationError
from pydantic_core import to_json

from gateway.api.schemas import Body, JsonAnswer, Query, Shape
from gateway.http.admission import takes_files, upload_roles
from gateway.http.auth import VIEWER
from gateway.language.problems.fields import wrong_field
from services.chassis.errors import Problem, Unauthenticated

PREFIX = "/api/v1"
# What ids in a path look like; another path is not found.
_PATTERNS = {
    "": "[0-9A-Za-z-]{1,64}",
    "version": "(?:[1-9][0-9]{0,8}|current)",
    "certificate": "[0-9A-Za-z-]{1,40}",
    "file": "[0-9A-Za-z.-]{1,80}",
}
_PARAMETER = re.compile(r"{(\w+)}")

Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True)
class Operation:
    tag: str
    method: str
    path: str
    summary: str
    handler: Handler
    open: bool
    """True if strangers may call it. The services decide who may do what beyond that."""
    body: type[Body] | None
    query: type[Query]
    answer: type[Shape] | None
    offers: Mapping[str, str]
    """Other media types of its answer, each with a description."""
    takes: Mapping[str, str]
    """Media types of a body that is not JSON, each with a description."""

    @property
    def name(self) -> str:
        return self.handler.__name__

    @property
    def parameters(self) -> Mapping[str, str]:
        """Names in the path, with the pattern of each."""
        return {name: _PATTERNS.get(name, _PATTERNS[""]) for name in _PARAMETER.findall(self.path)}

    @property
    def route(self) -> web.RouteDef:
        path = _PARAMETER.sub(lambda match: f"{{{match[1]}:{self.parameters[match[1]]}}}", self.path)
        if self.method == "GET":
            return web.get(PREFIX + path, self.serve, allow_head=True)
        return web.route(self.method, PREFIX + path, takes_files(*upload_roles(self.handler))(partial(self.serve)))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if not self.open and request[VIEWER] is None:
            raise Unauthenticated("SIGN_IN_NEEDED")
        arguments: dict[str, Any] = {}
        query = _read_query(self.query, request)
        if self.query is not Query:
            arguments["query"] = query
        if self.body:
            arguments["body"] = await _read_body(self.body, request)
        answer = await self.handler(request, **arguments)
        return answer if isinstance(answer, web.StreamResponse) else json_response(answer)


@dataclass
class Table:
    """Collects a resource's operations: `@table("POST", "/courses/{course}:submit", "Submit the draft for review")`.

    The handler is called with the request, and with `body` and `query` if it has parameters of these names. Their
    shapes and that of the answer are read from its annotations. An answer of None is status 204.
    """

    tag: str
    operations: list[Operation] = field(default_factory=list)

    def __call__(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        open: bool = False,
        answer: type[Shape] | None = None,
        offers: Mapping[str, str] | None = None,
        takes: Mapping[str, str] | None = None,
    ) -> Callable[[H], H]:
        def add(handler: H) -> H:
            hints = get_type_hints(handler)
            returned = hints.get("return")
            annotated = get_args(returned)[0] if get_origin(returned) is JsonAnswer else None
            self.operations.append(
                Operation(
                    self.tag, method, path, summary, handler, open,
                    hints.get("body"), hints.get("query", Query), answer or annotated, offers or {}, takes or {},
                )
            )  # fmt: skip
            return handler

        return add


def json_response(answer: JsonAnswer[Any] | Shape | None) -> web.Response:
    if answer is None:
        return web.Response(status=204)
    body = to_json(answer, by_alias=True, exclude_none=True)
    return web.Response(body=body, content_type="application/json")


def _read_query(shape: type[Query], request: web.Request) -> Query:
    repeated = _repeated_parameters(shape)
    given: dict[str, Any] = {
        name: request.query.getall(name) if name in repeated else request.query[name] for name in request.query
    }
    try:
        return shape.model_validate_strings(given, by_alias=True, by_name=False)
    except ValidationError as error:
        raise wrong_field(error) from error


@cache
def _repeated_parameters(shape: type[Query]) -> frozenset[str]:
    """Those declared as lists: they may come several times in an address."""
    fields = shape.model_fields.values()
    return frozenset(field.alias for field in fields if field.alias and get_origin(field.annotation) is list)


async def _read_body(shape: type[Body], request: web.Request) -> Body:
    if request.content_type != "application/json":
        raise Problem("CONTENT_TYPE_REFUSED", status=415)
    try:
        return shape.model_validate_json(await request.read(), by_alias=True, by_name=False)
    except ValidationError as error:
        raise wrong_field(error) from error
