"""Counting a release: asked for, waiting for its turn, under way; then done, failed or cancelled.

One release is counted at a time. Areas take turns, so that nobody's requests hold up those of other areas.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest

from services.chassis.errors import Refused
from services.statistics.disclosure.opened_cells import OpenedCell
from services.statistics.releases.domain.lifecycle import Change, Cost, Release, State

MOST_BUILDS = 2
"""That one person may have waiting or under way."""
_NEVER = datetime.min.replace(tzinfo=UTC)


def in_order(building: Iterable[Release], last_started: Mapping[str, datetime]) -> list[Release]:
    """In which order releases are counted: first what is under way, then one of each area in turn, beginning with the
    area whose last build (`last_started`) began longest ago. Within an area the oldest request comes first."""
    releases = sorted(building, key=lambda release: (release.asked_at or release.created_at, release.key))
    by_area: dict[str, list[Release]] = defaultdict(list)
    for release in releases:
        if release.started_at is None:
            by_area[release.area].append(release)
    areas = sorted(by_area, key=lambda area: last_started.get(area, _NEVER))
    turns = zip_longest(*(by_area[area] for area in areas))
    under_way = [release for release in releases if release.started_at is not None]
    return [*under_way, *(release for turn in turns for release in turn if release)]


def request(release: Release, earlier: Sequence[str], by: str, now: datetime) -> Change:
    """Again after a failure; while under way or done it changes nothing."""
    if release.state not in (State.PLANNED, State.FAILED):
        return release, []
    asked = replace(release, state=State.BUILDING, earlier=tuple(earlier), asked_by=by, asked_at=now, started_at=None)
    return replace(asked, failure="", opened=(), done=0, total=0), []


def check_limit(others: Iterable[Release], by: str) -> None:
    """Refuses who has enough `others` waiting or under way. The system itself (no name) has no limit."""
    if by and sum(other.asked_by == by for other in others) >= MOST_BUILDS:
        raise Refused("BUILDS_TOO_MANY", most=MOST_BUILDS)


def start(release: Release, now: datetime) -> Change:
    return (replace(release, started_at=now) if release.state is State.BUILDING else release), []


def cancel(release: Release) -> Change:
    if release.state is State.PLANNED:
        return release, []
    if release.state is not State.BUILDING:
        raise Refused("RELEASE_NOT_BUILDING")
    return replace(release, state=State.PLANNED, asked_by="", asked_at=None, started_at=None, done=0, total=0), []


def is_given_up(release: Release, latest: Release | None) -> bool:
    """Whether the build of `release` is wanted no longer, now that `latest` is what is stored of it."""
    if latest is None or latest.state in (State.PLANNED, State.DISCARDED):
        return True
    return latest.state is State.BUILDING and latest.asked_at != release.asked_at


def reset_outdated(release: Release) -> Change:
    """Another release of the population came out since: to be built and approved anew."""
    if release.state not in (State.BUILT, State.APPROVED):
        return release, []
    return replace(release, state=State.PLANNED, approved_by="", cost=None), []


def record_progress(release: Release, done: int, total: int) -> Change:
    return (replace(release, done=done, total=total) if release.state is State.BUILDING else release), []


def finish(release: Release, cost: Cost) -> Change:
    if release.state is not State.BUILDING:
        return release, []
    return replace(release, state=State.BUILT, cost=cost, done=release.total), []


def fail(release: Release, reason: str, opened: Sequence[OpenedCell] = ()) -> Change:
    if release.state is not State.BUILDING:
        return release, []
    return replace(release, state=State.FAILED, failure=reason, opened=tuple(opened)), []
