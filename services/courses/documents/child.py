"""Reads a document in a child process."""

from __future__ import annotations

import asyncio
from pathlib import PurePath

from pydantic import TypeAdapter

from services.chassis.child_process import ChildFailed, run_child
from services.chassis.errors import Invalid
from services.courses.documents.reading import ReadDocument
from services.courses.domain.file_types import content_type_of

_KINDS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/hwp+zip": "hwpx",
}
_DOCUMENT: TypeAdapter[ReadDocument] = TypeAdapter(ReadDocument)
_at_once = asyncio.Semaphore(1)


async def read_document(filename: str, data: bytes) -> ReadDocument:
    """Raises Invalid for what is no document, cannot be read, or holds nothing."""
    kind = _KINDS.get(await asyncio.to_thread(content_type_of, data))
    if kind is None:
        raise Invalid("DOCUMENT_TYPE", field="data")
    title = PurePath(filename.replace("\\", "/")).stem or "Document"
    try:
        async with _at_once:
            output = await run_child("services.courses.documents", kind, title, data=data)
    except ChildFailed as error:
        raise Invalid("DOCUMENT_UNREADABLE", field="data") from error
    # In a thread: the pictures of a document may be tens of megabytes.
    document = await asyncio.to_thread(_DOCUMENT.validate_json, output)
    if not document.lessons:
        raise Invalid("DOCUMENT_EMPTY", field="data")
    return document
