"""The privacy notice by version. A version never changes; whoever accepts one has read one of its texts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.chassis.errors import Conflict, Invalid, Refused

LANGUAGES = ("ko", "en")
_LONGEST = 50_000


@dataclass(frozen=True)
class PrivacyNotice:
    """Version 0: none was published."""

    version: int = 0
    texts: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    published_at: datetime | None = None
    published_by: str = ""


@dataclass(frozen=True)
class Acceptance:
    person: str
    version: int
    language: str
    hash: str
    time: datetime


def publish(
    current: PrivacyNotice | None, texts: Mapping[str, str], after: int, by: str, now: datetime
) -> PrivacyNotice:
    """The next version, or the one that holds if its texts are the same."""
    tidy = {language: texts.get(language, "").replace("\r\n", "\n").strip() for language in LANGUAGES}
    for language, text in tidy.items():
        if not text:
            raise Invalid("NOTICE_TEXT_MISSING", field=f"text_{language}")
        if len(text) > _LONGEST:
            raise Invalid("TEXT_TOO_LONG", field=f"text_{language}", limit=_LONGEST)
    if current and dict(current.texts) == tidy:
        return current
    version = current.version if current else 0
    if after != version:
        raise Conflict("NOTICE_CHANGED")
    hashes = {language: hashlib.sha256(text.encode()).hexdigest() for language, text in tidy.items()}
    return PrivacyNotice(version + 1, tidy, hashes, now, by)


def accept(current: PrivacyNotice | None, person: str, version: int, language: str, now: datetime) -> Acceptance:
    if current is None or version != current.version:
        raise Refused("NOTICE_CHANGED")
    if language not in current.hashes:
        raise Invalid("LOCALE_INVALID", field="language")
    return Acceptance(person, version, language, current.hashes[language], now)
