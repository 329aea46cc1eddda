"""What people answered about themselves: sealed in the facts, given out as fields in the codes of the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ieum.people.v1 import events_pb2 as people
from ieum.people.v1 import people_pb2
from services.chassis.sealed_answers import NOTHING, AnswersSeal, Numbers

_SEXES: dict[int, str] = {people_pb2.FEMALE: "F", people_pb2.MALE: "M", people_pb2.OTHER_SEX: "_O"}
_NUMBERS: dict[str, int] = {code: number for number, code in _SEXES.items()}
_PEOPLE_AT_ONCE = 65_536


class TraitsSeal:
    def __init__(self, pseudonym_key: bytes) -> None:
        self._seal = AnswersSeal(pseudonym_key)
        self._open = lru_cache(_PEOPLE_AT_ONCE)(self._open_sealed)

    def close(self, event: people.EqualityAnswersGiven) -> bytes:
        """The answers of an event. Version 0.1 sent them in the open."""
        given = Numbers(event.birth_year, event.sex, tuple(event.groups), event.groups_answered)
        return event.sealed or self._seal.close(event.pseudonym, given)

    def close_fields(self, pseudonym: str, fields: Mapping[str, Any]) -> bytes:
        """Those of a document of version 0.1."""
        groups = tuple(people_pb2.TargetGroup.Value(flag.upper()) for flag in fields["groups"])
        answers = Numbers(fields["birth_year"], _NUMBERS.get(fields["sex"], 0), groups, bool(fields["groups_answered"]))
        return b"" if answers == NOTHING else self._seal.close(pseudonym, answers)

    def open(self, pseudonym: str, traits: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """The fields birth_year, sex, groups and groups_answered; none where nothing was ever answered."""
        if not traits or "sealed" not in traits:
            return traits or {}
        return self._open(pseudonym, traits["sealed"])

    def _open_sealed(self, pseudonym: str, sealed: bytes) -> Mapping[str, Any]:
        birth_year, sex, groups, answered = self._seal.open(pseudonym, sealed)
        return {
            "birth_year": birth_year,
            "sex": _SEXES.get(sex, ""),
            "groups": _flags(groups),
            "groups_answered": answered,
        }


def _flags(groups: Sequence[int]) -> list[str]:
    return sorted(people_pb2.TargetGroup.Name(group).lower() for group in groups)  # type: ignore[arg-type]
