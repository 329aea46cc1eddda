"""Clients of the services: each call is signed for the acting principal and carries the trace on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc.aio
from aiohttp import web
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway.backend.course_contents import CourseContents
from ieum.classes.v1.classes_pb2_grpc import ClassesServiceStub
from ieum.courses.v1.courses_pb2_grpc import CoursesServiceStub
from ieum.enrollment.v1.enrollment_pb2_grpc import EnrollmentServiceStub
from ieum.notices.v1.notices_pb2_grpc import NoticesServiceStub
from ieum.people.v1.cards_pb2_grpc import CardServiceStub
from ieum.people.v1.counter_pb2_grpc import CounterServiceStub
from ieum.people.v1.imports_pb2_grpc import PeopleImportServiceStub
from ieum.people.v1.mail_links_pb2_grpc import MailLinkServiceStub
from ieum.people.v1.people_pb2_grpc import PeopleServiceStub
from ieum.people.v1.privacy_pb2_grpc import PrivacyServiceStub
from ieum.people.v1.retention_pb2_grpc import RetentionServiceStub
from ieum.progress.v1.progress_pb2_grpc import ProgressServiceStub
from ieum.statistics.v1.distribution_pb2_grpc import DistributionServiceStub
from ieum.statistics.v1.questions_pb2_grpc import QuestionServiceStub
from ieum.statistics.v1.releases_pb2_grpc import ReleaseServiceStub
from ieum.statistics.v1.statistics_pb2_grpc import StatisticsServiceStub
from ieum.statistics.v1.working_pb2_grpc import WorkingViewServiceStub
from ieum.surveys.v1.surveys_pb2_grpc import SurveysServiceStub
from services.chassis import rpc, tls
from services.chassis.config import Settings
from services.chassis.signature import GATEWAY, Signer
from services.registry import CALLED

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class Clients:
    people: PeopleServiceStub
    counter: CounterServiceStub
    cards: CardServiceStub
    mail_links: MailLinkServiceStub
    privacy: PrivacyServiceStub
    retention: RetentionServiceStub
    imports: PeopleImportServiceStub
    courses: CoursesServiceStub
    enrollment: EnrollmentServiceStub
    progress: ProgressServiceStub
    statistics: StatisticsServiceStub
    releases: ReleaseServiceStub
    distribution: DistributionServiceStub
    questions: QuestionServiceStub
    working: WorkingViewServiceStub
    classes: ClassesServiceStub
    notices: NoticesServiceStub
    surveys: SurveysServiceStub
    contents: CourseContents
    channels: dict[str, grpc.aio.Channel]

    async def away(self) -> list[str]:
        """Names of the services that do not serve right now."""
        return [name for name, channel in self.channels.items() if not await _serves(channel)]


CLIENTS = web.AppKey("clients", Clients)


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[Clients]:
    """Does not wait for the services: each call tries again to reach one that is away."""
    signer, identity = Signer(GATEWAY, settings.signing_key(GATEWAY)), tls.identity(settings)
    async with AsyncExitStack() as stack:
        channels = {
            name: await stack.enter_async_context(rpc.channel(settings.target(name), identity)) for name in CALLED
        }

        def client(name: str, stub: Callable[[grpc.aio.Channel], S]) -> S:
            return rpc.client(stub, channels[name], signer, name)

        courses = client("courses", CoursesServiceStub)
        yield Clients(
            people=client("people", PeopleServiceStub),
            counter=client("people", CounterServiceStub),
            cards=client("people", CardServiceStub),
            mail_links=client("people", MailLinkServiceStub),
            privacy=client("people", PrivacyServiceStub),
            retention=client("people", RetentionServiceStub),
            imports=client("people", PeopleImportServiceStub),
            courses=courses,
            enrollment=client("enrollment", EnrollmentServiceStub),
            progress=client("progress", ProgressServiceStub),
            statistics=client("statistics", StatisticsServiceStub),
            releases=client("statistics", ReleaseServiceStub),
            distribution=client("statistics", DistributionServiceStub),
            questions=client("statistics", QuestionServiceStub),
            working=client("statistics", WorkingViewServiceStub),
            classes=client("classes", ClassesServiceStub),
            notices=client("notices", NoticesServiceStub),
            surveys=client("surveys", SurveysServiceStub),
            contents=CourseContents(courses),
            channels=channels,
        )


async def side_by_side(first: Awaitable[S], second: Awaitable[T]) -> tuple[S, T]:
    """Awaits both at once; raises the first problem of either as it is, not in a group."""
    try:
        async with asyncio.TaskGroup() as tasks:
            left, right = tasks.create_task(_awaited(first)), tasks.create_task(_awaited(second))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    return left.result(), right.result()


async def _awaited(answer: Awaitable[S]) -> S:
    return await answer


async def _serves(channel: grpc.aio.Channel) -> bool:
    try:
        # The package's types do not name the stub's methods.
        check: Any = health_pb2_grpc.HealthStub(channel)
        answer: health_pb2.HealthCheckResponse = await check.Check(health_pb2.HealthCheckRequest(), timeout=1)
    except grpc.aio.AioRpcError:
        return False
    return answer.status == health_pb2.HealthCheckResponse.SERVING
