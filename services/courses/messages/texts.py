"""Texts by language as they come in. Empty ones are dropped: missing has one form."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.text import normalise, one_line
from services.courses.domain.texts import Texts


def titles(by_language: Mapping[str, str]) -> Texts:
    return {language: line for language, text in by_language.items() if (line := one_line(text))}


def texts(by_language: Mapping[str, str]) -> Texts:
    return {language: clean(text) for language, text in by_language.items() if text}


def clean(text: str) -> str:
    """NFC: composed syllables, so that text that looks equal is equal."""
    return normalise("NFC", text)
