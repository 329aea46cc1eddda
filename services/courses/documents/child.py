"""Reads a document in a child process, which its limits or we may end."""

from __future__ import annotations

import asyncio
import sys
from pathlib import PurePath

from pydantic import TypeAdapter

from services.chassis.errors import Invalid
from services.courses.documents.reading import ReadDocument
from services.courses.domain.file_types import content_type_of

_SECONDS = 60.0
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
    async with _at_once:
        output = await _output((kind, title), data)
    # In a thread: the pictures of a document may be tens of megabytes.
    document = await asyncio.to_thread(_DOCUMENT.validate_json, output)
    if not document.lessons:
        raise Invalid("DOCUMENT_EMPTY", field="data")
    return document


async def _output(arguments: tuple[str, str], data: bytes) -> bytes:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.courses.documents", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            output, _ = await child.communicate(data)
    except TimeoutError as error:
        raise Invalid("DOCUMENT_UNREADABLE", field="data") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise Invalid("DOCUMENT_UNREADABLE", field="data")
    return output
