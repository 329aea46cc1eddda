"""The RPC door of the working view: exact counts, a stated purpose, and every look on record."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ieum.statistics.v1 import events_pb2, statistics_pb2, working_pb2_grpc
from ieum.statistics.v1 import working_pb2 as pb
from services.chassis.clock import new_id, now, stamp
from services.chassis.events.audit_events import AuditEvents
from services.chassis.principal import acting
from services.statistics import authorisation
from services.statistics.areas.tree import EVERYWHERE
from services.statistics.facts.store import Facts
from services.statistics.figures.rounding import rounded_text
from services.statistics.figures.universe import Universe
from services.statistics.live.daily import DailyStates
from services.statistics.live.domain import working
from services.statistics.live.domain.questions import Question
from services.statistics.live.domain.working import Look
from services.statistics.live.messages import row_to_message
from services.statistics.live.working_store import WorkingLooks

if TYPE_CHECKING:  # its arrays take as long to load as the rest of the service
    from services.statistics.live.domain.returning import RetentionPoint


class WorkingViewService(working_pb2_grpc.WorkingViewServiceServicer):
    def __init__(self, days: DailyStates, facts: Facts, looks: WorkingLooks, audit: AuditEvents) -> None:
        self._days = days
        self._facts = facts
        self._looks = looks
        self._audit = audit

    async def ViewWorkingFigures(self, request: pb.ViewWorkingFiguresRequest, context: object) -> pb.WorkingFigures:
        await self._require_responsible(request.area)
        universe = Universe.EMPLOYEE if request.universe == statistics_pb2.EMPLOYEE else Universe.RESIDENT
        asked = Question(request.area, universe, _dimension(request.by), request.period)
        purpose = working.check(asked, request.purpose)
        acting().require_proof()
        state, returns = await self._days.exact(asked, now())
        rows = list(working.exact_rows(state, asked))
        look = await self._looks.add(
            Look(
                key=_key(acting().person, request.request_id),
                person=acting().person,
                time=state.as_of,
                area=asked.area,
                universe=universe.value,
                by=asked.by,
                period=asked.period,
                purpose=purpose,
            )
        )
        await self._audit.publish(
            events_pb2.WorkingFiguresViewed(area=asked.area, by=request.by, period=asked.period, purpose=purpose)
        )
        courses = {name: document["title"] for name, document in state.world.courses.items()}
        titles = {**courses, **state.world.tree.titles}
        written = [row_to_message(code, figures, titles) for code, figures in rows]
        return pb.WorkingFigures(
            as_of=stamp(state.as_of),
            rows=written[:-1],
            total=written[-1],
            look=look_to_message(look),
            once=returns.once,
            again=returns.again,
            retention=map(_point, returns.retention),
        )

    async def ListWorkingLooks(
        self, request: pb.ListWorkingLooksRequest, context: object
    ) -> pb.ListWorkingLooksResponse:
        await self._require_responsible(request.area)
        tree = await self._facts.areas()
        areas = {*tree.below(request.area), *tree.path((EVERYWHERE,), request.area)}
        return pb.ListWorkingLooksResponse(looks=map(look_to_message, await self._looks.latest(areas)))

    async def _require_responsible(self, area: str) -> None:
        authorisation.require_responsible(acting(), await self._facts.areas(), area)


def look_to_message(look: Look) -> pb.WorkingLook:
    return pb.WorkingLook(
        person=look.person,
        time=stamp(look.time),
        area=look.area,
        universe=statistics_pb2.EMPLOYEE if look.universe == Universe.EMPLOYEE else statistics_pb2.RESIDENT,
        by=statistics_pb2.Dimension.Value(look.by),
        period=look.period,
        purpose=look.purpose,
    )


def _point(point: RetentionPoint) -> pb.RetentionPoint:
    share = rounded_text(100 * point.share, 1) or ""
    return pb.RetentionPoint(weeks=point.weeks, at_risk=point.at_risk, left=point.left, share=share)


def _dimension(by: statistics_pb2.Dimension.ValueType) -> str:
    return statistics_pb2.Dimension.Name(by) if by in statistics_pb2.Dimension.values() else ""


def _key(person: str, request_id: str) -> str:
    return hashlib.sha256(f"{person}|{request_id}".encode()).hexdigest()[:24] if request_id else new_id()
