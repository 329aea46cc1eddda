"""The RPC door of the progress service."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from ieum.progress.v1 import progress_pb2 as pb
from ieum.progress.v1 import progress_pb2_grpc
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Invalid, Missing
from services.chassis.principal import Principal, acting
from services.chassis.store.entities import Document
from services.chassis.store.pages import page_size
from services.progress.domain import enrolling, steps
from services.progress.domain.certificates import new_number, parse_number
from services.progress.domain.facts import CourseCompleted
from services.progress.domain.plan import Plan
from services.progress.domain.record import Record
from services.progress.domain.settling import Outcome, settle
from services.progress.domain.totals import totals
from services.progress.messages.grid import columns_of, places_of, row_message
from services.progress.messages.resources import Lessons, certificate_message, parse_name, progress_message
from services.progress.messages.standings import standing_message
from services.progress.messages.steps import result_message, step_of
from services.progress.store import FindPlan, Store

MOST_STEPS = 200
TOKEN_SCOPES = {
    "RecordProgress": "learning.write",
    "StartAttempt": "learning.write",
    "AllowAttempt": "learning.write",
    "GetProgress": "learning.read",
    "ListProgress": "learning.read",
    "ListStandings": "learning.read",
    "ListGrid": "learning.read",
    "GetCourseTotals": "learning.read",
    "VerifyCertificate": "learning.read",
    "RevokeCertificate": "learning.write",
}


class ProgressService(progress_pb2_grpc.ProgressServiceServicer):
    def __init__(self, store: Store) -> None:
        self._store = store

    async def RecordProgress(self, request: pb.RecordProgressRequest, context: object) -> pb.RecordProgressResponse:
        caller = _caller()
        if len(request.steps) > MOST_STEPS:
            raise Invalid("TOO_MANY_STEPS", field="steps", most=MOST_STEPS)
        asked = [step_of(step) for step in request.steps]
        outcome: steps.Outcome | None = None

        def verb(record: Record, plan: Plan) -> Outcome:
            nonlocal outcome
            outcome = steps.take(record, plan, asked, _number, now(), trusted=caller.runs_everything)
            return outcome.record, outcome.facts

        record = await self._learn(caller, request.name, verb)
        assert outcome  # noqa: S101 - the verb ran
        return pb.RecordProgressResponse(
            progress=await self._render(record, Lessons({step.what.lesson for step in asked}, alone=True)),
            results=[result_message(result) for result in outcome.results],
            completed_now=any(isinstance(fact, CourseCompleted) for fact in outcome.facts),
        )

    async def StartAttempt(self, request: pb.StartAttemptRequest, context: object) -> pb.Progress:
        caller = _caller()

        def verb(record: Record, plan: Plan) -> Outcome:
            begun = steps.start_attempt(record, plan, request.lesson, request.quiz)
            return settle(record, begun, plan, _number, now())

        record = await self._learn(caller, request.name, verb)
        return await self._render(record)

    async def AllowAttempt(self, request: pb.AllowAttemptRequest, context: object) -> pb.Progress:
        caller = _caller()
        found = await self._store.get(parse_name(request.name))
        if not await self._may_teach(caller, found.course):
            raise Missing("PROGRESS_NOT_FOUND")

        def verb(record: Record, plan: Plan) -> Outcome:
            return steps.allow_attempt(record, plan, request.quiz), []

        return await self._render(await self._store.learn(found.enrollment, lambda record: None, verb))

    async def GetProgress(self, request: pb.GetProgressRequest, context: object) -> pb.Progress:
        caller = _caller()
        name = parse_name(request.name)
        record = await (self._store.arrival(name) if request.wait else self._store.get(name))
        if not await self._may_teach(caller, record.course):
            _require_own(caller, record)
        return await self._render(record, Lessons({request.lesson}) if request.lesson else None)

    async def ListProgress(self, request: pb.ListProgressRequest, context: object) -> pb.ListProgressResponse:
        _require_acting_for(request.person)
        records, token = await self._store.of_person(request.person, page_size(request.page_size), request.page_token)
        progress = [await self._render(record) for record in records]
        return pb.ListProgressResponse(progress=progress, next_page_token=token)

    async def ListStandings(self, request: pb.ListStandingsRequest, context: object) -> pb.ListStandingsResponse:
        _require_acting_for(request.person)
        standings = [await self._standing(row) for row in await self._store.taken_by(request.person)]
        return pb.ListStandingsResponse(standings=standings)

    async def ListGrid(self, request: pb.ListGridRequest, context: object) -> pb.ListGridResponse:
        await self._require_teaching(request.course)
        rows, token = await self._store.grid(request.course, page_size(request.page_size), request.page_token)
        plans = await self._store.plans.of_course(request.course)
        columns = columns_of(plans)
        places = places_of(plans, columns)
        return pb.ListGridResponse(
            rows=[row_message(row, places, len(columns)) for row in rows],
            next_page_token=token,
            columns=columns,
            totals=None if request.rows_alone else await self._totals(request.course),
        )

    async def GetCourseTotals(self, request: pb.GetCourseTotalsRequest, context: object) -> pb.CourseTotals:
        await self._require_teaching(request.course)
        return await self._totals(request.course)

    async def VerifyCertificate(self, request: pb.VerifyCertificateRequest, context: object) -> pb.Certificate:
        return await self._certificate(await self._with_certificate(request.name))

    async def RevokeCertificate(self, request: pb.RevokeCertificateRequest, context: object) -> pb.Certificate:
        caller = _caller()
        found = await self._with_certificate(request.name)
        if not await self._may_teach(caller, found.course):
            raise Forbidden("NOT_TEACHER")

        def verb(record: Record, find: FindPlan) -> Outcome:
            return enrolling.revoke_certificate(record, request.reason, now())

        return await self._certificate(await self._store.change(found, verb))

    async def _learn(self, caller: Principal, name: str, verb: Callable[[Record, Plan], Outcome]) -> Record:
        """For the learner alone. Whoever teaches the course knows of the record and is told why it is not theirs."""
        key = parse_name(name)
        try:
            return await self._store.learn(key, partial(_require_own, caller), verb)
        except Missing:
            found = await self._store.get(key)
            if not _may_act_for(caller, found.person) and await self._may_teach(caller, found.course):
                raise Forbidden("NOT_YOURS") from None
            raise

    async def _with_certificate(self, name: str) -> Record:
        return await self._store.with_certificate(parse_number(name.removeprefix("certificates/")))

    async def _certificate(self, record: Record) -> pb.Certificate:
        version = record.completion.version if record.completion else record.version
        plan = await self._store.plans.find(record.course, version)
        message = certificate_message(record, plan, with_person=_may_act_for(acting(), record.person))
        return message or pb.Certificate()

    async def _render(self, record: Record, shown: Lessons | None = None) -> pb.Progress:
        plan = await self._store.plans.find(record.course, record.version)
        certificate = await self._certificate(record) if record.certificate else None
        return progress_message(record, plan, certificate, shown)

    async def _standing(self, row: Document) -> pb.Standing:
        plan = await self._store.plans.find(row["course"], row["version"])
        return standing_message(row, plan, await self._store.plans.newest(row["course"]))

    async def _totals(self, course: str) -> pb.CourseTotals:
        return pb.CourseTotals(course=course, **asdict(totals(await self._store.standings(course))))

    async def _may_teach(self, caller: Principal, course: str) -> bool:
        if caller.runs_everything:
            return True
        return caller.holds("instructor") and caller.person in await self._store.teachers(course)

    async def _require_teaching(self, course: str) -> None:
        if not await self._may_teach(_caller(), course):
            raise Forbidden("NOT_TEACHER")


def _caller() -> Principal:
    """Somebody signed in, or the gateway itself."""
    caller = acting()
    if not caller.is_system:
        caller.require_person()
    return caller


def _may_act_for(caller: Principal, person: str) -> bool:
    return caller.person == person or caller.runs_everything


def _require_acting_for(person: str) -> None:
    if not _may_act_for(_caller(), person):
        raise Forbidden("NOT_YOURS")


def _require_own(caller: Principal, record: Record) -> None:
    """A stranger is told the same as when there is nothing."""
    if not _may_act_for(caller, record.person):
        raise Missing("PROGRESS_NOT_FOUND")


def _number() -> str:
    return new_number(secrets.randbits)
