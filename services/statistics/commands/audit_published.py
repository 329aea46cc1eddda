"""`audit-published`: attacks the releases that are out as anybody may, and plans the editions that withdraw those which
give hidden counts away."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from services.chassis.clock import now
from services.chassis.events import bus
from services.chassis.events.outbox import Outbox
from services.chassis.store import mongo
from services.statistics.attack import publications, report
from services.statistics.figures.measures import METHOD_VERSION
from services.statistics.figures.refusal import InvalidValue
from services.statistics.formats.canonical import CANONICAL
from services.statistics.releases.domain import builds, lifecycle
from services.statistics.releases.domain.lifecycle import Release, State, key_of
from services.statistics.releases.store import Releases
from services.statistics.settings import StatisticsSettings

NOTE = {
    "ko": "숨긴 수치를 계산해 낼 수 있어 이전 판을 철회하고, 같은 기준 시각의 수치를 다시 보호하여 펴냅니다.",
    "en": "Figures that the edition before hides could be worked out. It is withdrawn; the same figures, as of the "
    "same moment, are protected anew.",
}


def audit_published(names: Sequence[str], seconds: float, *, correct: bool) -> dict[str, Any]:
    return asyncio.run(audit(StatisticsSettings(), names, seconds, correct=correct))


async def audit(settings: StatisticsSettings, names: Sequence[str], seconds: float, *, correct: bool) -> dict[str, Any]:
    keys = [key_of(name) for name in names]
    async with (
        mongo.connect(settings.mongo_url) as client,
        bus.connect(settings.nats_url, "audit-published", prefix=settings.prefix) as events,
    ):
        releases = Releases(client[f"{settings.prefix}ieum_statistics"], Outbox(events), settings.pseudonym_key)
        out = [release async for release in releases.published() if not await releases.is_withdrawn(release)]
        if unknown := sorted(set(keys) - {release.key for release in out}):
            raise InvalidValue(f"not published, or withdrawn: {', '.join(unknown)}", field="release")
        answers = []
        for release in out:
            if not keys or release.key in keys:
                print(f"attacking {release.key}", file=sys.stderr, flush=True)
                answers.append(await _attacked(releases, release, seconds))
        opened = [answer["release"] for answer in answers if answer["exact"]]
        planned = [await _correct(releases, key, int(settings.fewest_persons)) for key in opened] if correct else []
        return {"releases": answers, "opens": opened, "planned": [name for name in planned if name]}


async def _attacked(releases: Releases, release: Release, seconds: float) -> dict[str, Any]:
    """Alone, then beside all that overlaps with it and is out."""
    own = await _publication(releases, release)
    beside = [each for each in await releases.audited_with(release) if each.state is State.PUBLISHED]
    answer = await asyncio.to_thread(report.attack_releases, [own], seconds)
    if beside and not answer["exact"]:
        others = [await _publication(releases, each) for each in beside]
        try:
            answer = await asyncio.to_thread(report.attack_releases, [own, *others], seconds)
        except report.Contradiction as error:
            return {"release": release.key, **answer, "contradicts": str(error)}
    return {"release": release.key, **answer}


async def _publication(releases: Releases, release: Release) -> publications.Release:
    content = await releases.file(release.key, CANONICAL)
    if content is None:
        raise InvalidValue(f"{release.key}: its file {CANONICAL} is missing; restore it from a backup", field="release")
    return publications.parse(content, release.key)


async def _correct(releases: Releases, key: str, k: int) -> str:
    """Plans the edition that withdraws the newest of the series and has it counted; "" where one is under way. Any
    official of the area approves it."""
    newest = await releases.entities.get(key)
    while newest.corrected_by:
        newest = await releases.entities.get(key_of(newest.corrected_by))
    if newest.state is not State.PUBLISHED:
        return ""
    plan = lifecycle.plan_revision(
        newest, note=NOTE, as_of=newest.as_of, by="", now=now(), k=k, method_version=METHOD_VERSION, withdraws=True
    )
    planned = await releases.plan(plan)
    await releases.entities.change(newest.key, lambda latest: lifecycle.mark_corrected(latest, planned.name))
    earlier = [before.name for before in await releases.audited_with(planned)]
    await releases.entities.change(planned.key, lambda latest: builds.request(latest, earlier, "", now()))
    return planned.name
