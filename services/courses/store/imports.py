"""What was made of documents, for the page that tells their authors."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo.errors import DuplicateKeyError

from services.chassis.store.mongo import Database
from services.courses.documents.reading import DocumentImport

_KEPT_SECONDS = 90 * 24 * 3600


_IMPORT: TypeAdapter[DocumentImport] = TypeAdapter(DocumentImport)


class Imports:
    """Keyed by "{course}/{request}"."""

    def __init__(self, database: Database) -> None:
        self._imports = database["imports"]

    async def prepare(self) -> None:
        await self._imports.create_index("time", name="forgotten", expireAfterSeconds=_KEPT_SECONDS)

    async def find(self, key: str) -> DocumentImport | None:
        document = await self._imports.find_one({"_id": key})
        return _IMPORT.validate_python(document) if document else None

    async def keep(self, key: str, made: DocumentImport) -> DocumentImport:
        """The one that is kept: the first, where two came at once."""
        try:
            await self._imports.insert_one({"_id": key, **asdict(made)})
        except DuplicateKeyError:
            return await self.find(key) or made
        return made
