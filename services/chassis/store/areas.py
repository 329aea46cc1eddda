"""A copy of the areas, by which a service knows what lies within what."""

from __future__ import annotations

import time
from collections.abc import Mapping

from services.chassis.store.copies import keep_newest
from services.chassis.store.mongo import Database

_KNOWN_SECONDS = 10.0


class Areas:
    def __init__(self, database: Database) -> None:
        self._places = database["places"]
        self._parents: tuple[float, Mapping[str, str]] = (0.0, {})

    async def keep(self, parents: Mapping[str, str], revision: int) -> None:
        pairs = [[area, parent] for area, parent in sorted(parents.items())]
        await keep_newest(self._places, "areas", revision, parents=pairs)
        self._parents = (0.0, {})

    async def above(self, area: str) -> frozenset[str]:
        """The area and all above it."""
        parents, above = await self._known(), set[str]()
        while area and area not in above:
            above.add(area)
            area = parents.get(area, "")
        return frozenset(above)

    async def below(self, area: str) -> list[str]:
        """The area and all below it."""
        parents = await self._known()
        return [each for each in {area, *parents} if area in await self.above(each)]

    async def all(self) -> list[str]:
        return sorted(await self._known())

    async def _known(self) -> Mapping[str, str]:
        since, parents = self._parents
        if time.monotonic() - since > _KNOWN_SECONDS or not parents:
            found = await self._places.find_one({"_id": "areas"})
            parents = dict(found["parents"]) if found else {}
            self._parents = (time.monotonic(), parents)
        return parents
