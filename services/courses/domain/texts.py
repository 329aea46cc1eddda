"""Texts of a course."""

from __future__ import annotations

from collections.abc import Mapping

# By language tag; a map of media names may use "" for any language.
Texts = Mapping[str, str]
