"""How facts are keyed."""

from __future__ import annotations

from services.chassis.principal import pseudonym


def fact_key(pseudonym_key: bytes, enrollment: str) -> str:
    """A keyed hash of "enrollments/{id}", because that name can be computed from person and course."""
    return pseudonym(pseudonym_key, enrollment)
