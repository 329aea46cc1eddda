"""Media: what kind of file it is by its bytes, and what is accepted. Pure."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any

import filetype

from services.chassis.errors import Invalid

LARGEST = 32 * 1024 * 1024


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


_TIME = r"(?:([0-9]{2,4}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})"


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
    """Recognises office documents without macros by the part names of the ZIP; no part is read."""
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
    """The last part of the path, without characters that are unsafe in a header or a shell."""
    last = re.split(r"[/\\]", filename)[-1]
    return re.sub(r'[\x00-\x1f\x7f"<>:|?*]', "", last).strip()[-_LONGEST_FILENAME:] or "file"
