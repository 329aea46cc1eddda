"""What an operator sees: a log line and a measurement for each request, and whether all that stands behind is well."""

from __future__ import annotations

import asyncio
import time
from functools import lru_cache

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import Gauge, Histogram

from gateway.backend.clients import CLIENTS
from gateway.backend.invalidation import LISTENER
from gateway.http.security_headers import add_headers
from services.chassis.errors import Unavailable
from services.chassis.observability import trace, traceparent

_DURATION = Histogram("ieum_http_seconds", "Time the gateway took for a request", ["method", "route", "status"])
_IN_FLIGHT = Gauge("ieum_http_in_flight", "Requests being answered")
# By what it is labelled with: finding it anew costs as much as the measurement.
_duration = lru_cache(maxsize=2_000)(_DURATION.labels)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BEHIND_PROXY = web.AppKey("behind_proxy", bool)
ENDING = web.AppKey("ending", asyncio.Event)

routes = web.RouteTableDef()


@web.middleware
async def monitor(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: the trace begins here, and what comes out has been answered for."""
    began = time.perf_counter()
    status = 499  # went away before the answer
    method, route = _called(request)
    following = trace.following(request.headers.get(traceparent.HEADER), f"{method} {route}", "server")
    with following as trace_id, _IN_FLIGHT.track_inprogress():
        try:
            as_sent = _as_sent(request)
            response = await handler(as_sent)
            status = response.status
            if not response.prepared:
                response.headers["Trace-Id"] = trace_id
                # aiohttp knows only the request as it arrived: neither who asked, nor that they came over https.
                await add_headers(as_sent, response)
                if request.app[ENDING].is_set():
                    response.force_close()  # the next request comes by a connection to somebody who stays
            return response
        except web.HTTPException as redirect:
            status = redirect.status
            raise
        finally:
            _note(method, route, status, time.perf_counter() - began)


def _called(request: web.Request) -> tuple[str, str]:
    """The route, not the path: a query or an id may be somebody's business."""
    resource = request.match_info.route.resource
    return request.method if request.method in _METHODS else "other", resource.canonical if resource else "none"


def _note(method: str, route: str, status: int, seconds: float) -> None:
    _duration(method, route, str(status)).observe(seconds)
    trace.note(
        {"http.request.method": method, "http.route": route, "http.response.status_code": status}, failed=status >= 500
    )
    trace.log().info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _as_sent(request: web.Request) -> web.Request:
    """What a proxy of our own says of the client's address and scheme; the last hop wrote the last entry."""
    if not request.app[BEHIND_PROXY]:
        return request
    remote = request.headers.get("X-Forwarded-For", request.remote or "").rpartition(",")[2].strip()
    scheme = request.headers.get("X-Forwarded-Proto", request.scheme).rpartition(",")[2].strip()
    return request.clone(remote=remote, scheme="https" if scheme == "https" else "http")


@routes.get("/healthz")
async def healthz(request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    away = await request.app[CLIENTS].away()
    if not await request.app[LISTENER].ready():
        away.append("events")
    if away:
        raise Unavailable("NOT_READY", away=", ".join(away))
    return web.json_response({"status": "ready"})
