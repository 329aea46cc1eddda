"""What the live table has shown. It is kept, because what it shows next depends on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from services.chassis.store.mongo import Database
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.lattice import Key
from services.statistics.live.domain.protection import ShownCell, Tally
from services.statistics.live.domain.steps import Shown


@dataclass(frozen=True)
class Head:
    """The state that is shown: its moment, that of the first ever, and how many facts it was counted from."""

    as_of: datetime
    first: datetime
    facts: int
    attempt: str
    kept: tuple[datetime, ...] = ()
    """Moments of earlier states that may still be asked for: the ends of quarters."""


class LiveStates:
    """One document for each place, written under the name of the attempt; then the head names the attempt. A crash
    between leaves what was shown as it was."""

    def __init__(self, database: Database) -> None:
        self._heads = database["live_heads"]
        self._cells = database["live_cells"]

    async def prepare(self) -> None:
        await self._cells.create_index([("universe", ASCENDING), ("as_of", ASCENDING), ("attempt", ASCENDING)])

    async def head(self, universe: Universe) -> Head | None:
        found = await self._heads.find_one({"_id": universe.value})
        if not found:
            return None
        return Head(found["as_of"], found["first"], found["facts"], found["attempt"], tuple(found["kept"]))

    async def shown(self, universe: Universe, as_of: datetime, attempt: str = "") -> dict[Key, ShownCell]:
        match = {"universe": universe.value, "as_of": as_of} | ({"attempt": attempt} if attempt else {})
        return {key: cell async for key, cell in self._read(match)}

    async def _read(self, match: Mapping[str, Any]) -> AsyncIterator[tuple[Key, ShownCell]]:
        async for document in self._cells.find(match):
            for choice, code, measures, shown, hidden in document["cells"]:
                yield (document["place"], choice, code), ShownCell(Tally(*shown), frozenset(measures), Tally(*hidden))

    async def move_on(self, universe: Universe, before: Head | None, head: Head, shown: Shown) -> bool:
        """False if another process was first: then its state stands."""
        of_place: dict[str, list[list[Any]]] = defaultdict(list)
        for (place, choice, code), cell in shown.items():
            of_place[place].append([choice, code, sorted(cell.measures), astuple(cell.tally), astuple(cell.hidden_at)])
        named = {"universe": universe.value, "as_of": head.as_of, "attempt": head.attempt}
        if of_place:
            await self._cells.insert_many([named | {"place": place, "cells": of_place[place]} for place in of_place])
        content = {"as_of": head.as_of, "first": head.first, "facts": head.facts, "attempt": head.attempt}
        content["kept"] = list(head.kept)
        known = {"_id": universe.value, "attempt": before.attempt if before else ""}
        try:
            changed = await self._heads.update_one(known, {"$set": content}, upsert=before is None)
        except DuplicateKeyError:
            changed = None
        first = changed is not None and bool(changed.matched_count or changed.upserted_id)
        if first:
            await self._cells.delete_many(named | {"attempt": {"$ne": head.attempt}})
        else:
            await self._cells.delete_many(named)
        if first and before and before.as_of not in (head.as_of, *head.kept):
            await self._cells.delete_many({"universe": universe.value, "as_of": before.as_of})
        return first
