"""The description of the API in OpenAPI 3.1, made from the operations."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaMode, JsonSchemaValue, models_json_schema

from gateway.api.operation import PREFIX, Operation
from gateway.api.schemas import Query
from gateway.http.errors import CONTENT_TYPE, STATUSES
from services.chassis.version import VERSION

_REF = "#/components/schemas/{model}"
_PROBLEM_STATUSES = {
    **dict.fromkeys(sorted({*STATUSES.values(), 405, 406, 408, 413, 415, 416, 421, 500})),
    400: "The request itself is wrong; `field` names the part",
    401: "Nobody is signed in, or the token is unknown, expired or revoked",
    403: "Who is signed in may not do this",
    404: "There is no such thing, or the caller may not know of it",
    405: "The address does not offer this method",
    406: "Not offered in the form that Accept asks for",
    408: "The body came too slowly; sending it again is safe",
    409: "The state does not allow it, or there is one already",
    412: "The etag is not the current one: read again and decide",
    413: "The body is too large",
    415: "The body is not of a kind that is understood",
    416: "The range lies outside the file",
    421: "This site is not reached under this name",
    429: "Too often; Retry-After says when to come back",
    500: "A fault of ours; with `traceId` it is found in the logs",
    503: "Cannot be answered right now; Retry-After says when to come back",
}


_ABOUT = """Every operation is also done by a page of Ieum, under the same rules.

Names are camelCase, times RFC 3339, texts in several languages are objects by language (`ko`, `en`). Fields that are
not set are left out. Lists come in pages: send `nextPageToken` back as `pageToken`. Every write is safe to repeat.
Problems are `application/problem+json` (RFC 9457); `reason` never changes its meaning."""
_TAGS = {
    "sessions": "Signing in and out, and where one is signed in",
    "people": "Accounts and roles",
    "equality answers": "What people tell about themselves for statistics, readable by nobody else",
    "tokens": "Personal tokens for programs",
    "places": "Areas, organisations and information centres",
    "requests for erasure": "Asking that an account be erased, and deciding on it",
    "audit log": "Who did or saw what",
    "catalogue": "Published courses",
    "courses": "Drafts, reviews and publication",
    "media": "Pictures, films and files",
    "enrolments": "Who takes which course",
    "progress": "How far learners are",
    "class grid": "How a course's learners are doing, for its teachers",
    "certificates": "Certificates and their verification",
    "classes": "Classes with seats, and applications for them",
    "visits and help": "Requests for visiting classes, and one-to-one help at a desk",
    "statistics": "Tables by one's own choice",
    "releases": "Published statistics, and the work on them",
    "distribution": "Who gets releases by mail",
}


class ProblemDocument(BaseModel):
    """RFC 9457. `reason` is stable; `detail` is in the language asked for by Accept-Language."""

    model_config = ConfigDict(title="Problem", alias_generator=to_camel)

    type: str
    title: str
    status: int
    detail: str
    reason: str
    trace_id: str
    field: str | None = None
    details: dict[str, str] | None = None


def describe(operations: Sequence[Operation]) -> dict[str, Any]:
    references, definitions = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = _operation(operation, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ieum",
            "version": VERSION,
            "summary": "Learning to use digital things, and the statistics that come of it",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": tag, "description": _TAGS[tag]} for tag in dict.fromkeys(operation.tag for operation in operations)
        ],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A personal token, `ieum_...`"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-ieum_session",
                    "description": _COOKIE,
                },
            },
            "responses": {
                str(status): {
                    "description": words,
                    "content": {CONTENT_TYPE: {"schema": references[ProblemDocument, "serialization"]}},
                    **({"headers": _RETRY} if status in (429, 503) else {}),
                }
                for status, words in _PROBLEM_STATUSES.items()
            },
        },
    }


_COOKIE = (
    "Over plain HTTP, as on one's own machine, it is called `ieum_session`. A write with it must say that it comes "
    "from this site: by `Origin` or `Sec-Fetch-Site`, else it is refused (403)."
)
_RETRY = {"Retry-After": {"description": "Seconds", "schema": {"type": "string"}}}
_References = dict[tuple[type[BaseModel], JsonSchemaMode], JsonSchemaValue]


def _schemas(operations: Sequence[Operation]) -> tuple[_References, dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ProblemDocument, "serialization"): None}
    for operation in operations:
        if operation.body:
            wanted[operation.body, "validation"] = None
        if operation.answer:
            wanted[operation.answer, "serialization"] = None
    references, schema = models_json_schema(list(wanted), ref_template=_REF)
    for name, definition in schema["$defs"].items():
        _describe_fields(definition.get("title", name), definition)
    return references, schema["$defs"]  # type: ignore[return-value]  # keyed by the models given


def _describe_fields(schema: str, definition: dict[str, Any]) -> None:
    words = _words()["fields"]
    for name, part in definition.get("properties", {}).items():
        known = words.get(f"{schema}.{name}") or words.get(name)
        if known and "description" not in part:
            part["description"] = known


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("descriptions.toml").read_text())


def _operation(operation: Operation, references: _References) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": inspect.getdoc(operation.handler) or _words()["operations"].get(operation.name, ""),
        "tags": [operation.tag],
        "parameters": [
            _described(operation, parameter)
            for parameter in (*_path_parameters(operation), *_query_parameters(operation.query))
        ],
        "responses": {
            **_success(operation, references),
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in _PROBLEM_STATUSES},
        },
        "security": [{"token": []}, {"session": []}, *([{}] if operation.open else [])],
    }
    if operation.body:
        schema = references[operation.body, "validation"]
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif operation.takes:
        described["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": {"description": words}} for kind, words in operation.takes.items()},
        }
    return described


def _success(operation: Operation, references: _References) -> dict[str, Any]:
    if not operation.answer and not operation.offers:
        return {"204": {"description": "Done"}}
    content: dict[str, Any] = {}
    if operation.answer:
        content["application/json"] = {"schema": references[operation.answer, "serialization"]}
    for kind, words in operation.offers.items():
        text = kind.startswith("text/")
        content[kind] = {"schema": {"type": "string", "description": words} | ({} if text else {"format": "binary"})}
    success: dict[str, Any] = {"200": {"description": "Done", "content": content}}
    if "*/*" in operation.offers:
        # The name that generators of clients know; what comes has the file's own type.
        content["application/octet-stream"] = content["*/*"]
        success |= {"206": {"description": "The part asked for", "content": content}}
        success |= {"304": {"description": "Unchanged"}}
    return success


def _described(operation: Operation, parameter: dict[str, Any]) -> dict[str, Any]:
    words, name = _words()["parameters"], parameter["name"]
    known = words.get(f"{operation.name}.{name}") or words.get(name) or parameter["schema"].get("description")
    return parameter | ({"description": known} if known else {})


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": f"^{pattern}$"}}
        for name, pattern in operation.parameters.items()
    ]


def _query_parameters(query: type[Query]) -> list[dict[str, Any]]:
    schema = query.model_json_schema(mode="validation")
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _without_null(part),
        }
        for name, part in schema["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """An address cannot say null: what may be left out is left out."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    if len(options) != 1:
        return schema
    return {**{name: value for name, value in schema.items() if name not in ("anyOf", "default")}, **options[0]}
