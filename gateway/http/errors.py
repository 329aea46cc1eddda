"""Answers a Problem over HTTP: problem+json (RFC 9457) for programs, an error page for people.

The page is rendered by `app[ERROR_PAGE]`, because this room knows no templates.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic.alias_generators import to_camel
from yarl import URL

from gateway.http.auth import PROOF_PAGE, is_api
from gateway.http.reader import LOCALE
from gateway.http.route import route_of
from gateway.language.i18n import Locale, msgid
from gateway.language.problems import WORDS
from services.chassis import errors
from services.chassis.errors import Problem
from services.chassis.observability import trace

CONTENT_TYPE = "application/problem+json"
ErrorPage = Callable[[web.Request, Problem], web.Response]
ERROR_PAGE: web.AppKey[ErrorPage] = web.AppKey("error_page", Callable)  # type: ignore[arg-type]

STATUSES: Mapping[type[Problem], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.Missing: 404,
    errors.Exists: 409,
    errors.Refused: 409,
    errors.Conflict: 412,
    errors.Exhausted: 429,
    errors.Unavailable: 503,
}

_TITLES = {
    400: msgid("Something needs to be put right"),
    401: msgid("Please sign in"),
    403: msgid("You may not see this"),
    404: msgid("This page is not here"),
    405: msgid("That does not work here"),
    406: msgid("That form is not offered"),
    408: msgid("That took too long"),
    409: msgid("That is not possible just now"),
    412: msgid("Somebody changed this meanwhile"),
    413: msgid("That is too large"),
    415: msgid("That kind of content is not understood"),
    416: msgid("That part does not exist"),
    421: msgid("This is the wrong address"),
    429: msgid("Please wait a little"),
    500: msgid("Something went wrong here"),
    503: msgid("We cannot answer just now"),
}

# Errors that aiohttp itself raises, before a handler is reached or while it reads the body.
_HTTP_REASONS = {
    404: "PATH_UNKNOWN",
    405: "METHOD_NOT_ALLOWED",
    406: "FORMAT_NOT_OFFERED",
    413: "BODY_TOO_LARGE",
    415: "CONTENT_TYPE_REFUSED",
    416: "RANGE_WRONG",
}


class _Details(dict[str, str]):
    """Shows "?" for a detail that a message names and the problem lacks."""

    def __missing__(self, name: str) -> str:
        return "?"


def status_of(problem: Problem) -> int:
    return STATUSES.get(type(problem), int(problem.details.get("status", 500)))


def message(locale: Locale, problem: Problem) -> str:
    """The problem's words in the reader's language: what happened and what to do."""
    words = locale.gettext(WORDS.get(problem.reason, WORDS["INTERNAL"]))
    return words % _Details(problem.details)


def title(locale: Locale, status: int) -> str:
    return locale.gettext(_TITLES.get(status, _TITLES[500]))


def pass_on_proof(problem: Problem) -> None:
    """For a form that answers problems itself: a missing proof is asked for on a page of its own."""
    if problem.reason == "PROOF_NEEDED":
        raise problem


def field_errors(locale: Locale, problem: Problem) -> dict[str, str]:
    """For a form's template: the message by the name of its field; "" for the whole form."""
    return {problem.field: message(locale, problem)}


@web.middleware
async def render_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        response = respond(request, _problem_of(answer))
        if "Allow" in answer.headers:
            response.headers["Allow"] = answer.headers["Allow"]
        return response
    except Problem as problem:
        return respond(request, problem)
    except (ConnectionResetError, TimeoutError):
        raise
    except Exception as error:
        trace.log().error("unexpected error", route=route_of(request), exc_info=error)
        return respond(request, Problem("INTERNAL"))


def _problem_of(answer: web.HTTPException) -> Problem:
    return Problem(_HTTP_REASONS.get(answer.status, "REQUEST_MALFORMED"), status=answer.status)


def respond(request: web.Request, problem: Problem) -> web.StreamResponse:
    status = status_of(problem)
    if is_api(request) or request.path == "/readyz":
        response = problem_json(request[LOCALE], problem)
    elif status == 401 and request.method in ("GET", "HEAD"):
        return _to_sign_in(request)
    elif problem.reason == "PROOF_NEEDED":
        return _to_proof(request)
    else:
        response = request.app[ERROR_PAGE](request, problem)
    if status == 503:
        response.headers["Retry-After"] = problem.details.get("seconds", "2")
    if status == 429:
        response.headers["Retry-After"] = problem.details.get("seconds", "30")
    if status == 416 and "size" in problem.details:
        response.headers["Content-Range"] = f"bytes */{problem.details['size']}"
    if status == 401 and is_api(request):
        response.headers["WWW-Authenticate"] = 'Bearer realm="Ieum"'
    return response


def problem_document(locale: Locale, problem: Problem) -> dict[str, Any]:
    status = status_of(problem)
    document: dict[str, Any] = {
        "type": f"urn:ieum:problem:{problem.reason}",
        "title": title(locale, status),
        "status": status,
        "detail": message(locale, problem),
        "reason": problem.reason,
        "traceId": trace.trace_id(),
    }
    if problem.field:
        document["field"] = ".".join(map(to_camel, problem.field.split(".")))
    if details := {name: value for name, value in problem.details.items() if name != "status"}:
        document["details"] = details
    return document


def problem_json(locale: Locale, problem: Problem) -> web.Response:
    text = json.dumps(problem_document(locale, problem), ensure_ascii=False)
    return web.Response(text=text, status=status_of(problem), content_type=CONTENT_TYPE)


def _to_proof(request: web.Request) -> web.Response:
    """To the page where people show who they are, and then back to the page with the link or form that they used."""
    came_from = URL(request.headers.get("Referer", ""))
    back = came_from.relative() if came_from.absolute else URL("/account")
    target = URL(PROOF_PAGE).with_query(next=str(back))
    return web.Response(status=303, headers={"Location": str(target)})


def _to_sign_in(request: web.Request) -> web.Response:
    target = URL("/sign-in").with_query(next=request.path_qs)
    return web.Response(status=303, headers={"Location": str(target)})
