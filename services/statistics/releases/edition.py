"""Puts together the content of a release: publisher, law, areas, denominators, assessment, earlier editions."""

from __future__ import annotations

from services.statistics.facts.store import Facts
from services.statistics.figures.observation import Denominator, EarlierRevision, ReleaseContent, Revised
from services.statistics.releases.domain.lifecycle import Release, key_of
from services.statistics.releases.domain.revisions import revised
from services.statistics.releases.store import Releases
from services.statistics.releases.titles import TABLES, publisher
from services.statistics.settings import StatisticsSettings

LICENCE = "KOGL-1"


class EditionBuilder:
    def __init__(self, releases: Releases, facts: Facts, settings: StatisticsSettings) -> None:
        self._releases = releases
        self._facts = facts
        self._settings = settings

    async def content(self, release: Release) -> ReleaseContent:
        geography = await self._releases.geography(release.key)
        assert geography is not None  # noqa: S101 - kept with the first step of its build
        named = self._settings.publisher
        area_title = (await self._facts.areas()).title(release.area)
        return ReleaseContent(
            id=release.series,
            revision=release.edition,
            title=release.title,
            universe=release.universe.code,
            periods=release.periods,
            as_of=release.as_of,
            publish_at=release.publish_at or release.as_of,
            method_version=release.method_version,
            area_vintage=geography.vintage,
            k=release.k,
            areas=geography.codes,
            tables=TABLES,
            observations=tuple([observation async for observation in self._releases.observations(release)]),
            note=release.note,
            earlier=tuple(key_of(name) for name in release.earlier),
            publisher={"ko": named, "en": named} if named else publisher(area_title),
            licence=LICENCE,
            contact=self._settings.contact,
            legal_basis=self._settings.legal_basis,
            history=await self._history(release),
            denominators=await self._denominators(release),
            capability=await self._releases.assessment(release.key),
            unanswered=await self._unanswered(release),
            revised=await self._revised(release),
            zone=self._settings.zone,
        )

    async def _history(self, release: Release) -> tuple[EarlierRevision, ...]:
        revisions: list[EarlierRevision] = []
        while release.corrects:
            release = await self._releases.entities.get(key_of(release.corrects))
            revisions.append(EarlierRevision(release.edition, release.publish_at or release.as_of, release.note))
        return tuple(reversed(revisions))

    async def _denominators(self, release: Release) -> tuple[Denominator, ...]:
        assemblies = [await self._releases.assembly(release.key, period) for period in release.periods]
        return tuple(
            dict.fromkeys(assembly.denominator for assembly in assemblies if assembly and assembly.denominator)
        )

    async def _unanswered(self, release: Release) -> dict[str, tuple[int, int]]:
        assemblies = {period: await self._releases.assembly(release.key, period) for period in release.periods}
        return {period: each.unanswered for period, each in assemblies.items() if each and each.unanswered}

    async def _revised(self, release: Release) -> Revised | None:
        if not release.corrects:
            return None
        before = await self._releases.entities.get(key_of(release.corrects))
        earlier = [observation async for observation in self._releases.observations(before)]
        return revised(earlier, [observation async for observation in self._releases.observations(release)])
