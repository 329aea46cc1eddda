"""CSV files that offices upload: decoding, and errors that name the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.language.i18n import msgid


@dataclass
class WrongLine(Exception):
    """`words` is a message id; `details` fill it in."""

    line: int
    words: str
    details: Mapping[str, str] = field(default_factory=dict)


def decode(content: bytes) -> str:
    """Decodes UTF-8 or CP949, which Korean spreadsheets save by default."""
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WrongLine(1, msgid("this is no text. Save the file as CSV UTF-8."))
