"""Imports and their lines. What the lines say is encrypted, and deleted with the import."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING, UpdateOne

from services.chassis.clock import new_id, now
from services.chassis.events.outbox import Outbox
from services.chassis.store import paging
from services.chassis.store.entities import Entities
from services.chassis.store.mongo import Database, Document
from services.people.domain.import_line import Change, Fault, Verdict
from services.people.domain.imports import AT_WORK, Import, Outcome, State
from services.people.messages import announcements

_LEASE = timedelta(seconds=30)
_NUMBER = 7
_ALL: Mapping[str, str] = {}


@dataclass(frozen=True)
class Content:
    """What nobody reads without the key."""

    cells: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Line:
    number: int
    content: Content = field(default_factory=Content)
    verdict: Verdict | None = None
    outcome: Outcome = Outcome.NONE
    person: str = ""
    etag: str = ""
    etag_after: str = ""
    touched: bool = False
    """The person has begun to learn, or applied for a class, since."""


_CONTENT = TypeAdapter(Content)


class ImportStore:
    def __init__(self, database: Database, outbox: Outbox, pseudonym_key: bytes) -> None:
        self.entities = Entities(database["imports"], Import, announcements.no_announcement, outbox)
        self._imports = database["imports"]
        self._lines = database["import_lines"]
        self._cipher = AESSIV(hmac.digest(pseudonym_key, b"seal of import lines", "sha512"))
        self._holder = new_id()

    async def prepare(self) -> None:
        await self._imports.create_index([("by", ASCENDING), ("created_at", DESCENDING)], name="by")
        await self._imports.create_index("state", name="state")
        of = ("import", ASCENDING)
        await self._lines.create_index([of, ("number", ASCENDING)], name="number")
        await self._lines.create_index([of, ("verdict", ASCENDING), ("number", ASCENDING)], name="verdict")
        await self._lines.create_index("person", name="person", partialFilterExpression={"person": {"$gt": ""}})
        for collection in (self._imports, self._lines):
            await collection.create_index("expire_time", name="expire_time", expireAfterSeconds=0)

    async def get(self, key: str) -> Import:
        return await self.entities.get(key, missing="IMPORT_NOT_FOUND")

    async def change(self, key: str, verb: Callable[[Import], Any], start: Import | None = None) -> Import:
        return await self.entities.change(key, verb, start=start, missing="IMPORT_NOT_FOUND")

    async def latest(self, by: str, most: int) -> list[Import]:
        found = self._imports.find({"by": by}, {"pending": 0}).sort("created_at", DESCENDING).limit(most)
        return [self.entities.load(document) async for document in found]

    async def add_lines(self, current: Import, first: int, rows: Sequence[Sequence[str]]) -> int:
        """Answers how many lines there are now. The same lines again are the same documents."""
        updates = []
        for number, cells in enumerate(rows, start=first):
            key = _key(current.id, number)
            fields = {"import": current.id, "number": number, "expire_time": current.expire_time}
            sealed = self._close(key, Content(tuple(cells)))
            updates.append(UpdateOne({"_id": key}, {"$set": {**fields, "sealed": sealed}}, upsert=True))
        if updates:
            await self._lines.bulk_write(updates, ordered=False)
        return await self._lines.count_documents({"import": current.id})

    async def lines(
        self, key: str, after: int, most: int, wanted: Mapping[str, str] = _ALL, *, backwards: bool = False
    ) -> list[Line]:
        """Lines after this number, or before it from the last one on."""
        number = {"$lt" if backwards else "$gt": after}
        condition = {"import": key, "number": number, **wanted}
        order = DESCENDING if backwards else ASCENDING
        found = self._lines.find(condition).sort("number", order).limit(most)
        return [self._load(document) async for document in found]

    async def page(self, key: str, size: int, token: str, wanted: Mapping[str, str]) -> tuple[list[Line], str]:
        last = paging.decode_token(token, int)
        lines = await self.lines(key, last[0] if last else 0, size + 1, wanted)
        more = len(lines) > size
        return lines[:size], paging.encode_token(lines[size - 1].number) if more else ""

    async def write(self, key: str, lines: Collection[Line]) -> None:
        updates = [UpdateOne({"_id": _key(key, line.number)}, {"$set": self._dump(key, line)}) for line in lines]
        if updates:
            await self._lines.bulk_write(updates, ordered=False)

    async def keep_lines_until(self, key: str, moment: datetime) -> None:
        await self._lines.update_many({"import": key}, {"$set": {"expire_time": moment}})

    async def mark_touched(self, person: str) -> None:
        """`person`: the id."""
        await self._lines.update_many({"person": person}, {"$set": {"touched": True}})

    async def forget(self, person: str, session: Any) -> None:
        """`person`: the id."""
        await self._lines.delete_many({"person": person}, session=session)

    async def claim(self) -> Import | None:
        """An import at work whose lease nobody holds; it is this process's for half a minute."""
        free = {"$or": [{"lease_until": None}, {"lease_until": {"$lt": now()}}]}
        lease = {"lease_holder": self._holder, "lease_until": now() + _LEASE}
        states = [state.value for state in AT_WORK]
        found = await self._imports.find_one_and_update({"state": {"$in": states}, **free}, {"$set": lease})
        return self.entities.load(found) if found else None

    async def renew(self, key: str) -> bool:
        """Whether the lease is still this process's."""
        mine = {"_id": key, "lease_holder": self._holder}
        return (await self._imports.update_one(mine, {"$set": {"lease_until": now() + _LEASE}})).matched_count == 1

    async def release(self, key: str) -> None:
        await self._imports.update_one({"_id": key, "lease_holder": self._holder}, {"$set": {"lease_until": None}})

    async def is_in(self, key: str, state: State) -> bool:
        return await self._imports.find_one({"_id": key, "state": state.value}, {"_id": 1}) is not None

    def _close(self, key: str, content: Content) -> bytes:
        return self._cipher.encrypt(_CONTENT.dump_json(content), [key.encode()])

    def _dump(self, key: str, line: Line) -> Document:
        return {
            "sealed": self._close(_key(key, line.number), line.content),
            "verdict": line.verdict.value if line.verdict else "",
            "outcome": line.outcome.value,
            "person": line.person,
            "etag": line.etag,
            "etag_after": line.etag_after,
        }

    def _load(self, document: Mapping[str, Any]) -> Line:
        content = _CONTENT.validate_json(self._cipher.decrypt(document["sealed"], [document["_id"].encode()]))
        verdict = document.get("verdict", "")
        return Line(
            document["number"],
            content,
            Verdict(verdict) if verdict else None,
            Outcome(document.get("outcome", "")),
            document.get("person", ""),
            document.get("etag", ""),
            document.get("etag_after", ""),
            document.get("touched", False),
        )


def _key(import_: str, number: int) -> str:
    return f"{import_}/{number:0{_NUMBER}}"
