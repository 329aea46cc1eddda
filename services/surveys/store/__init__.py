"""What the surveys service keeps."""

from __future__ import annotations

from services.chassis.events.outbox import Outbox
from services.chassis.store.areas import Areas
from services.chassis.store.mongo import Database
from services.surveys.store.copies import Copies
from services.surveys.store.evaluations import EvaluationStore
from services.surveys.store.polls import PollStore


class Store:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self.areas = Areas(database)
        self.copies = Copies(database)
        self.polls = PollStore(database, outbox)
        self.evaluations = EvaluationStore(database, outbox)

    async def prepare(self) -> None:
        await self.copies.prepare()
        await self.polls.prepare()
        await self.evaluations.prepare()

    async def forget(self, person: str) -> None:
        """Ballots and answers that are not counted yet go with the person."""
        await self.copies.erase(person)
        await self.polls.ballots.forget(person)
        await self.evaluations.forget(person)
