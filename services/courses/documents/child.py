"""Reads a document in a child process."""

from __future__ import annotations

import asyncio
from pathlib import PurePath

from pydantic import BaseModel

from services.chassis.child_process import ChildFailed, run_child
from services.chassis.errors import Invalid
from services.courses.documents.reading import ReadDocument
from services.courses.domain.file_types import content_type_of

_WITH_OWN_WORDS = frozenset(("MEDIA_HWP", "MEDIA_OLD_OFFICE", "MEDIA_ACTIVE"))


class _Output(BaseModel):
    document: ReadDocument | None = None
    refused: str = "DOCUMENT_UNREADABLE"


_at_once = asyncio.Semaphore(1)


def _check_kind(data: bytes) -> None:
    """Raises Invalid for what has words of its own: what to do with exactly such a file."""
    try:
        content_type_of(data)
    except Invalid as problem:
        if problem.reason in _WITH_OWN_WORDS:
            raise


async def read_document(filename: str, data: bytes) -> ReadDocument:
    """Raises Invalid for what is no document, cannot be read, or holds nothing."""
    await asyncio.to_thread(_check_kind, data)
    title = PurePath(filename.replace("\\", "/")).stem or "Document"
    try:
        async with _at_once:
            output = await run_child("services.courses.documents", title, data=data)
    except ChildFailed as error:
        raise Invalid("DOCUMENT_UNREADABLE", field="data") from error
    # In a thread: the pictures of a document may be tens of megabytes.
    read = await asyncio.to_thread(_Output.model_validate_json, output)
    if read.document is None:
        raise Invalid(read.refused, field="data")
    if not read.document.lessons:
        raise Invalid("DOCUMENT_EMPTY", field="data")
    return read.document
