from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from services.chassis.sealed_answers import NOTHING, AnswersSeal, Numbers

SEAL = AnswersSeal(b"k" * 32)
HERS = Numbers(1951, 1, (1, 3, 5), groups_answered=True)


@pytest.mark.parametrize(
    "answers", [HERS, NOTHING, Numbers(1900, 3, (), groups_answered=True), Numbers(0, 0, (2,), True)]
)
def test_answers_come_back_as_they_were_given_and_look_alike_from_outside(answers: Numbers) -> None:
    sealed = SEAL.close("kim", answers)
    assert SEAL.open("kim", sealed) == answers
    assert len(sealed) == len(SEAL.close("kim", HERS))
    assert sealed == SEAL.close("kim", answers)


def test_the_same_answers_of_two_people_differ_and_cannot_be_exchanged() -> None:
    assert SEAL.close("kim", HERS) != SEAL.close("lee", HERS)
    with pytest.raises(InvalidTag):
        SEAL.open("lee", SEAL.close("kim", HERS))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(InvalidTag):
        AnswersSeal(b"l" * 32).open("kim", SEAL.close("kim", HERS))


def test_content_belongs_to_its_name() -> None:
    closed = SEAL.close_content("release/2026-Q1", b"rows")
    assert SEAL.open_content("release/2026-Q1", closed) == b"rows"
    with pytest.raises(InvalidTag):
        SEAL.open_content("release/2026-Q2", closed)
