"""gRPC server and clients: the principal, the trace, errors, deadlines and retries of every call."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar, cast

import grpc
import grpc.aio
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from prometheus_client import Histogram
from pymongo.errors import ConnectionFailure, PyMongoError

from services.chassis import errors, principal
from services.chassis.errors import Problem
from services.chassis.observability import trace, traceparent
from services.chassis.signature import Signer, Verifier
from services.chassis.tls import Identity
from services.chassis.token_access import Access, admit

DOMAIN = "ieum"
LARGEST_MESSAGE = 34 * 1024 * 1024
DEADLINE_SECONDS = 10.0
_BACK_WITHIN_SECONDS = 9.0
_BEFORE_AGAIN_SECONDS = 0.05

_CODES: Mapping[type[Problem], grpc.StatusCode] = {
    errors.Invalid: grpc.StatusCode.INVALID_ARGUMENT,
    errors.Refused: grpc.StatusCode.FAILED_PRECONDITION,
    errors.Missing: grpc.StatusCode.NOT_FOUND,
    errors.Exists: grpc.StatusCode.ALREADY_EXISTS,
    errors.Conflict: grpc.StatusCode.ABORTED,
    errors.Forbidden: grpc.StatusCode.PERMISSION_DENIED,
    errors.Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    errors.Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.Unavailable: grpc.StatusCode.UNAVAILABLE,
}
_KINDS = {code: kind for kind, code in _CODES.items()}
_FAULTS = frozenset({grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})

_OPTIONS: list[tuple[str, Any]] = [
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
]
# A caller looks up the addresses of a service anew when a connection ends, and so finds a replica that has come.
_CONNECTION_AGE = [("grpc.max_connection_age_ms", 120_000), ("grpc.max_connection_age_grace_ms", 30_000)]
# Every write is safe to repeat, so every call may be tried again while a service restarts.
_SERVICE_CONFIG = json.dumps(
    {
        # Each call to the next worker where there are several.
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{}],
                "retryPolicy": {
                    "maxAttempts": 5,
                    "initialBackoff": "0.1s",
                    "maxBackoff": "1s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
    }
)
_CHANNEL_OPTIONS = [
    *_OPTIONS,
    ("grpc.service_config", _SERVICE_CONFIG),
    ("grpc.enable_retries", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
]

_DURATION = Histogram("ieum_rpc_duration_seconds", "Time a service took for a call", ["method", "code"])
# Cached by its labels: looking a labelled histogram up costs more than the measurement.
_duration = lru_cache(maxsize=1_000)(_DURATION.labels)

_CLOSED = Access()

Method = Callable[..., Awaitable[Any]]
Context = grpc.aio.ServicerContext[Any, Any]
S = TypeVar("S")


class ServerInterceptor(grpc.aio.ServerInterceptor):
    """Around every unary method: trace, principal, translation of errors, one measurement.

    `token_access` says which API token opens which method; a method not named is closed to tokens.
    """

    def __init__(self, verifier: Verifier, token_access: Mapping[str, Access]) -> None:
        self._verifier = verifier
        self._token_access = token_access
        self._guarded: dict[str, tuple[grpc.RpcMethodHandler[Any, Any], grpc.RpcMethodHandler[Any, Any]]] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        method = details.method
        if method not in self._guarded:
            handler = await continuation(details)
            if handler is None or handler.unary_unary is None or method.startswith("/grpc."):
                return handler
            guarded = cast(Any, partial(self._answer, method, cast(Method, handler.unary_unary)))
            deserialize, serialize = handler.request_deserializer, handler.response_serializer
            self._guarded[method] = (
                grpc.unary_unary_rpc_method_handler(guarded, deserialize, serialize),
                # Is called before the message is read. Of a stranger, who may send 34 MB, it never is.
                grpc.stream_unary_rpc_method_handler(guarded, deserialize, serialize),
            )
        known, stranger = self._guarded[method]
        return known if self._is_signed(details) else stranger

    def _is_signed(self, details: grpc.HandlerCallDetails) -> bool:
        metadata = dict(cast(Any, details.invocation_metadata) or ())
        try:
            self._verifier.verify(metadata.get(principal.METADATA_KEY, ""), details.method)
        except errors.Unauthenticated:
            return False
        return True

    async def _answer(self, method: str, inner: Method, request: Any, context: Context) -> Any:
        metadata: dict[str, Any] = dict(cast(Any, context.invocation_metadata()))
        with trace.following(metadata.get(traceparent.HEADER), method[1:], "server"):
            began, code = time.perf_counter(), grpc.StatusCode.OK
            try:
                token = metadata.get(principal.METADATA_KEY, "")
                caller = self._verifier.verify(token, method, _names_in_certificate(context))
                admitted = admit(caller, self._token_access.get(method.rpartition("/")[2], _CLOSED))
                with principal.acting_as(admitted.principal, own=admitted.own):
                    return await inner(request, context)
            except Exception as error:
                problem = as_problem(error, method)
                code = _CODES.get(type(problem), grpc.StatusCode.INTERNAL)
                await context.abort_with_status(rpc_status.to_status(_status(problem, code)))
            finally:
                seconds = time.perf_counter() - began
                _duration(method, code.name).observe(seconds)
                trace.note({"rpc.response.status_code": code.name}, error=code.name if code in _FAULTS else "")
                trace.log().info("call", method=method, code=code.name, ms=round(seconds * 1000, 1))


def _names_in_certificate(context: Context) -> frozenset[str] | None:
    """Of the client; None where no TLS is spoken."""
    shown = context.auth_context()
    if b"ssl" not in shown.get("transport_security_type", ()):
        return None
    names = (*shown.get("x509_common_name", ()), *shown.get("x509_subject_alternative_name", ()))
    return frozenset(name.decode(errors="replace") for name in names)


def as_problem(error: Exception, where: str) -> Problem:
    """The Problem to answer with. An unexpected exception is logged and becomes INTERNAL."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ConnectionFailure) or (isinstance(error, PyMongoError) and error.timeout):
        trace.log().warning("database away", where=where, error=str(error))
        return errors.Unavailable("DATABASE_AWAY")
    trace.log().error("unexpected error", where=where, exc_info=error)
    return Problem("INTERNAL")


