"""What kind of file it is by its bytes, and which kinds a course can hold. Pure.

What cannot be used is refused with what to do about that very file.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from typing import Any

import filetype

from services.chassis.broken_zip import BROKEN_ZIP
from services.chassis.errors import Invalid

# No SVG or HTML: they can carry script.
ENDINGS = {
    "image/png": ("png", "apng"),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/webp": ("webp",),
    "image/gif": ("gif",),
    "video/mp4": ("mp4", "m4v"),
    "video/webm": ("webm",),
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a", "m4b"),
    "audio/ogg": ("ogg", "oga", "opus"),
    "application/pdf": ("pdf",),
    "application/hwp+zip": ("hwpx",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "text/vtt": ("vtt",),
    "text/plain": ("txt", "csv", "tsv", "md", "srt", "log"),
}
"""By content type the endings that a file name may have, the usual one first."""

_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_HANGUL_DOCUMENT = "application/hwp+zip"
_HANGUL_PART = "Contents/content.hpf"
_ACTIVE_PART = re.compile(r"vbaproject\.bin$|/macrosheets/|/activex/|/embeddings/oleobject[^/]*\.bin$", re.IGNORECASE)
_OLD_HANGUL = (b"HWP Document File", "HwpSummaryInformation".encode("utf-16-le"))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_SOUND = frozenset({b"M4A ", b"M4B ", b"F4A "})
_FILM = frozenset(b"isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 mp41 mp42 avc1 dash MSNV".split()) | {b"M4V ", b"F4V "}
_OLD_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"pnot"})
_PDF = re.compile(rb"(?:^|\s|\0)%PDF-[0-9]")
_PDF_BEGINS_WITHIN, _PDF_ENDS_WITHIN = 1024, 2048
_MOST_PARTS, _LARGEST_DIRECTORY = 10_000, 1024 * 1024
_END_RECORD = struct.Struct("<4s4HIIH")
_LONGEST_COMMENT = 0xFFFF
_TIME = r"(?:([0-9]{2,4}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})"
_CUE = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+.*)?")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"\s*<\s*[!?a-z]", re.IGNORECASE)
_HANGUL = re.compile(r"[\uac00-\ud7a3]")


def content_type_of(data: bytes) -> str:
    """Raises Invalid for what a course cannot hold, and for WebVTT that no player reads."""
    found = _container_type(data) or _text_type(data)
    if found not in ENDINGS:
        raise _refused()
    return found


def _container_type(data: bytes) -> str | None:
    if data.startswith(b"PK\x03\x04"):
        return _document_type(data)
    if data.startswith((_OLE, _OLD_HANGUL[0])):
        raise _refused("MEDIA_HWP" if any(mark in data for mark in _OLD_HANGUL) else "MEDIA_OLD_OFFICE")
    if data[4:8] == b"ftyp":
        return _film_type(data)
    if data[4:8] in _OLD_QUICKTIME:
        raise _refused("MEDIA_MOV")
    if _is_pdf(data):
        return "application/pdf"
    if _is_mp3(data):
        return "audio/mpeg"
    guess: Any = filetype.guess(data)
    if guess is None:
        return None
    return "image/png" if guess.mime == "image/apng" else str(guess.mime)


def _refused(reason: str = "MEDIA_TYPE_REFUSED") -> Invalid:
    return Invalid(reason, field="data")


def _film_type(data: bytes) -> str:
    """By the brands of the first box: the file's own, a version, and those that it is compatible with."""
    box = data[: min(int.from_bytes(data[:4]), 256)]
    own, others = box[8:12], {box[at : at + 4] for at in range(16, len(box), 4)}
    if own in _HEIC or (others & _HEIC and not others & _FILM):
        raise _refused("MEDIA_TYPE_REFUSED" if others & {b"avif", b"avis"} else "MEDIA_HEIC")
    if own == b"qt  ":
        raise _refused("MEDIA_MOV")
    if own in _SOUND:
        return "audio/mp4"
    if own in _FILM or others & _FILM:
        return "video/mp4"
    raise _refused()


def _is_pdf(data: bytes) -> bool:
    """Programs put lines before it, and readers look for it within the first kilobyte."""
    if data.startswith(b"%PDF-"):
        return True
    begins = _PDF.search(data[:_PDF_BEGINS_WITHIN]) and not data.lstrip().startswith(b"<")
    return bool(begins) and b"%%EOF" in data[-_PDF_ENDS_WITHIN:]


def _is_mp3(data: bytes) -> bool:
    """A frame of MPEG layer III, with or without checksum."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2:
        return False
    return data[1] & 0x18 != 0x08 and data[2] & 0xF0 not in (0, 0xF0) and data[2] & 0x0C != 0x0C


def _document_type(data: bytes) -> str:
    """Recognises office documents by the part names of the ZIP; only HWPX' small `mimetype` is read."""
    if not _has_small_directory(data):
        raise _refused()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mimetype = _mimetype(archive) if "mimetype" in names else ""
    except BROKEN_ZIP as error:
        raise _refused() from error
    if any(map(_ACTIVE_PART.search, names)):
        raise _refused("MEDIA_ACTIVE")
    if mimetype:
        return mimetype
    office = next((kind for part, kind in _OFFICE.items() if part in names), "")
    return office or (_HANGUL_DOCUMENT if _HANGUL_PART in names else "")


def _mimetype(archive: zipfile.ZipFile) -> str:
    part = archive.getinfo("mimetype")
    return archive.read(part).decode("utf-8-sig", "replace").strip() if part.file_size < 100 else "unknown"


def _has_small_directory(data: bytes) -> bool:
    """By the end record alone, before anything is made of the list of parts, which may have half a million."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - _LONGEST_COMMENT - _END_RECORD.size))
    if at < 0 or at + _END_RECORD.size > len(data):
        return False
    *_, parts, size, _, comment = _END_RECORD.unpack_from(data, at)
    is_zip64 = data[max(0, at - 20) :].startswith(b"PK\x06\x07")
    fits = parts <= _MOST_PARTS and size <= _LARGEST_DIRECTORY and not is_zip64
    return bool(fits and at + _END_RECORD.size + comment == len(data))


def _text_type(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig").rstrip("\x1a")  # Ctrl-Z ended a file on old systems
    except UnicodeDecodeError:
        raise _refused("MEDIA_NOT_UTF8" if _is_korean_text(data) else "MEDIA_TYPE_REFUSED") from None
    if _CONTROL.search(text) or _MARKUP.match(text):
        return ""
    if not re.match(r"WEBVTT(?:[ \t\r\n]|$)", text):
        if re.match(r"\s*webvtt", text, re.IGNORECASE) and "-->" in text:
            raise Invalid("CAPTIONS_HEADER", field="data")
        return "text/plain"
    check_captions(text)
    return "text/vtt"


def _is_korean_text(data: bytes) -> bool:
    """Text as Windows programs of Korea save it: in CP949, or as "Unicode", which is UTF-16."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "cp949"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return bool(_HANGUL.search(text)) and not _CONTROL.search(text)


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
