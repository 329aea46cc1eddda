"""Live figures between the domain and protobuf."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ieum.statistics.v1 import events_pb2
from ieum.statistics.v1 import statistics_pb2 as pb
from services.chassis.clock import stamp
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.differences import Verdict
from services.statistics.figures.measures import MEASURES
from services.statistics.figures.periods import quarters_in
from services.statistics.figures.rounding import rounded_text
from services.statistics.live.domain.overview import Cells, Change, Standing
from services.statistics.live.domain.protection import Figure, ShownCell, figures, reach
from services.statistics.live.domain.questions import Question

Titles = Mapping[str, Mapping[str, str]]
VERDICTS = {verdict: pb.Verdict.Value(verdict.name) for verdict in Verdict}
_CHANGE_PLACES = 1


@dataclass(frozen=True)
class Rows:
    """Writes rows: figures with the titles of areas and courses."""

    policy: Policy
    titles: Titles

    def row(self, code: str, cell: ShownCell, residents: int | None, *more: Figure, with_reach: bool) -> pb.Row:
        """With the reach where residents of any row are known, so that all rows have the same columns."""
        reached = [reach(cell, residents, self.policy)] if with_reach else []
        return row_to_message(code, [*figures(cell, self.policy), *reached, *more], self.titles)

    def standing(self, standing: Standing) -> pb.Standing:
        row, before = self.pair(standing.code, standing.cells)
        return pb.Standing(
            row=row, before=before, completing=VERDICTS[standing.completing], reach=VERDICTS[standing.reach]
        )

    def pair(self, code: str, cells: Cells) -> tuple[pb.Row, pb.Row]:
        """The row now and a year before."""
        return (
            self.row(code, cells.now, cells.residents, with_reach=True),
            self.row(code, cells.before, cells.residents_before, with_reach=True),
        )


def row_to_message(code: str, values: Sequence[Figure], titles: Titles) -> pb.Row:
    written = [
        pb.Value(measure=f.measure, value=f.value or "", obs_status=f.status, unit=MEASURES[f.measure].unit)
        for f in values
    ]
    return pb.Row(code=code, title=dict(titles.get(code, {})), values=written)


def changes_to_messages(changes: Iterable[Change]) -> list[pb.Change]:
    return [_change(change) for change in changes]


def _change(change: Change) -> pb.Change:
    message = pb.Change(measure=change.measure, verdict=VERDICTS[change.verdict])
    if difference := change.difference:
        message.value = rounded_text(difference.value, _CHANGE_PLACES) or ""
        message.low = rounded_text(difference.low, _CHANGE_PLACES) or ""
        message.high = rounded_text(difference.high, _CHANGE_PLACES) or ""
    return message


def table_queried(question: Question, by: pb.Dimension.ValueType) -> events_pb2.TableQueried:
    quarters = quarters_in(question.period) if question.period else ("",)
    return events_pb2.TableQueried(
        area=question.area,
        by=by,
        course=question.course,
        from_quarter=quarters[0],
        to_quarter=quarters[-1],
        as_of=stamp(question.as_of),
    )


def periods_queried(area: str, by: pb.Dimension.ValueType, periods: Sequence[str]) -> events_pb2.TableQueried:
    return events_pb2.TableQueried(area=area, by=by, periods=periods)