def _status(problem: Problem, code: grpc.StatusCode) -> status_pb2.Status:
    info = error_details_pb2.ErrorInfo(reason=problem.reason, domain=DOMAIN, metadata=problem.details)
    if problem.field:
        info.metadata["field"] = problem.field
    detail = any_pb2.Any()
    detail.Pack(info)
    return status_pb2.Status(code=code.value[0], message=problem.reason, details=[detail])


def problem_of(error: grpc.aio.AioRpcError) -> Problem:
    """The Problem that a service raised, as its client sees it."""
    kind = _KINDS.get(error.code())
    status = rpc_status.from_call(cast(Any, error))
    for detail in status.details if status else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            metadata = dict(info.metadata)
            field = metadata.pop("field", "")
            return (kind or Problem)(info.reason, field=field, **metadata)
    if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED):
        return errors.Unavailable("SERVICE_AWAY")
    return (kind or Problem)(error.code().name)


def _is_unreachable(error: grpc.aio.AioRpcError) -> bool:
    """True if no server answered, or one that was stopping dropped the call; false if a service itself answered that
    it is unavailable, for it gives a reason."""
    gone = error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    return gone and rpc_status.from_call(cast(Any, error)) is None


async def _call_with_retries(method: Any, request: Any, timeout: float, metadata: Sequence[tuple[str, str]]) -> Any:
    """Repeats the call while the service restarts. gRPC's own retries give up sooner."""
    until = time.monotonic() + min(timeout, _BACK_WITHIN_SECONDS)
    left, waiting = timeout, False
    while True:
        try:
            return await method(request, timeout=left, metadata=metadata, wait_for_ready=waiting)
        except grpc.aio.AioRpcError as error:
            left, waiting = until - time.monotonic(), True
            if left <= 0 or not _is_unreachable(error):
                raise
        await asyncio.sleep(_BEFORE_AGAIN_SECONDS)


class _SignedChannel:
    """The part of a channel that a stub uses. Its methods sign each call for the acting principal, propagate the trace,
    set a deadline and raise Problems."""

    def __init__(self, channel: grpc.aio.Channel, signer: Signer, service: str) -> None:
        self._channel = channel
        self._signer = signer
        self._service = service

    def unary_unary(self, path: str, *arguments: Any, **options: Any) -> Method:
        method = self._channel.unary_unary(path, *arguments, **options)
        span = path.rpartition(".")[2]  # "/ieum.people.v1.PeopleService/GetPerson": what comes after the package

        async def call(request: Any, *, timeout: float = DEADLINE_SECONDS) -> Any:
            with trace.within(span, "client"):
                metadata = (
                    (principal.METADATA_KEY, self._signer.sign(principal.acting(), self._service)),
                    (traceparent.HEADER, trace.traceparent()),
                )
                try:
                    return await _call_with_retries(method, request, timeout, metadata)
                except grpc.aio.AioRpcError as error:
                    code = error.code()
                    trace.note({"rpc.response.status_code": code.name}, error=code.name if code in _FAULTS else "")
                    raise problem_of(error) from error

        return call

    def unary_stream(self, *arguments: Any, **options: Any) -> Any:
        """Unchanged: our services have no streams, only gRPC's own health check has one."""
        return self._channel.unary_stream(*arguments, **options)


def client(stub: Callable[[grpc.aio.Channel], S], channel: grpc.aio.Channel, signer: Signer, service: str) -> S:
    """The stub over a channel to a service that signs, traces and translates errors."""
    return stub(cast(grpc.aio.Channel, _SignedChannel(channel, signer, service)))


def channel(address: str, identity: Identity | None = None) -> grpc.aio.Channel:
    if identity is None:
        return grpc.aio.insecure_channel(address, options=_CHANNEL_OPTIONS)
    options = list(_CHANNEL_OPTIONS)
    if "," in address:  # several workers share the certificate of the first host
        options.append(("grpc.ssl_target_name_override", address.removeprefix("ipv4:").partition(":")[0]))
    return grpc.aio.secure_channel(address, identity.for_clients(), options=options)


def open_port(opened: grpc.aio.Server, address: str, identity: Identity | None) -> int:
    if identity is None:
        return opened.add_insecure_port(address)
    return opened.add_secure_port(address, identity.for_servers())


def server(verifier: Verifier, token_access: Mapping[str, Access]) -> grpc.aio.Server:
    options = [*_OPTIONS, *_CONNECTION_AGE, ("grpc.so_reuseport", 0)]
    return grpc.aio.server(interceptors=[ServerInterceptor(verifier, token_access)], options=options)
