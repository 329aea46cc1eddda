"""The RPC door: one query, limited to the caller's own areas, for page, CSV and JSON alike."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ieum.statistics.v1 import events_pb2, statistics_pb2_grpc
from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.clock import moment, now, stamp
from services.chassis.errors import Invalid
from services.chassis.events.audit_events import AuditEvents
from services.chassis.principal import acting
from services.chassis.token_access import Access
from services.statistics import authorisation
from services.statistics.figures.measures import MEASURES, METHOD_VERSION
from services.statistics.figures.periods import check_quarter
from services.statistics.figures.universe import Universe
from services.statistics.live.domain import protection
from services.statistics.live.domain.answers import OfficialView
from services.statistics.live.domain.protection import Figure
from services.statistics.live.domain.questions import Question, categories_overlap
from services.statistics.live.memory import FactsInMemory
from services.statistics.live.residents import Residents

TOKEN_ACCESS = {"QueryTable": Access("statistics.read")}

_DIMENSIONS = frozenset(pb.Dimension.values()) - {pb.DIMENSION_UNSPECIFIED}


class StatisticsService(statistics_pb2_grpc.StatisticsServiceServicer):
    def __init__(self, facts: FactsInMemory, residents: Residents, audit: AuditEvents, k: int) -> None:
        """`k` persons are needed to show a count."""
        self._facts = facts
        self._residents = residents
        self._audit = audit
        self._k = k

    async def QueryTable(self, request: pb.QueryTableRequest, context: object) -> pb.Table:
        snapshot, moment_asked = await self._facts.now(), now()
        tree, courses = snapshot.world.tree, snapshot.world.courses
        caller = acting()
        area = authorisation.queried_area(caller, tree, request.area)
        asked = replace(_question(request, area), k=self._k)
        if asked.as_of and asked.as_of > moment_asked:
            raise Invalid("AS_OF_IN_FUTURE", field="as_of")
        policy = asked.policy(moment_asked)
        scopes = authorisation.scopes_of(caller)
        # What nobody asked before is counted from all of a province's enrolments.
        answer = await asyncio.to_thread(OfficialView(snapshot.count, tree, scopes, moment_asked).answer, asked)
        if asked.is_custom(moment_asked):
            await self._audit.publish(table_queried(asked, request.by))
        if request.export:
            await self._audit.publish(events_pb2.TableExported(area=asked.area))
        codes = [row.code for row in answer.rows]
        residents = await self._residents.behind(asked, codes, moment_asked)
        titles = {**{name: document["title"] for name, document in courses.items()}, **tree.titles}
        shown = []
        for cell in answer.rows:
            hidden = answer.hidden[cell.code]
            figures = protection.figures(cell, hidden, policy)
            reached = [protection.reach(cell, hidden, residents.get(cell.code), policy)] if residents else []
            shown.append(_row(cell.code, [*figures, *reached], titles))
        return pb.Table(
            area=asked.area,
            universe=request.universe or pb.RESIDENT,
            by=request.by,
            as_of=stamp(asked.as_of or moment_asked),
            rows=shown[:-1],
            total=shown[-1],
            additive=not categories_overlap(asked.by),
            from_quarter=asked.first,
            to_quarter=asked.last,
            course=asked.course,
            method_version=METHOD_VERSION,
            threshold=policy.k,
            custom=asked.is_custom(moment_asked),
        )


def _question(request: pb.QueryTableRequest, area: str) -> Question:
    first = check_quarter(request.from_quarter, "from_quarter")
    last = check_quarter(request.to_quarter, "to_quarter")
    if first and last and last < first:
        raise Invalid("QUARTERS_REVERSED", field="to_quarter")
    universe = Universe.EMPLOYEE if request.universe == pb.EMPLOYEE else Universe.RESIDENT
    by = pb.Dimension.Name(request.by) if request.by in _DIMENSIONS else ""
    return Question(area, universe, by, first, last, request.course, moment(request.as_of))


def table_queried(question: Question, by: pb.Dimension.ValueType) -> events_pb2.TableQueried:
    return events_pb2.TableQueried(
        area=question.area,
        by=by,
        course=question.course,
        from_quarter=question.first,
        to_quarter=question.last,
        as_of=stamp(question.as_of),
    )


def _row(code: str, figures: Sequence[Figure], titles: Mapping[str, Mapping[str, str]]) -> pb.Row:
    values = [
        pb.Value(measure=f.measure, value=f.value or "", obs_status=f.status, unit=MEASURES[f.measure].unit)
        for f in figures
    ]
    return pb.Row(code=code, title=dict(titles.get(code, {})), values=values)
