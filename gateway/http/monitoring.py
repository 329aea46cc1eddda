"""Monitoring: a trace span, a log line and metrics for each request; health checks at /healthz and /readyz."""

from __future__ import annotations

import asyncio
import time
from functools import lru_cache

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import Gauge, Histogram

from gateway.backend.clients import CLIENTS
from gateway.backend.invalidation import LISTENER
from gateway.http.route import route_of
from gateway.http.security_headers import add_headers
from services.chassis.errors import Unavailable
from services.chassis.observability import trace, traceparent

_DURATION = Histogram(
    "ieum_http_request_duration_seconds", "Time the gateway took for a request", ["method", "route", "status"]
)
_IN_FLIGHT = Gauge("ieum_http_in_flight", "Requests being answered")
# Cached by label values: the look-up of a labelled metric costs as much as the measurement.
_duration = lru_cache(maxsize=2_000)(_DURATION.labels)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BEHIND_PROXY = web.AppKey("behind_proxy", bool)
ENDING = web.AppKey("ending", asyncio.Event)

routes = web.RouteTableDef()


@web.middleware
async def monitor(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost middleware: starts the trace, and measures the answer as it is sent."""
    start = time.perf_counter()
    status = 499  # the client closed the connection before the answer
    method, route = _labels(request)
    span = trace.following(request.headers.get(traceparent.HEADER), f"{method} {route}", "server")
    with span as trace_id, _IN_FLIGHT.track_inprogress():
        try:
            client_request = _from_client(request)
            response = await handler(client_request)
            status = response.status
            if not response.prepared:
                response.headers["Trace-Id"] = trace_id
                # aiohttp's own request lacks the viewer and the client's scheme, both of which headers depend on.
                await add_headers(client_request, response)
                if request.app[ENDING].is_set():
                    response.force_close()  # so that the client's next request reaches a process that stays
            return response
        except ConnectionResetError:
            # Whoever asked has gone in the middle of the answer, as browsers do with pictures of a page that is left.
            return web.Response(status=status)
        except web.HTTPException as redirect:
            status = redirect.status
            raise
        finally:
            _record(method, route, status, time.perf_counter() - start)


def _labels(request: web.Request) -> tuple[str, str]:
    return request.method if request.method in _METHODS else "other", route_of(request)


def _record(method: str, route: str, status: int, seconds: float) -> None:
    _duration(method, route, str(status)).observe(seconds)
    trace.note(
        {"http.request.method": method, "http.route": route, "http.response.status_code": status},
        error=str(status) if status >= 500 else "",
    )
    trace.log().info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _from_client(request: web.Request) -> web.Request:
    """With the client's address and scheme as our proxy gives them; it appends to these headers, so the last counts."""
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
