"""Local copies of other services' entities: each part of a document has the newest revision received of it.

Each part has its own revision, because the events of an entity may arrive out of order and each tells about some parts
only. Several events of one revision may set different parts; where they set the same part they say the same of it.
"""

from __future__ import annotations

from typing import Any

from services.chassis.store.mongo import Collection


async def keep_newest(collection: Collection, key: str, revision: int, **parts: Any) -> None:
    """Sets each part of the document unless a newer revision of it is there; a repeated event changes nothing."""
    update: dict[str, Any] = {}
    for name, value in parts.items():
        newer = {"$gt": [revision, {"$ifNull": [f"$revisions.{name}", 0]}]}
        update[name] = {"$cond": [newer, {"$literal": value}, f"${name}"]}
        update[f"revisions.{name}"] = {"$max": [f"$revisions.{name}", revision]}
    await collection.update_one({"_id": key}, [{"$set": update}], upsert=True)
