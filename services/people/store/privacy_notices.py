"""Versions of the privacy notice, by number, and acceptances, by person and version: both are only added."""

from __future__ import annotations

from pydantic import TypeAdapter
from pymongo import DESCENDING
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from services.chassis.errors import Conflict
from services.chassis.store.mongo import Database
from services.people.domain.privacy_notice import Acceptance, PrivacyNotice

_NOTICE, _ACCEPTANCE = TypeAdapter(PrivacyNotice), TypeAdapter(Acceptance)
_NEWEST = [("_id", DESCENDING)]


class PrivacyNotices:
    def __init__(self, database: Database) -> None:
        self._notices = database["privacy_notices"]
        self._acceptances = database["acceptances"]

    async def prepare(self) -> None:
        await self._acceptances.create_index("person", name="person")
        await self._acceptances.create_index("version", name="version")

    async def current(self) -> PrivacyNotice | None:
        async for document in self._notices.find({"_id": {"$gt": 0}}).sort(_NEWEST).limit(1):
            return _NOTICE.validate_python(document)
        return None

    async def find(self, version: int) -> PrivacyNotice | None:
        document = await self._notices.find_one({"_id": version})
        return _NOTICE.validate_python(document) if document else None

    async def all(self) -> list[PrivacyNotice]:
        found = self._notices.find({"_id": {"$gt": 0}}).sort(_NEWEST)
        return [_NOTICE.validate_python(document) async for document in found]

    async def add(self, notice: PrivacyNotice) -> None:
        try:
            await self._notices.insert_one({"_id": notice.version, **_NOTICE.dump_python(notice)})
        except DuplicateKeyError as error:  # somebody else published at the same moment
            raise Conflict("NOTICE_CHANGED") from error

    async def accepted_by(self, version: int) -> int:
        return await self._acceptances.count_documents({"version": version})

    async def due_of(self, person: str) -> int:
        """The version that this person has still to accept; 0 where there is none."""
        async for document in self._notices.find({"_id": {"$gt": 0}}, {"_id": 1}).sort(_NEWEST).limit(1):
            version: int = document["_id"]
            key = {"_id": f"{person}.{version}"}
            return version if await self._acceptances.find_one(key, {"_id": 1}) is None else 0
        return 0

    async def accept(self, acceptance: Acceptance) -> Acceptance:
        """The first acceptance of a version stands."""
        key = {"_id": f"{acceptance.person}.{acceptance.version}"}
        first = {"$setOnInsert": _ACCEPTANCE.dump_python(acceptance)}
        await self._acceptances.update_one(key, first, upsert=True)
        return _ACCEPTANCE.validate_python(await self._acceptances.find_one(key))

    async def of(self, person: str) -> list[Acceptance]:
        found = self._acceptances.find({"person": person}).sort([("version", DESCENDING)])
        return [_ACCEPTANCE.validate_python(document) async for document in found]

    async def remove_all(self, person: str, session: AsyncClientSession | None = None) -> None:
        await self._acceptances.delete_many({"person": person}, session=session)
