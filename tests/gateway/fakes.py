"""The services as a gateway sees them: any method answers what a test put there, else a message with something in
each field; every call is kept. They stand on a real gRPC server with the real doorkeeper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import grpc.aio
from google.protobuf.descriptor import FieldDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from ieum.classes.v1 import classes_pb2
from ieum.courses.v1 import courses_pb2
from ieum.enrollment.v1 import enrollment_pb2
from ieum.notices.v1 import notices_pb2
from ieum.people.v1 import cards_pb2, counter_pb2, imports_pb2, mail_links_pb2, people_pb2, privacy_pb2, retention_pb2
from ieum.progress.v1 import progress_pb2
from ieum.statistics.v1 import distribution_pb2, questions_pb2, releases_pb2, statistics_pb2, working_pb2
from ieum.surveys.v1 import surveys_pb2
from services.chassis import principal, rpc
from services.chassis.config import Settings
from services.chassis.errors import Unauthenticated
from services.chassis.signature import Verifier
from services.chassis.token_access import Access
from services.registry import SERVICES

MODULES = (
    *(
        people_pb2,
        cards_pb2,
        counter_pb2,
        imports_pb2,
        mail_links_pb2,
        privacy_pb2,
        retention_pb2,
        courses_pb2,
        enrollment_pb2,
        progress_pb2,
        classes_pb2,
        notices_pb2,
        surveys_pb2,
    ),
    *(statistics_pb2, releases_pb2, questions_pb2, distribution_pb2, working_pb2),
)
MOMENT = Timestamp(seconds=1_790_000_000)
Answer = Message | Exception | Callable[[Any], Any]


class Fakes:
    """`answers["GetPerson"] = Person(...)`, an exception, or a function of the request."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.calls: dict[str, list[tuple[Any, principal.Principal]]] = defaultdict(list)
        self.viewers: dict[str, people_pb2.Viewer] = {}
        self.answers["GetMedia"] = courses_pb2.Media(name="media/1", content_type="image/png", size=3, sha256="abc")
        self.answers["ReadMedia"] = courses_pb2.ReadMediaResponse(data=b"abc")
        self.answers["GetPrivacyNotice"] = privacy_pb2.PrivacyNotice()
        self.answers["GetRetention"] = retention_pb2.Retention()
        self.answers["GetAssessment"] = releases_pb2.AssessmentContent()
        self.answers["VerifySession"] = lambda request: self._viewer(request.token)
        self.answers["VerifyToken"] = lambda request: self._viewer(request.secret)

    def sign_in(self, secret: str, *roles: str, scope: str = "*", **values: Any) -> None:
        """From now on this cookie or token stands for a person with these roles."""
        person = people_pb2.Person(
            name=f"people/{secret.replace('_', '-')}", display_name="박은지", login=secret, area="areas/HB0101"
        )
        person.universe = people_pb2.RESIDENT
        for role in roles or ("learner",):
            person.grants.add(role=people_pb2.Role.Value(role.upper()), scope=scope)
        self.viewers[secret] = people_pb2.Viewer(person=person, session=f"session-{secret}", **values)

    def _viewer(self, secret: str) -> people_pb2.Viewer:
        if secret not in self.viewers:
            raise Unauthenticated("SESSION_UNKNOWN")
        return self.viewers[secret]

    def requests(self, method: str) -> list[Any]:
        return [request for request, _ in self.calls[method]]

    async def answer(self, method: str, request: Any, blank: type[Message]) -> Message:
        self.calls[method].append((request, principal.acting()))
        answer = self.answers.get(method) or sample(blank)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Awaitable):
            answer = await answer
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Message)
        return answer


def sample(kind: type[Message], depth: int = 0) -> Any:
    """A message with something in each field, lists of one, nested not too deep."""
    message = kind()
    for field in kind.DESCRIPTOR.fields:
        if field.name == "next_page_token":
            continue  # a list of everything would never end
        if field.containing_oneof and field.containing_oneof.fields[0] is not field:
            continue
        _fill(message, field, depth)
    return message


def _fill(message: Any, field: Any, depth: int) -> None:
    entry = field.message_type and field.message_type.GetOptions().map_entry
    if entry:
        counted = field.message_type.fields_by_name["value"].type == FieldDescriptor.TYPE_INT32
        getattr(message, field.name).update({"new": 1} if counted else {"ko": "가나다", "en": "abc"})
    elif field.message_type and field.message_type.full_name == "google.protobuf.Timestamp":
        getattr(message, field.name).CopyFrom(MOMENT)
    elif field.message_type:
        if depth < 8:
            part = sample(GetMessageClass(field.message_type), depth + 1)
            getattr(message, field.name).extend([part]) if field.is_repeated else getattr(message, field.name).CopyFrom(
                part
            )
    else:
        value: Any = {"string": "1", "bytes": b"\1\1", "bool": True}.get(_KINDS.get(field.type, ""), 1)
        if field.is_repeated:
            getattr(message, field.name).append(value)
        else:
            setattr(message, field.name, value)


_KINDS = {FieldDescriptor.TYPE_STRING: "string", FieldDescriptor.TYPE_BYTES: "bytes", FieldDescriptor.TYPE_BOOL: "bool"}


class _AnyAudience(Verifier):
    """One server stands for all services."""

    def _is_meant_for_us(self, audience: str) -> bool:
        return audience in SERVICES


async def serve(fakes: Fakes, settings: Settings) -> tuple[grpc.aio.Server, str]:
    """The server and its address."""
    server = rpc.server(_AnyAudience("fakes", settings.public_keys), _AnyScope())
    for module in MODULES:
        for service in module.DESCRIPTOR.services_by_name.values():
            server.add_generic_rpc_handlers((_handlers(fakes, service),))
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await checks.set("", health_pb2.HealthCheckResponse.SERVING)
    return server, f"127.0.0.1:{port}"


class _AnyScope(dict[str, Access]):
    """What a token may do is the services' business."""

    def get(self, method: str, default: Any = None) -> Any:
        return Access("statistics.read")


def _handlers(fakes: Fakes, service: ServiceDescriptor) -> Any:
    def handler(name: str, request_type: type[Message], response_type: type[Message]) -> Any:
        async def act(request: Message, _: Any) -> Message:
            return await fakes.answer(name, request, response_type)

        return grpc.unary_unary_rpc_method_handler(act, request_type.FromString, response_type.SerializeToString)

    methods = {
        method.name: handler(method.name, GetMessageClass(method.input_type), GetMessageClass(method.output_type))
        for method in service.methods
    }
    return grpc.method_handlers_generic_handler(service.full_name, methods)
