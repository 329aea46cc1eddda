"""The page of an error: what happened and what to do."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus

from aiohttp import web

from gateway.html.render import PAGE, PageContext, Site, page, render
from gateway.http.errors import message, status_of, title
from gateway.language.i18n import Locale
from services.chassis.errors import Problem, Unavailable
from services.chassis.observability import trace


def error_page(request: web.Request, problem: Problem) -> web.Response:
    context = request[PAGE]
    if problem.reason == "OVERLOADED":
        return _overloaded_page(context)
    status = status_of(problem)
    return page(
        request,
        "site/error.html",
        status=status,
        heading=title(context.locale, status),
        text=message(context.locale, problem),
        code=HTTPStatus(status).value,
        trace_id=trace.trace_id(),
    )


def _overloaded_page(context: PageContext) -> web.Response:
    """Cached, and without anything of the visitor: refusing a request must cost little."""
    return web.Response(
        text=_overloaded_text(context.locale, context.site),
        status=503,
        content_type="text/html",
        charset="utf-8",
        headers={"Connection": "close"},
    )


@lru_cache(maxsize=16)
def _overloaded_text(locale: Locale, site: Site) -> str:
    heading, text = title(locale, 503), message(locale, Unavailable("OVERLOADED"))
    return render(PageContext(locale, site), "site/error.html", heading=heading, text=text, code=0, trace_id="")
