"""Media: what is accepted, under which name, and what of it is kept. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from services.chassis.errors import Invalid
from services.chassis.text import normalise
from services.courses.domain.file_types import ENDINGS, content_type_of
from services.courses.domain.pictures import cleaned

LARGEST = 32 * 1024 * 1024
_LONGEST_FILENAME = 200
_UNSAFE = frozenset('"<>:|?*')


@dataclass(frozen=True)
class Medium:
    """`id` is of the bytes and the file name: who uploads the same bytes does not learn how others called them."""

    id: str
    content_type: str
    filename: str
    size: int
    sha256: str


def accept(filename: str, data: bytes) -> tuple[Medium, bytes]:
    """The medium and the bytes to keep: those of pictures are without place and device.

    Raises Invalid for what is empty, too large, broken, or of no kind that a course can hold.
    """
    if not data:
        raise Invalid("MEDIA_EMPTY", field="data")
    if len(data) > LARGEST:
        raise Invalid("MEDIA_TOO_LARGE", field="data", limit=LARGEST)
    content_type = content_type_of(data)
    kept = cleaned(data, content_type) if content_type.startswith("image/") else data
    digest = hashlib.sha256(kept).hexdigest()
    name = with_ending(plain_filename(filename), content_type)
    return Medium(medium_id(digest, name), content_type, name, len(kept), digest), kept


def medium_id(sha256: str, filename: str) -> str:
    return hashlib.sha256(f"{sha256}/{filename}".encode()).hexdigest()[:32]


def plain_filename(filename: str) -> str:
    """The last part of the path, composed, without characters that are invisible or unsafe in a header or a shell."""
    last = normalise("NFC", re.split(r"[/\\]", filename)[-1])
    shown = "".join(character for character in last if _is_shown(character)).strip()
    return shown[-_LONGEST_FILENAME:] or "file"


def _is_shown(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _UNSAFE


def with_ending(filename: str, content_type: str) -> str:
    """The name with an ending of its type: a picture called x.exe is x.png."""
    stem, dot, ending = filename.rpartition(".")
    endings = ENDINGS[content_type]
    if dot and stem and ending.lower() in endings:
        return filename
    if not dot or not stem or not re.fullmatch("[A-Za-z0-9]{1,5}", ending):
        stem = filename
    return f"{stem[: _LONGEST_FILENAME - len(endings[0]) - 1]}.{endings[0]}"
