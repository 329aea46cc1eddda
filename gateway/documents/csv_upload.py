"""CSV files that offices upload: decoding, lines, and errors that name the line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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


def reader(content: bytes) -> Any:
    """A `csv.reader`. Only line ends end a line; a vertical tab or U+2028 within a cell is part of it."""
    return csv.reader(io.StringIO(decode(content), newline=""), strict=True)


def check_separator(header: Sequence[str]) -> None:
    """Called where columns are missing: Excel writes semicolons or tabs where the system says so."""
    first = "".join(header)
    if ";" in first:
        raise WrongLine(1, msgid("the cells are separated by semicolons. Save the file as CSV with commas."))
    if "\t" in first:
        raise WrongLine(1, msgid("the cells are separated by tabs. Save the file as CSV with commas."))
