"""The RPC door: one query, limited to the caller's own areas, for page, CSV and JSON alike."""

from __future__ import annotations

from dataclasses import replace

from ieum.statistics.v1 import events_pb2, statistics_pb2_grpc
from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.clock import moment, now, stamp
from services.chassis.errors import Invalid
from services.chassis.events.audit_events import AuditEvents
from services.chassis.principal import acting
from services.chassis.token_access import Access
from services.statistics import authorisation
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.measures import METHOD_VERSION
from services.statistics.figures.periods import check_quarter, quarters_in, quarters_of
from services.statistics.figures.universe import Universe
from services.statistics.live.daily import DailyStates
from services.statistics.live.domain.cross_table import CrossQuestion, cross_cells
from services.statistics.live.domain.overview import OLD_AGE
from services.statistics.live.domain.questions import Question
from services.statistics.live.messages import Rows, periods_queried, table_queried
from services.statistics.live.overviews import Overviews
from services.statistics.live.own_facts import OwnFacts
from services.statistics.live.residents import Residents

TOKEN_ACCESS = dict.fromkeys(("QueryTable", "GetOverview", "QueryCrossTable"), Access("statistics.read"))

_DIMENSIONS = frozenset(pb.Dimension.values()) - {pb.DIMENSION_UNSPECIFIED}
_OVERLAPPING = (pb.AGE, pb.TARGET_GROUP, pb.COURSE_DOMAIN)


class StatisticsService(statistics_pb2_grpc.StatisticsServiceServicer):
    def __init__(self, states: DailyStates, residents: Residents, audit: AuditEvents, own: OwnFacts, k: int) -> None:
        """`k` persons are needed to show a count."""
        self._own = own
        self._states = states
        self._residents = residents
        self._audit = audit
        self._policy = Policy(k=k)
        self._overviews = Overviews(residents, self._policy)

    async def QueryTable(self, request: pb.QueryTableRequest, context: object) -> pb.Table:
        authorisation.scopes_of(acting())
        asked = _question(request)
        state = await self._states.at(asked.universe, asked.as_of, now())
        area = authorisation.queried_area(acting(), state.world.tree, request.area)
        past = asked.as_of if state.is_past else None
        asked = replace(asked, area=area, as_of=past)
        if asked.is_custom:
            await self._audit.publish(table_queried(asked, request.by))
        if request.export:
            await self._audit.publish(events_pb2.TableExported(area=asked.area))
        rows = state.rows(asked)
        residents = await self._residents.behind(asked, [code for code, _ in rows], state.as_of)
        courses = {name: document["title"] for name, document in state.world.courses.items()}
        titles = {**courses, **state.world.tree.titles}
        rows_of = Rows(self._policy, titles)
        completers = [[each] for each in state.completers(asked)] or [[] for _ in rows]
        shown = [
            rows_of.row(code, cell, residents.get(code), *more, with_reach=bool(residents))
            for (code, cell), more in zip(rows, completers, strict=True)
        ]
        quarters = quarters_in(asked.period) if asked.period else ("",)
        return pb.Table(
            area=asked.area,
            universe=request.universe or pb.RESIDENT,
            by=request.by,
            as_of=stamp(state.as_of),
            rows=shown[:-1],
            total=shown[-1],
            additive=request.by not in _OVERLAPPING,
            period=asked.period,
            from_quarter=quarters[0],
            to_quarter=quarters[-1],
            course=asked.course,
            method_version=METHOD_VERSION,
            threshold=self._policy.k,
            custom=asked.is_custom,
        )

    async def GetOverview(self, request: pb.GetOverviewRequest, context: object) -> pb.Overview:
        universe = _universe(request.universe)
        authorisation.scopes_of(acting())
        state = await self._states.at(universe, None, now())
        area = authorisation.queried_area(acting(), state.world.tree, request.area)
        Question(area, universe, "", request.period).check()
        if request.period:
            await self._audit.publish(periods_queried(area, pb.DIMENSION_UNSPECIFIED, [request.period]))
        if request.export:
            await self._audit.publish(events_pb2.TableExported(area=area))
        return await self._overviews.message(state, universe, area, request.period)

    async def QueryCrossTable(self, request: pb.QueryCrossTableRequest, context: object) -> pb.CrossTable:
        universe = _universe(request.universe)
        authorisation.scopes_of(acting())
        by = pb.Dimension.Name(request.by) if request.by in _DIMENSIONS else ""
        asked = CrossQuestion(request.area, universe, by, tuple(dict.fromkeys(request.periods)), request.parts)
        asked.check()
        state = await self._states.at(universe, None, now())
        asked = replace(asked, area=authorisation.queried_area(acting(), state.world.tree, request.area))
        cells = list(cross_cells(state, asked))
        if asked.periods:
            await self._audit.publish(periods_queried(asked.area, request.by, asked.periods))
        if request.export:
            await self._audit.publish(events_pb2.TableExported(area=asked.area))
        rows = Rows(self._policy, {})
        return pb.CrossTable(
            area=asked.area,
            universe=request.universe or pb.RESIDENT,
            by=request.by,
            as_of=stamp(state.as_of),
            rows=[
                pb.CrossRow(
                    area=each.area, period=each.period, row=rows.row(each.code, each.shown, None, with_reach=False)
                )
                for each in cells
            ],
            method_version=METHOD_VERSION,
            threshold=self._policy.k,
        )

    async def ListResidents(self, request: pb.ListResidentsRequest, context: object) -> pb.ListResidentsResponse:
        """Of an area of the caller's own; loaded numbers, which are public."""
        world = await self._states.world()
        area = authorisation.queried_area(acting(), world.tree, request.area)
        counts = await self._residents.by_age(area, "", now())
        places = sorted({place for place, age in counts if age == TOTAL})
        return pb.ListResidentsResponse(
            residents=[
                pb.AreaResidents(area=f"areas/{each}", all=counts[each, TOTAL], older=counts.get((each, OLD_AGE), 0))
                for each in places
            ]
        )

    async def ListOwnFacts(self, request: pb.ListOwnFactsRequest, context: object) -> pb.ListOwnFactsResponse:
        return await self._own.of(acting().accounts_of(acting().require_person()))


def _universe(given: pb.Universe.ValueType) -> Universe:
    return Universe.EMPLOYEE if given == pb.EMPLOYEE else Universe.RESIDENT


def _question(request: pb.QueryTableRequest) -> Question:
    universe = _universe(request.universe)
    by = pb.Dimension.Name(request.by) if request.by in _DIMENSIONS else ""
    question = Question(request.area, universe, by, _period(request), request.course, moment(request.as_of))
    question.check()
    return question


def _period(request: pb.QueryTableRequest) -> str:
    """Older addresses name the first and the last quarter. Those of one quarter or of one year are understood."""
    first = check_quarter(request.from_quarter, "from_quarter")
    last = check_quarter(request.to_quarter, "to_quarter")
    if request.period or not (first or last):
        return request.period
    if first == last:
        return first
    if first and (first, last) == quarters_of(first[:4])[:: len(quarters_of(first[:4])) - 1]:
        return first[:4]
    raise Invalid("PERIOD_NOT_ASKABLE", field="period")
