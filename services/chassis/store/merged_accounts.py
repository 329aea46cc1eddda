"""Which accounts were merged into which, as people announces it: one document for each account that is kept."""

from __future__ import annotations

from services.chassis.store.batching import Reads
from services.chassis.store.copies import keep_newest
from services.chassis.store.mongo import Database


class MergedAccounts:
    def __init__(self, database: Database) -> None:
        self._kept = database["merged_accounts"]
        self._reads = Reads(self._kept)

    async def keep(self, kept: str, person: str, revision: int, *, merged: bool) -> None:
        """`person` was merged into `kept`, or separated from it. May come twice and in any order."""
        await keep_newest(self._kept, kept, revision, **{person.removeprefix("people/"): merged})

    async def of(self, kept: str) -> tuple[str, ...]:
        """The names of the accounts that are merged into it."""
        found = await self._reads.find(kept) or {}
        return tuple(f"people/{key}" for key in sorted(found.get("revisions", ())) if found[key])
