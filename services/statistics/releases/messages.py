"""Releases as they travel: in full for officials; the public form tells nothing of what was hidden."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from ieum.statistics.v1 import releases_pb2 as pb
from ieum.statistics.v1 import statistics_pb2 as common
from services.chassis.clock import stamp
from services.statistics.disclosure.decisions import Collapse
from services.statistics.disclosure.layout import TABLES, Detail
from services.statistics.disclosure.opened_cells import Attack, OpenedCell
from services.statistics.disclosure.preview import Preview
from services.statistics.figures.observation import Observation
from services.statistics.formats.names import JSON_LD, TURTLE
from services.statistics.releases.domain.lifecycle import CollapsedTable, Cost, FrozenFile, Release, State

STEP = 5
"""Percent."""


def release_to_message(release: Release, *, official: bool, withdrawn: bool = False) -> pb.Release:
    """The public form tells nothing of what was hidden, nor who worked on it."""
    shown = (
        release
        if official
        else replace(release, cost=None, planned_by="", approved_by="", published_by="", failure="", opened=())
    )
    return pb.Release(
        name=shown.name,
        series=f"releases/{shown.series}",
        edition=shown.edition,
        state=pb.Release.State.Value(shown.state.name),
        title=dict(shown.title),
        universe=common.Universe.Value(shown.universe.name),
        area=shown.area,
        periods=shown.periods,
        as_of=stamp(shown.as_of),
        publish_time=stamp(shown.publish_at),
        create_time=stamp(shown.created_at),
        planned_by=shown.planned_by,
        approved_by=shown.approved_by,
        published_by=shown.published_by,
        note=dict(shown.note),
        corrects=shown.corrects,
        corrected_by=shown.corrected_by,
        earlier=shown.earlier,
        method_version=shown.method_version,
        threshold=shown.k,
        done=shown.done,
        total=shown.total,
        cost=_cost(shown.cost) if shown.cost else None,
        checksum=shown.checksum,
        files=[file_to_message(row) for row in shown.files],
        detail=_detail(shown.detail),
        withdraws=shown.withdraws,
        withdrawn=withdrawn,
        failure=_failure_text(shown),
        build_failure=_failure(shown) if shown.failure else None,
    )


def _detail(detail: Detail) -> pb.Detail:
    return pb.Detail(
        year_top=detail.year_top,
        year_areas=detail.year_areas,
        quarter_top=detail.quarter_top,
        quarter_areas=detail.quarter_areas,
    )


def detail_from(message: pb.Detail) -> Detail:
    """Each table once, in the order of releases; unknown ones as they are."""

    def ordered(tables: Iterable[str]) -> tuple[str, ...]:
        given = dict.fromkeys(tables)
        return (*(table for table in TABLES if table in given), *(each for each in given if each not in TABLES))

    given = (message.year_top, message.year_areas, message.quarter_top, message.quarter_areas)
    return Detail(*(ordered(tables) for tables in given))


def preview_to_message(chosen: Preview, everything: Preview) -> pb.PlanPreview:
    """What is not chosen is shown as it would be if everything were."""
    costs = {cost.place: cost for cost in everything.tables} | {cost.place: cost for cost in chosen.tables}
    gaps = {(gap.group, gap.year, gap.top): gap for gap in (*everything.gaps, *chosen.gaps)}
    printed = {cost.place for cost in chosen.tables}
    return pb.PlanPreview(
        tables=[
            pb.TablePreview(
                table=cost.table,
                year=cost.year,
                top=cost.top,
                chosen=cost.place in printed,
                cells=cost.cells,
                hidden_percent=_in_steps(cost.hidden, cost.cells),
            )
            for cost in costs.values()
        ],
        gaps=[
            pb.GapPreview(
                group=gap.group, year=gap.year, top=gap.top, gaps=gap.gaps, seen_percent=_in_steps(gap.seen, gap.gaps)
            )
            for gap in gaps.values()
        ],
    )


def _in_steps(part: int, whole: int) -> int:
    return STEP * round(100 * part / (STEP * whole)) if whole else 0


def _cost(cost: Cost) -> pb.Cost:
    collapsed = cost.all_collapsed()
    return pb.Cost(
        cells=cost.cells,
        primary=cost.primary,
        secondary=cost.secondary,
        persons=cost.persons,
        collapsed=map(str, collapsed),
        everybody=cost.everybody,
        collapsed_tables=map(_collapsed_table, collapsed),
    )


_EXTENTS = {
    Collapse.ROWS: pb.CollapsedTable.SOME_AREAS_GIVEN_UP,
    Collapse.TOP_ONLY: pb.CollapsedTable.ONLY_TOP_AREA_SHOWN,
    Collapse.NOTHING: pb.CollapsedTable.NOTHING_SHOWN,
}


def _collapsed_table(collapsed: CollapsedTable) -> pb.CollapsedTable:
    table, _, code = collapsed.part.partition(":")
    return pb.CollapsedTable(period=collapsed.period, table=table, code=code, extent=_EXTENTS[collapsed.collapse])


_ATTACKS = {
    Attack.EXACT: pb.OpenedCell.EXACT_DISCLOSURE,
    Attack.INTERVAL: pb.OpenedCell.INTERVAL_TOO_NARROW,
    Attack.PRIMARY: pb.OpenedCell.PUBLISHED_PRIMARY,
    Attack.FIGURE: pb.OpenedCell.PUBLISHED_FIGURE,
    Attack.INSIDER: pb.OpenedCell.INSIDER,
}


def _failure_text(release: Release) -> str:
    cells = "; ".join(map(str, release.opened_cells()))
    return f"{release.failure_reason}: {cells}" if cells else release.failure_reason


def _failure(release: Release) -> pb.BuildFailure:
    return pb.BuildFailure(reason=release.failure_reason, opened=map(_opened_cell, release.opened_cells()))


def _opened_cell(cell: OpenedCell) -> pb.OpenedCell:
    return pb.OpenedCell(
        period=cell.period,
        area=cell.area,
        dimension=cell.dimension,
        code=cell.code,
        measure=cell.measure,
        attack=_ATTACKS[cell.attack],
        evidence=cell.evidence,
    )


def calendar_entry_to_message(release: Release) -> pb.CalendarEntry:
    """Nothing of a release that is not out but its name and day."""
    certain = release.state is State.SCHEDULED
    return pb.CalendarEntry(
        title=dict(release.title), publish_time=stamp(release.publish_at or release.planned_for), certain=certain
    )


def file_to_message(row: FrozenFile) -> pb.ReleaseFile:
    return pb.ReleaseFile(
        name=row.name, media_type=row.media_type, title=dict(row.title), size=row.size, sha256=row.sha256
    )


_CATALOGUE = {TURTLE: "text/turtle; charset=utf-8", JSON_LD: "application/ld+json"}


def catalogue_file_to_message(name: str, content: bytes) -> pb.ReleaseFileContent:
    checksum = hashlib.sha256(content).hexdigest()
    file = pb.ReleaseFile(name=name, media_type=_CATALOGUE[name], size=len(content), sha256=checksum)
    return pb.ReleaseFileContent(file=file, content=content)


def observation_to_message(observation: Observation) -> pb.Observation:
    return pb.Observation(
        measure=observation.measure,
        freq=observation.freq,
        period=observation.period,
        area=observation.area,
        sex=observation.sex,
        age=observation.age,
        group=observation.group,
        domain=observation.domain,
        value=observation.value or "",
        obs_status=observation.status,
        conf_status=observation.confidentiality,
        unit=observation.unit,
        low=observation.low or "",
        high=observation.high or "",
    )
