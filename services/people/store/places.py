"""All places are one document: they are imported at once, read often and changed rarely."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.chassis.events.outbox import Outbox
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database
from services.people.domain.places import Imported, Places
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

    async def change(self, verb: Callable[[Places], tuple[Places, Sequence[Imported]]]) -> Sequence[Imported]:
        """What was announced."""
        _, events = await self.entities.change_with_events(_KEY, verb, start=Places())
        return events
