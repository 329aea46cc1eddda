"""Media in GridFS, keyed by the hash of their bytes, so that the same file is stored once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId
from gridfs.asynchronous import AsyncGridFSBucket
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.chassis.clock import now
from services.chassis.errors import Missing, Refused
from services.chassis.store.mongo import Database
from services.courses.domain.media import Medium

LARGEST_READ = 1024 * 1024
MOST_PER_DAY = 2 * 1024**3


class MediaStore:
    """A document is written after all bytes are in GridFS; only then does the file exist for readers."""

    def __init__(self, database: Database) -> None:
        self._media = database["media"]
        self._uploads = database["uploads"]
        self._bytes = AsyncGridFSBucket(database, "media_bytes", chunk_size_bytes=LARGEST_READ)

    async def prepare(self) -> None:
        await self._uploads.create_index("day", name="forgotten", expireAfterSeconds=2 * 24 * 3600)

    async def count(self, person: str, size: int, moment: datetime) -> None:
        """Counts what a person uploads on a day; raises Refused beyond MOST_PER_DAY."""
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        key = {"_id": f"{day:%Y-%m-%d}/{person}"}
        counted = await self._uploads.find_one_and_update(
            key,
            {"$inc": {"bytes": size}, "$setOnInsert": {"day": day}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if counted and counted["bytes"] > MOST_PER_DAY:
            await self._uploads.update_one(key, {"$inc": {"bytes": -size}})
            raise Refused("MEDIA_QUOTA", field="data", limit=MOST_PER_DAY // 1024**2)

    async def keep(self, medium: Medium, data: bytes) -> Medium:
        """Safe to repeat; the same bytes keep the file name they first came with."""
        known = await self.find(medium.id)
        if known and await self._touch(medium.id):
            return known
        file = await self._bytes.upload_from_stream(medium.id, data)
        document = {"_id": medium.id, "file": file, "uploaded": now(), **_fields(medium)}
        try:
            await self._media.insert_one(document)
        except DuplicateKeyError:
            await self._bytes.delete(file)
        return await self.get(medium.id)

    async def _touch(self, key: str) -> bool:
        """Notes that it was uploaded again. False if it was removed in this moment."""
        return (await self._media.update_one({"_id": key}, {"$set": {"uploaded": now()}})).matched_count == 1

    async def uploaded_before(self, moment: datetime) -> list[str]:
        """Keys; of files of earlier versions their bytes know when they came."""
        found = self._media.find({"_id": {"$gt": ""}}, {"file": 1, "uploaded": 1})
        return [each["_id"] async for each in found if _uploaded(each) < moment]

    async def remove(self, key: str, moment: datetime) -> None:
        """Unless it was uploaded again since."""
        document = await self._media.find_one({"_id": key})
        if document is None or _uploaded(document) >= moment:
            return
        gone = await self._media.delete_one({"_id": key, "uploaded": document.get("uploaded")})
        if gone.deleted_count:
            await self._bytes.delete(document["file"])

    async def find(self, key: str) -> Medium | None:
        document = await self._media.find_one({"_id": key})
        return None if document is None else _medium(document)

    async def get(self, key: str) -> Medium:
        medium = await self.find(key)
        if medium is None:
            raise Missing("MEDIA_NOT_FOUND")
        return medium

    async def read(self, key: str, offset: int, length: int) -> bytes:
        """Answers fewer bytes than asked for at the end of the file, and none beyond it."""
        document = await self._media.find_one({"_id": key}, {"file": 1, "size": 1})
        if document is None:
            raise Missing("MEDIA_NOT_FOUND")
        if offset >= document["size"]:
            return b""
        file: ObjectId = document["file"]
        stream = await self._bytes.open_download_stream(file)
        await stream.seek(offset)
        return bytes(await stream.read(length))

    async def types(self, names: Iterable[str]) -> Mapping[str, str]:
        """Content type of each "media/{id}" that exists."""
        keys = [name.removeprefix("media/") for name in names]
        if not keys:
            return {}
        found = self._media.find({"_id": {"$in": keys}}, {"content_type": 1})
        return {f"media/{document['_id']}": document["content_type"] async for document in found}


def _uploaded(document: Mapping[str, Any]) -> datetime:
    file: ObjectId = document["file"]
    return document.get("uploaded") or file.generation_time


def _fields(medium: Medium) -> dict[str, Any]:
    return {
        "content_type": medium.content_type,
        "filename": medium.filename,
        "size": medium.size,
        "sha256": medium.sha256,
    }


def _medium(document: Mapping[str, Any]) -> Medium:
    return Medium(document["_id"], document["content_type"], document["filename"], document["size"], document["sha256"])
