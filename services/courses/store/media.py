"""Pictures, films, captions and hand-outs: their bytes say what they are, and the same bytes are kept once."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import filetype
from bson import ObjectId
from gridfs.asynchronous import AsyncGridFSBucket
from pymongo.errors import DuplicateKeyError

from services.chassis.errors import Invalid, Missing
from services.chassis.store.entities import Database

LARGEST = 32 * 1024 * 1024
LARGEST_READ = 1024 * 1024
_LONGEST_FILENAME = 200

# No SVG or HTML: they can carry script.
_BINARY = frozenset(
    [
        "image/png",
        "image/jpeg",
        "image/webp",
        "image/gif",
        "video/mp4",
        "video/webm",
        "audio/mpeg",
        "audio/ogg",
        "application/pdf",
    ]
)
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_HANGUL_DOCUMENT = "application/hwp+zip"
_MOST_PARTS = 10_000

_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_CUE = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+.*)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"\s*<\s*[!?a-z]", re.IGNORECASE)


@dataclass(frozen=True)
class Medium:
    id: str
    content_type: str
    filename: str
    size: int
    sha256: str


def inspected(filename: str, data: bytes) -> Medium:
    """Raises Invalid for what is empty, too large, or of no kind that a course can hold."""
    if not data:
        raise Invalid("MEDIA_EMPTY", field="data")
    if len(data) > LARGEST:
        raise Invalid("MEDIA_TOO_LARGE", field="data", limit=LARGEST)
    digest = hashlib.sha256(data).hexdigest()
    return Medium(digest[:32], content_type_of(data), plain_filename(filename), len(data), digest)


def content_type_of(data: bytes) -> str:
    """Raises Invalid("MEDIA_TYPE_REFUSED"); for WebVTT that no player reads, Invalid("CAPTIONS_MALFORMED")."""
    if data.startswith(b"PK\x03\x04"):
        found = _document_type(data)
    else:
        guess: Any = filetype.guess(data)
        found = _text_type(data) if guess is None else guess.mime
        if guess is not None and found not in _BINARY:
            found = None
    if found is None:
        raise Invalid("MEDIA_TYPE_REFUSED", field="data")
    return str(found)


def _document_type(data: bytes) -> str | None:
    """Of a ZIP: an office document without macros, or nothing. Only the list of its parts is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            first = archive.infolist()[0] if names else None
            if first and first.filename == "mimetype" and first.file_size < 100:
                return _HANGUL_DOCUMENT if archive.read(first).strip() == _HANGUL_DOCUMENT.encode() else None
    # NotImplementedError: how the library says that it does not know the compression.
    except (zipfile.BadZipFile, NotImplementedError, ValueError, RuntimeError, EOFError):
        return None
    if len(names) > _MOST_PARTS or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def _text_type(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if _CONTROL.search(text) or _MARKUP.match(text):
        return None
    if not re.match(r"WEBVTT(?:[ \t\r\n]|$)", text):
        return "text/plain"
    check_captions(text)
    return "text/vtt"


def check_captions(text: str) -> None:
    """At least one cue, and every cue begins before it ends."""
    lines = text.splitlines()
    cues = [(number, line) for number, line in enumerate(lines, start=1) if "-->" in line]
    if not cues:
        raise Invalid("CAPTIONS_MALFORMED", field="data", line=len(lines))
    for number, line in cues:
        match = _CUE.fullmatch(line.strip())
        if not match or _milliseconds(match.groups()[:4]) >= _milliseconds(match.groups()[4:]):
            raise Invalid("CAPTIONS_MALFORMED", field="data", line=number)


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def plain_filename(filename: str) -> str:
    """Its last part, without what a header or a shell would trip over."""
    last = re.split(r"[/\\]", filename)[-1]
    return re.sub(r'[\x00-\x1f\x7f"<>:|?*]', "", last).strip()[-_LONGEST_FILENAME:] or "file"


class MediaStore:
    """Bytes in GridFS, and a document that makes them known once they are all there: no crash leaves half a film."""

    def __init__(self, database: Database) -> None:
        self._media = database["media"]
        self._bytes = AsyncGridFSBucket(database, "media_bytes", chunk_size_bytes=LARGEST_READ)

    async def keep(self, medium: Medium, data: bytes) -> Medium:
        """Safe to repeat; the same bytes keep the file name they first came with."""
        known = await self.find(medium.id)
        if known:
            return known
        file = await self._bytes.upload_from_stream(medium.id, data)
        document = {"_id": medium.id, "file": file, **_fields(medium)}
        try:
            await self._media.insert_one(document)
        except DuplicateKeyError:
            await self._bytes.delete(file)
        return await self.get(medium.id)

    async def find(self, key: str) -> Medium | None:
        document = await self._media.find_one({"_id": key})
        return None if document is None else _medium(document)

    async def get(self, key: str) -> Medium:
        medium = await self.find(key)
        if medium is None:
            raise Missing("MEDIA_NOT_FOUND")
        return medium

    async def read(self, key: str, offset: int, length: int) -> bytes:
        """Fewer bytes than asked for at the end, none behind it."""
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


def _fields(medium: Medium) -> dict[str, Any]:
    return {
        "content_type": medium.content_type,
        "filename": medium.filename,
        "size": medium.size,
        "sha256": medium.sha256,
    }


def _medium(document: Mapping[str, Any]) -> Medium:
    return Medium(document["_id"], document["content_type"], document["filename"], document["size"], document["sha256"])
