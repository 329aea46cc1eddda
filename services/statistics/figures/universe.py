"""The populations that statistics keep apart."""

from __future__ import annotations

from enum import StrEnum


class Universe(StrEnum):
    """Values are those of stored facts and releases; the names are those of the messages."""

    RESIDENT = "resident"
    EMPLOYEE = "employee"

    @property
    def code(self) -> str:
        """As released files spell it."""
        return {Universe.RESIDENT: "RES", Universe.EMPLOYEE: "EMP"}[self]
