"""The life of a release: planned, built, approved by somebody else, published at a set time; then it never changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Forbidden, Invalid, Refused
from services.statistics.disclosure import opened_cells
from services.statistics.disclosure.decisions import Collapse
from services.statistics.disclosure.layout import TABLES, USUAL, Detail
from services.statistics.disclosure.opened_cells import OpenedCell
from services.statistics.figures.periods import YEAR, is_year, last_day, quarters_in, quarters_of
from services.statistics.figures.universe import Universe

_PERIOD = re.compile(rf"{YEAR}(-Q[1-4])?")
_ID = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$")
MOST_PERIODS = 40
MOST_PLANS = 60
"""That one person may have planned and not yet published or discarded."""
SAME_TIME = timedelta(seconds=1)
"""What is stored has milliseconds."""


class State(StrEnum):
    PLANNED = "planned"
    BUILDING = "building"
    BUILT = "built"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    FAILED = "failed"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class CollapsedTable:
    """`part` is "sex", "flag:NKD", ...; `collapse` is never WHOLE."""

    period: str
    part: str
    collapse: Collapse

    def __str__(self) -> str:
        return f"{self.period} {self.part}: {self.collapse}"


@dataclass(frozen=True, slots=True)
class Cost:
    """What the protection costs: `persons` of `everybody` counted stand in a hidden cell, each once. Internal."""

    cells: int = 0
    primary: int = 0
    secondary: int = 0
    persons: int = 0
    collapsed: tuple[str, ...] = ()
    """Only in releases stored before collapsed tables had fields: "2026-Q3 flag:NKD: nothing shown"."""
    everybody: int = 0
    collapsed_tables: tuple[CollapsedTable, ...] = ()

    def all_collapsed(self) -> tuple[CollapsedTable, ...]:
        return (*map(_parse_collapsed, self.collapsed), *self.collapsed_tables)


def _parse_collapsed(text: str) -> CollapsedTable:
    cell, _, collapse = text.partition(": ")
    period, _, part = cell.partition(" ")
    return CollapsedTable(period, part, Collapse(collapse))


@dataclass(frozen=True, slots=True)
class FrozenFile:
    name: str
    media_type: str
    title: Mapping[str, str]
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ReleasePublished:
    """Fact: the embargo is over."""

    release: Release


@dataclass(frozen=True, slots=True)
class Release:
    """`area` and names of other releases are full resource names."""

    key: str
    series: str
    edition: int
    title: Mapping[str, str]
    universe: Universe
    area: str
    periods: tuple[str, ...]
    as_of: datetime
    created_at: datetime
    planned_by: str
    k: int
    method_version: str
    state: State = State.PLANNED
    approved_by: str = ""
    publish_at: datetime | None = None
    note: Mapping[str, str] = field(default_factory=dict)
    corrects: str = ""
    corrected_by: str = ""
    earlier: tuple[str, ...] = ()
    done: int = 0
    total: int = 0
    cost: Cost | None = None
    checksum: str = ""
    files: tuple[FrozenFile, ...] = ()
    failure: str = ""
    """A reason. Releases stored before opened cells had fields name those behind a colon."""
    planned_for: datetime | None = None
    """The day named in the public calendar."""
    opened: tuple[OpenedCell, ...] = ()
    """The first cells that the audit could open, if that is the reason."""
    asked_by: str = ""
    asked_at: datetime | None = None
    """Who asked for the build, and when; it waits until `started_at`."""
    started_at: datetime | None = None
    published_by: str = ""
    """Who set the time of publication."""
    detail: Detail = USUAL
    withdraws: bool = False
    """Once it is out, the editions before it are given to nobody any more: they give hidden figures away."""

    @property
    def name(self) -> str:
        return f"releases/{self.key}"

    @property
    def failure_reason(self) -> str:
        return self.failure.partition(":")[0]

    def opened_cells(self) -> tuple[OpenedCell, ...]:
        old = [cell.strip() for cell in self.failure.partition(":")[2].split(";")]
        return (*(opened_cells.parse(cell) for cell in old if cell), *self.opened)


Change = tuple[Release, list[ReleasePublished]]


def expand_periods(asked: Sequence[str], as_of: date, *, years_alone: bool = False) -> tuple[str, ...]:
    """Quarters, then years, in order; a year brings its quarters, unless `years_alone`. Periods must be over by the
    as-of date."""
    if not asked:
        raise Invalid("PERIODS_MISSING", field="periods")
    for period in asked:
        if not _PERIOD.fullmatch(period):
            raise Invalid("PERIOD_INVALID", field="periods", period=period)
    years = {period for period in asked if is_year(period)}
    quarters = {*asked} - years
    quarters |= set() if years_alone else {quarter for year in years for quarter in quarters_of(year)}
    if len(quarters | years) > MOST_PERIODS:
        raise Invalid("PERIODS_TOO_MANY", field="periods", most=MOST_PERIODS)
    for period in sorted(quarters | years):
        if last_day(period) >= as_of:
            raise Refused("PERIOD_NOT_OVER", field="periods", period=period)
    return (*sorted(quarters), *sorted(years))


def overlapping(periods: Iterable[str]) -> tuple[str, ...]:
    """The periods, with the year of each quarter and the quarters of each year: all that tells about the same days."""
    return tuple(sorted({each for period in periods for each in (period, period[:4], *quarters_in(period))}))


def check_detail(detail: Detail) -> Detail:
    for table in (*detail.year_top, *detail.year_areas, *detail.quarter_top, *detail.quarter_areas):
        if table not in TABLES:
            raise Invalid("DETAIL_UNKNOWN", field="detail", table=table)
    return detail


def key_of(name: str) -> str:
    """The key of the release with this resource name."""
    return name.removeprefix("releases/")


def check_id(text: str) -> str:
    if not _ID.match(text):
        raise Invalid("RELEASE_ID_INVALID", field="release_id")
    return text


def fail_files(release: Release) -> Change:
    """Its files cannot be written: it is not out at its time, and is built and approved anew."""
    if release.state is not State.SCHEDULED or release.files:
        return release, []
    return replace(release, state=State.FAILED, failure="FILES_FAILED", approved_by="", publish_at=None), []


def check_plans(others: int, plan: Release) -> None:
    """Refuses who has so many plans that are not out. The system itself (no name) has no limit."""
    if plan.planned_by and others >= MOST_PLANS:
        raise Refused("PLANS_TOO_MANY", most=MOST_PLANS)


def approve(release: Release, by: str) -> Change:
    if release.approved_by == by and release.state in (State.APPROVED, State.SCHEDULED, State.PUBLISHED):
        return release, []
    if release.state is not State.BUILT:
        raise Refused("RELEASE_NOT_BUILT" if not release.cost else "RELEASE_ALREADY_APPROVED")
    if by == release.planned_by:
        raise Forbidden("SECOND_OFFICIAL_NEEDED")
    return replace(release, state=State.APPROVED, approved_by=by), []


def publish(release: Release, at: datetime, now: datetime, by: str = "") -> Change:
    """A time that was set may be set anew until the files, which say it, are written; what is late means now."""
    if release.publish_at and (
        release.state is State.PUBLISHED or (release.state is State.SCHEDULED and release.files)
    ):
        if abs(release.publish_at - at) < SAME_TIME or max(release.publish_at, at) <= now:
            return release, []
        raise Refused("RELEASE_TIME_SET", field="publish_time")
    if release.state not in (State.APPROVED, State.SCHEDULED):
        raise Refused("RELEASE_NOT_APPROVED")
    return replace(release, state=State.SCHEDULED, publish_at=max(at, now), published_by=by), []


def attach_files(release: Release, files: Sequence[FrozenFile], checksum: str, at: datetime | None) -> Change:
    """`at` is the time of publication that the files say."""
    if release.state is not State.SCHEDULED or release.files or release.publish_at != at:
        return release, []
    return replace(release, files=tuple(files), checksum=checksum), []


def end_embargo(release: Release, now: datetime) -> Change:
    due = release.state is State.SCHEDULED and release.files and release.publish_at and release.publish_at <= now
    if not due:
        return release, []
    published = replace(release, state=State.PUBLISHED)
    return published, [ReleasePublished(published)]


def plan_revision(
    release: Release,
    *,
    note: Mapping[str, str],
    as_of: datetime,
    by: str,
    now: datetime,
    k: int,
    method_version: str,
    withdraws: bool = False,
) -> Release:
    """The plan of the next edition. Its threshold is never lower than that of the edition before."""
    if release.state is not State.PUBLISHED:
        raise Refused("RELEASE_NOT_PUBLISHED")
    if not any(text.strip() for text in note.values()):
        raise Invalid("REVISION_NOTE_MISSING", field="note")
    edition = release.edition + 1
    return Release(
        key=f"{release.series}-r{edition}",
        series=release.series,
        edition=edition,
        title=release.title,
        universe=release.universe,
        area=release.area,
        periods=release.periods,
        as_of=as_of,
        created_at=now,
        planned_by=by,
        k=max(release.k, k),
        method_version=method_version,
        note=note,
        corrects=release.name,
        detail=release.detail,
        withdraws=withdraws,
    )


def select_upcoming(releases: Iterable[Release]) -> list[Release]:
    """What the calendar names, soonest first: a day was set, and the release is not out."""
    waiting = [
        release
        for release in releases
        if release.state is not State.PUBLISHED and (release.publish_at or release.planned_for)
    ]
    return sorted(
        waiting, key=lambda release: (release.publish_at or release.planned_for or release.created_at, release.key)
    )


def discard(release: Release) -> Change:
    """What is out is never taken back, and what is being counted would leave its parts behind."""
    if release.state is State.PUBLISHED:
        raise Refused("RELEASE_OUT")
    if release.state is State.BUILDING:
        raise Refused("RELEASE_AT_WORK")
    return replace(release, state=State.DISCARDED, publish_at=None, planned_for=None), []


def plan_again(existing: Release, plan: Release) -> Change:
    """The release that is there already, unless it was discarded."""
    return (plan if existing.state is State.DISCARDED else existing), []


def mark_corrected(release: Release, by: str) -> Change:
    return replace(release, corrected_by=by), []
