"""`reproduce`: counts a release once more inside the office, and names each figure that comes out otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from services.chassis.events import bus
from services.chassis.events.outbox import Outbox
from services.chassis.store import mongo
from services.statistics.facts.store import Facts
from services.statistics.figures.measures import METHOD_VERSION
from services.statistics.figures.observation import Observation
from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data.store import References
from services.statistics.releases.domain.lifecycle import Release, State, key_of
from services.statistics.releases.recount import Recount
from services.statistics.releases.snapshot import EnrolmentSnapshot
from services.statistics.releases.store import Releases
from services.statistics.settings import StatisticsSettings

_NAMED = 50
_NOT_BUILT = (State.PLANNED, State.BUILDING, State.FAILED, State.DISCARDED)


def reproduce(name: str) -> dict[str, Any]:
    return asyncio.run(recounted(StatisticsSettings(), name))


async def recounted(settings: StatisticsSettings, name: str) -> dict[str, Any]:
    async with (
        mongo.connect(settings.mongo_url) as client,
        bus.connect(settings.nats_url, "reproduce", prefix=settings.prefix) as events,
    ):
        database = client[f"{settings.prefix}ieum_statistics"]
        releases = Releases(database, Outbox(events), settings.pseudonym_key)
        release = await _built(releases, name)
        facts = Facts(database, settings.pseudonym_key, settings.zone)
        snapshot, references = EnrolmentSnapshot(facts, settings.zone), References(database)
        found = await Recount(releases, facts, snapshot, references).of(release)
        kept = [each async for each in releases.observations(release)]
        tables = [
            each.denominator
            for period in release.periods
            if (each := await releases.assembly(release.key, period)) and each.denominator
        ]
    differences = list(different(kept, found.observations))
    return {
        "release": release.name,
        "figures": len(kept),
        "same": len(kept) - len(differences),
        "different": differences[:_NAMED],
        "residents_are_the_same": list(dict.fromkeys(tables)) == list(found.denominators),
        "enrolments_written_since": found.written_since,
    }


def different(kept: Iterable[Observation], again: Iterable[Observation]) -> Iterable[Mapping[str, Any]]:
    """The figures that are not the same, each with what it was and what it is now."""
    counted = {_place(each): each for each in again}
    for each in kept:
        now = counted.get(_place(each))
        if now is None or _figure(now) != _figure(each):
            names = ("measure", "period", "area", "sex", "age", "group", "domain")
            place = {name: code for name in names if (code := getattr(each, name)) != "_T"}
            yield {**place, "published": _figure(each), "recounted": _figure(now) if now else None}


async def _built(releases: Releases, name: str) -> Release:
    release = await releases.entities.find(key_of(name))
    if release is None or release.state in _NOT_BUILT:
        raise InvalidValue(f"{name}: there is no such release, or it was not built", field="release")
    if release.method_version != METHOD_VERSION:
        raise InvalidValue(
            f"{name} has method {release.method_version}, and this version counts by {METHOD_VERSION}: use the version "
            "of Ieum that built it",
            field="release",
        )
    return release


def _place(figure: Observation) -> tuple[str, ...]:
    codes = (figure.sex, figure.age, figure.group, figure.domain)
    return figure.measure, figure.universe, figure.period, figure.area, *codes


def _figure(figure: Observation) -> list[str | None]:
    return [figure.value, figure.status, figure.low, figure.high]
