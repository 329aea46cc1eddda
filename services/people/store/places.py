"""All places are one document: they are imported at once, read often and changed rarely."""

from __future__ import annotations

from datetime import datetime

from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Database, Entities
from services.people.domain import places
from services.people.domain.places import Places
from services.people.messages import announcements

_KEY = "places"


class PlacesStore:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self.entities = Entities(database["places"], Places, announcements.places_announcement, outbox)
        self._read: tuple[int, Places] = (0, Places())

    async def get(self) -> Places:
        """Cached by revision: the whole document is read only after a change."""
        revision = await self.entities.revision(_KEY)
        if revision != self._read[0]:
            self._read = (revision, await self.entities.find(_KEY) or Places())
        return self._read[1]

    async def replace(self, after: Places, now: datetime) -> None:
        await self.entities.change(_KEY, lambda before: places.replace_all(before, after, now), start=Places())
