"""What a release says of itself: publisher, law, areas, denominators, assessment, earlier editions."""

from __future__ import annotations

from services.statistics.areas.geography import Geography
from services.statistics.facts.store import Facts
from services.statistics.figures.observation import Denominator, EarlierRevision, ReleaseContent
from services.statistics.releases.domain.lifecycle import Release
from services.statistics.releases.store import Releases
from services.statistics.releases.titles import TABLES, publisher
from services.statistics.settings import StatisticsSettings

LICENCE = "KOGL-1"


class EditionBuilder:
    def __init__(self, releases: Releases, facts: Facts, settings: StatisticsSettings) -> None:
        self._releases = releases
        self._facts = facts
        self._settings = settings

    async def content(self, one: Release, geography: Geography) -> ReleaseContent:
        named = self._settings.publisher
        return ReleaseContent(
            id=one.series,
            revision=one.edition,
            title=one.title,
            universe=one.universe.code,
            periods=one.periods,
            as_of=one.as_of,
            publish_at=one.publish_at or one.as_of,
            method_version=one.method_version,
            area_vintage=geography.vintage,
            k=one.k,
            areas=geography.codes,
            tables=TABLES,
            observations=tuple([made async for made in self._releases.observations(one)]),
            note=one.note,
            earlier=tuple(name.removeprefix("releases/") for name in one.earlier),
            publisher={"ko": named, "en": named} if named else publisher((await self._facts.areas()).title(one.area)),
            licence=LICENCE,
            contact=self._settings.contact,
            legal_basis=self._settings.legal_basis,
            history=await self._history(one),
            denominators=await self._denominators(one),
            capability=await self._releases.assessment(one.key),
            zone=self._settings.zone,
        )

    async def _history(self, one: Release) -> tuple[EarlierRevision, ...]:
        found: list[EarlierRevision] = []
        while one.corrects:
            one = await self._releases.entities.get(one.corrects.removeprefix("releases/"))
            found.append(EarlierRevision(one.edition, one.publish_at or one.as_of, one.note))
        return tuple(reversed(found))

    async def _denominators(self, one: Release) -> tuple[Denominator, ...]:
        made = [await self._releases.assembly(one.key, period) for period in one.periods]
        return tuple(dict.fromkeys(each.denominator for each in made if each and each.denominator))
