"""The RPCs of the progress service."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from ieum.progress.v1 import events_pb2, progress_pb2_grpc
from ieum.progress.v1 import progress_pb2 as pb
from services.chassis import principal
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Invalid, Missing
from services.chassis.events.audit_events import AuditEvents
from services.chassis.principal import Principal, may_act_for
from services.chassis.store.mongo import Document
from services.chassis.store.paging import page_size
from services.chassis.token_access import Access
from services.progress import authorisation
from services.progress.domain import by_hand, enrolling, helping, steps
from services.progress.domain.certificates import new_number, parse_number
from services.progress.domain.events import CourseCompleted
from services.progress.domain.plan import Plan
from services.progress.domain.practice import walk
from services.progress.domain.record import Record
from services.progress.domain.settling import Outcome, settle
from services.progress.domain.standing_totals import totals
from services.progress.messages.grid import columns_of, places_of, row_to_message
from services.progress.messages.helping import learner_to_message
from services.progress.messages.item_statistics import item_result_to_message
from services.progress.messages.plans import solution_from_message
from services.progress.messages.practices import (
    moves_from_messages,
    next_move,
    practice_from_message,
    walk_to_message,
)
from services.progress.messages.resources import Lessons, certificate_to_message, parse_name, progress_to_message
from services.progress.messages.standings import standing_to_message
from services.progress.messages.steps import answer_from_message, result_to_message, step_from_message
from services.progress.store.records import FindPlan, RecordStore

MOST_STEPS = 200
MOST_IN_NEED = 200
_LEARN = Access(own="learning.write", others=("people.write",))
_GRID = Access(others=("courses.read",))
_TEACH = Access(others=("courses.write",))
TOKEN_ACCESS = {
    "RecordProgress": _LEARN,
    "StartAttempt": _LEARN,
    "AllowAttempt": _TEACH,
    "GetProgress": Access(own="learning.read", others=("courses.read",)),
    "ListProgress": Access(own="learning.read", others=("people.read",)),
    "ListStandings": Access(own="learning.read", others=("people.read",)),
    "ListGrid": _GRID,
    "ListItemResults": _GRID,
    "ListNeedingHelp": _GRID,
    "OfferHelp": _TEACH,
    "ResetQuiz": _TEACH,
    "CompleteByHand": _TEACH,
    "GetCourseTotals": _GRID,
    "VerifyCertificate": Access(own="learning.read", open=True),
    "RevokeCertificate": _TEACH,
}


class ProgressService(progress_pb2_grpc.ProgressServiceServicer):
    def __init__(self, store: RecordStore, audit: AuditEvents) -> None:
        self._store = store
        self._audit = audit

    async def RecordProgress(self, request: pb.RecordProgressRequest, context: object) -> pb.RecordProgressResponse:
        caller = principal.caller()
        if len(request.steps) > MOST_STEPS:
            raise Invalid("TOO_MANY_STEPS", field="steps", most=MOST_STEPS)
        asked = [step_from_message(step) for step in request.steps]
        outcome: steps.Outcome | None = None

        def verb(record: Record, plan: Plan) -> Outcome:
            nonlocal outcome
            outcome = steps.take(record, plan, asked, _number, now(), trusted=caller.runs_everything)
            return outcome.record, outcome.events

        record = await self._learn(caller, request.name, verb)
        assert outcome  # noqa: S101 - the verb ran
        return pb.RecordProgressResponse(
            progress=await self._render(record, Lessons({step.what.lesson for step in asked}, alone=True)),
            results=[result_to_message(result) for result in outcome.results],
            completed_now=any(isinstance(event, CourseCompleted) for event in outcome.events),
        )

    async def StartAttempt(self, request: pb.StartAttemptRequest, context: object) -> pb.Progress:
        caller = principal.caller()

        def verb(record: Record, plan: Plan) -> Outcome:
            begun = steps.start_attempt(record, plan, request.lesson, request.quiz)
            return settle(record, begun, plan, _number, now())

        record = await self._learn(caller, request.name, verb)
        return await self._render(record)

    async def AllowAttempt(self, request: pb.AllowAttemptRequest, context: object) -> pb.Progress:
        def verb(record: Record, plan: Plan) -> Outcome:
            return steps.allow_attempt(record, plan, request.quiz), []

        return await self._teach(request.name, verb)

    async def GetProgress(self, request: pb.GetProgressRequest, context: object) -> pb.Progress:
        caller = principal.caller()
        name = parse_name(request.name)
        record = await (self._store.arrival(name) if request.wait else self._store.get(name))
        await authorisation.require_reader(self._store, caller, record)
        return await self._render(record, Lessons({request.lesson}) if request.lesson else None)

    async def ListProgress(self, request: pb.ListProgressRequest, context: object) -> pb.ListProgressResponse:
        authorisation.require_may_act_for(principal.caller(), request.person)
        accounts = principal.caller().accounts_of(request.person)
        records, token = await self._store.of_person(accounts, page_size(request.page_size), request.page_token)
        progress = [await self._render(record) for record in records]
        return pb.ListProgressResponse(progress=progress, next_page_token=token)

    async def ListStandings(self, request: pb.ListStandingsRequest, context: object) -> pb.ListStandingsResponse:
        authorisation.require_may_act_for(principal.caller(), request.person)
        accounts = principal.caller().accounts_of(request.person)
        standings = [await self._standing(row) for row in await self._store.taken_by(accounts)]
        return pb.ListStandingsResponse(standings=standings)

    async def ListGrid(self, request: pb.ListGridRequest, context: object) -> pb.ListGridResponse:
        await authorisation.require_teacher(self._store, principal.caller(), request.course)
        if request.export and not request.page_token:
            principal.acting().require_proof()
            await self._audit.publish(events_pb2.GridExported(course=request.course))
        rows, token = await self._store.grid(request.course, page_size(request.page_size), request.page_token)
        plans = await self._store.plans.of_course(request.course)
        columns = columns_of(plans)
        places = places_of(plans, columns)
        return pb.ListGridResponse(
            rows=[row_to_message(row, places, len(columns)) for row in rows],
            next_page_token=token,
            columns=columns,
            totals=None if request.rows_alone else await self._totals(request.course),
        )

    async def ListItemResults(self, request: pb.ListItemResultsRequest, context: object) -> pb.ListItemResultsResponse:
        await authorisation.require_teacher(self._store, principal.caller(), request.course)
        counted = await self._store.item_statistics(request.course)
        return pb.ListItemResultsResponse(results=[item_result_to_message(each) for each in counted])

    async def ResetQuiz(self, request: pb.ResetQuizRequest, context: object) -> pb.Progress:
        by = principal.caller().person
        return await self._teach(
            request.name,
            lambda record, plan: by_hand.reset_quiz(record, plan, request.quiz, by, request.reason, now()),
        )

    async def CompleteByHand(self, request: pb.CompleteByHandRequest, context: object) -> pb.Progress:
        by = principal.caller().person
        return await self._teach(
            request.name,
            lambda record, plan: by_hand.complete_by_hand(record, plan, by, request.reason, _number, now()),
        )

    async def ListNeedingHelp(self, request: pb.ListNeedingHelpRequest, context: object) -> pb.ListNeedingHelpResponse:
        await authorisation.require_teacher(self._store, principal.caller(), request.course)
        at, found = now(), []
        async for record in self._store.learning(request.course):
            plan = await self._store.plans.find(record.course, record.version)
            if plan and (needs := helping.needs_of(record, plan, at)):
                found.append((helping.urgency(record, needs), learner_to_message(record, needs, plan, at)))
        found.sort(key=lambda each: each[0])
        return pb.ListNeedingHelpResponse(learners=[each for _, each in found[:MOST_IN_NEED]], total=len(found))

    async def OfferHelp(self, request: pb.OfferHelpRequest, context: object) -> pb.Progress:
        return await self._teach(request.name, lambda record, plan: helping.offer_help(record, now()))

    async def GetCourseTotals(self, request: pb.GetCourseTotalsRequest, context: object) -> pb.CourseTotals:
        await authorisation.require_teacher(self._store, principal.caller(), request.course)
        return await self._totals(request.course)

    async def VerifyCertificate(self, request: pb.VerifyCertificateRequest, context: object) -> pb.Certificate:
        return await self._certificate(await self._with_certificate(request.name))

    async def RevokeCertificate(self, request: pb.RevokeCertificateRequest, context: object) -> pb.Certificate:
        caller = principal.caller()
        found = await self._with_certificate(request.name)
        await authorisation.require_teacher(self._store, caller, found.course)

        def verb(record: Record, find: FindPlan) -> Outcome:
            return enrolling.revoke_certificate(record, request.reason, now())

        return await self._certificate(await self._store.change(found, verb))

    async def GradeDraft(self, request: pb.GradeDraftRequest, context: object) -> pb.StepResult:
        authorisation.require_author(principal.caller())
        return result_to_message(steps.grade(solution_from_message(request.item), answer_from_message(request.answer)))

    async def WalkPractice(self, request: pb.WalkPracticeRequest, context: object) -> pb.PracticeWalk:
        authorisation.require_author(principal.caller())
        practice = practice_from_message("", request.practice)
        moves = moves_from_messages(request.moves)
        move = next_move(practice, walk(practice, moves), request)
        return walk_to_message(practice, moves if move is None else (*moves, move))

    async def _learn(self, caller: Principal, name: str, verb: Callable[[Record, Plan], Outcome]) -> Record:
        """Changes the caller's own record. A teacher of the course may know that it exists, and gets NOT_YOURS instead
        of PROGRESS_NOT_FOUND."""
        key = parse_name(name)
        try:
            return await self._store.learn(key, partial(authorisation.require_own, caller), verb)
        except Missing:
            found = await self._store.get(key)
            is_own = may_act_for(caller, found.person)
            if not is_own and await authorisation.may_teach(self._store, caller, found.course):
                raise Forbidden("NOT_YOURS") from None
            raise

    async def _teach(self, name: str, verb: Callable[[Record, Plan], Outcome]) -> pb.Progress:
        """Changes the record of a learner whom the caller teaches."""
        found = await self._store.get(parse_name(name))
        if not await authorisation.may_teach(self._store, principal.caller(), found.course):
            raise Missing("PROGRESS_NOT_FOUND")
        return await self._render(await self._store.learn(found.enrollment, lambda record: None, verb))

    async def _with_certificate(self, name: str) -> Record:
        return await self._store.with_certificate(parse_number(name.removeprefix("certificates/")))

    async def _certificate(self, record: Record) -> pb.Certificate:
        version = record.completion.version if record.completion else record.version
        plan = await self._store.plans.find(record.course, version)
        message = certificate_to_message(record, plan, with_person=may_act_for(principal.acting(), record.person))
        return message or pb.Certificate()

    async def _render(self, record: Record, shown: Lessons | None = None) -> pb.Progress:
        plan = await self._store.plans.find(record.course, record.version)
        certificate = await self._certificate(record) if record.certificate else None
        return progress_to_message(record, plan, certificate, shown)

    async def _standing(self, row: Document) -> pb.Standing:
        plan = await self._store.plans.find(row["course"], row["version"])
        return standing_to_message(row, plan, await self._store.plans.newest(row["course"]))

    async def _totals(self, course: str) -> pb.CourseTotals:
        return pb.CourseTotals(course=course, **asdict(totals(await self._store.standings(course))))


def _number() -> str:
    return new_number(secrets.randbits)
