"""Titles of columns, codes and measures in every language of a release, from `words.toml` and `capability.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from services.statistics.figures.refusal import InvalidValue

LANGUAGES = ("ko", "en")
"""The languages of a release, in the order in which files list them. Another one needs its texts in words.toml,
report.toml, capability.toml and quality.toml, and in the literals of manifest, readme, workbook and dcat."""
Title = Mapping[str, str]
"""Language -> text, with all LANGUAGES."""


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = {}
    for name in ("words.toml", "capability.toml"):
        for part, entries in tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8")).items():
            words.setdefault(part, {}).update(entries)
    return words


def column(name: str) -> Title:
    title: Title = _words()["columns"][name]
    return title


def codes(column: str) -> Mapping[str, Title]:
    """Every code of a list with its title, in the order of the tables. MEASURE is a list too."""
    if column == "MEASURE":
        return {code: measure["title"] for code, measure in _words()["measures"].items()}
    titles: Mapping[str, Title] = _words()["codes"][column]
    return titles


def title(column: str, code: str) -> Title:
    named = codes(column).get(code)
    if named is None:
        raise InvalidValue(f"{code!r} has no title: add it to services/statistics/formats/words.toml", field=column)
    return named


def meaning(measure: str) -> Title:
    text: Title = _words()["measures"][measure]["meaning"]
    return text


def period(code: str) -> Title:
    """The title of a period: "2026" or "2026-Q3"."""
    year, _, quarter = code.partition("-Q")
    if quarter:
        return {"ko": f"{year}년 {quarter}분기", "en": f"Q{quarter} {year}"}
    return {"ko": f"{year}년", "en": year}


def full(title: Title, otherwise: str = "") -> Title:
    """The title in all languages: a missing one is replaced by another, as in a city's own list of areas."""
    fallback = next(filter(None, title.values()), otherwise)
    return {language: title.get(language) or fallback for language in LANGUAGES}


def bilingual(title: Title) -> str:
    """All languages in one label, for formats that have only one."""
    korean, english = (title.get(language, "") for language in LANGUAGES)
    return korean if korean == english else " / ".join(filter(None, (korean, english)))
