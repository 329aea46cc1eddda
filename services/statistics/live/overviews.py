"""Makes an area's overview from the live state and the residents of this year and the last."""

from __future__ import annotations

from datetime import date, timedelta

from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.clock import stamp
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.dimensions import TOTAL
from services.statistics.figures.measures import METHOD_VERSION
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.overview import Overview, newest_complete_quarter, overview, year_before
from services.statistics.live.domain.questions import LiveState
from services.statistics.live.messages import Rows, changes_to_messages
from services.statistics.live.residents import Residents


class Overviews:
    def __init__(self, residents: Residents, policy: Policy) -> None:
        self._residents = residents
        self.policy = policy

    async def of(self, state: LiveState, universe: Universe, area: str, period: str = "") -> Overview:
        """Of the last quarter that has ended, where no period is named."""
        today = self.last_day(state)
        period = period or newest_complete_quarter(today)
        place = state.world.place(area) if universe is Universe.RESIDENT else ""
        residents = await self._residents.by_age(place, period, state.as_of)
        earlier = await self._residents.by_age(place, year_before(period), state.as_of)
        return overview(state, area, period, today, residents, earlier)

    def last_day(self, state: LiveState) -> date:
        """The last day that a state counts."""
        return state.as_of.astimezone(self._residents.zone).date() - timedelta(days=1)

    async def message(self, state: LiveState, universe: Universe, area: str, period: str) -> pb.Overview:
        made = await self.of(state, universe, area, period)
        rows = Rows(self.policy, state.world.tree.titles)
        total, before = rows.pair(TOTAL, made.total)
        return pb.Overview(
            area=area,
            universe=pb.EMPLOYEE if universe is Universe.EMPLOYEE else pb.RESIDENT,
            period=made.period,
            before=made.before,
            as_of=stamp(state.as_of),
            complete=made.is_complete,
            mature=made.is_mature,
            total=total,
            total_before=before,
            changes=changes_to_messages(made.changes),
            groups=map(rows.standing, made.groups),
            areas=map(rows.standing, made.areas),
            method_version=METHOD_VERSION,
            threshold=self.policy.k,
            custom=bool(period),
        )
