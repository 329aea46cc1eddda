"""What columns, codes and measures are called in Korean and English; the wording itself is in `words.toml`, that of
the capability of local governments in `capability.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from services.statistics.figures.refusal import InvalidValue

LANGUAGES = ("ko", "en")
Title = Mapping[str, str]
"""Language -> text, both languages always."""


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = {}
    for name in ("words.toml", "capability.toml"):
        for part, entries in tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8")).items():
            words.setdefault(part, {}).update(entries)
    return words


def column(name: str) -> Title:
    found: Title = _words()["columns"][name]
    return found


def codes(column: str) -> Mapping[str, Title]:
    """Every code of a list, in the order in which tables show it; measures are a list too."""
    if column == "MEASURE":
        return {code: measure["title"] for code, measure in _words()["measures"].items()}
    found: Mapping[str, Title] = _words()["codes"][column]
    return found


def title(column: str, code: str) -> Title:
    found = codes(column).get(code)
    if found is None:
        raise InvalidValue(f"{code!r} has no title: add it to services/statistics/formats/words.toml", field=column)
    return found


def meaning(measure: str) -> Title:
    found: Title = _words()["measures"][measure]["meaning"]
    return found


def period(code: str) -> Title:
    """ "2026" or "2026-Q3" in words."""
    year, _, quarter = code.partition("-Q")
    if quarter:
        return {"ko": f"{year}년 {quarter}분기", "en": f"Q{quarter} {year}"}
    return {"ko": f"{year}년", "en": year}


def full(title: Title, otherwise: str = "") -> Title:
    """In each language: what only one of them has stands in for the other, as in a city's own list of areas."""
    found = next(filter(None, title.values()), otherwise)
    return {language: title.get(language) or found for language in LANGUAGES}


def bilingual(title: Title) -> str:
    """For formats that have one label only."""
    korean, english = (title.get(language, "") for language in LANGUAGES)
    return korean if korean == english else " / ".join(filter(None, (korean, english)))
