"""The rules of a poll, and what sealed ballots give away: nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.chassis.errors import Invalid, Refused
from services.surveys.domain import poll as rules
from services.surveys.domain.poll import Poll, State
from services.surveys.domain.sealing import Opener, WrongHalves, new_key, seal

NOW = datetime(2027, 3, 2, 3, tzinfo=UTC)
WANTED = Poll(
    "p", "centres/c", "areas/a", "What shall we learn next?", ("Photos", "Banking"), NOW + timedelta(days=7),
    created_by="people/boss",
)  # fmt: skip
OPEN = rules.create(Poll("p"), WANTED, b"public", b"half", "file", NOW)[0]


def checked(**changes: Any) -> Poll:
    return rules.checked(
        Poll(**{**{name: getattr(WANTED, name) for name in Poll.__dataclass_fields__}, **changes}), NOW
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"question": " "}, "POLL_QUESTION_INVALID"),
        ({"options": ("one",)}, "POLL_OPTIONS_INVALID"),
        ({"options": ("one", "one ")}, "POLL_OPTIONS_INVALID"),
        ({"options": ("one", "")}, "POLL_OPTION_LENGTH"),
        ({"closes_at": NOW}, "POLL_CLOSING_INVALID"),
        ({"closes_at": NOW + timedelta(days=101)}, "POLL_CLOSING_INVALID"),
        ({"area": ""}, "AREA_NEEDED"),
    ],
)
def test_a_poll_that_cannot_be_held_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        checked(**changes)


def test_a_repeated_creation_changes_nothing_and_another_poll_needs_another_id() -> None:
    assert rules.create(OPEN, WANTED, b"other", b"other", "other", NOW) == (OPEN, ())
    with pytest.raises(Refused, match="REQUEST_ID_USED"):
        rules.create(OPEN, checked(question="Another?"), b"", b"", "", NOW)


def test_votes_are_taken_until_the_poll_closes_for_an_option_that_there_is() -> None:
    rules.require_option(OPEN, 1, NOW)
    with pytest.raises(Invalid, match="POLL_OPTION_UNKNOWN"):
        rules.require_option(OPEN, 2, NOW)
    with pytest.raises(Refused, match="POLL_CLOSED"):
        rules.require_option(OPEN, 1, NOW + timedelta(days=7))


def test_only_counts_remain_and_none_of_them_where_few_voted() -> None:
    counted, (event,) = rules.finish(OPEN, [0, 1, 1, 0, 1], NOW)
    assert (counted.state, counted.voters, counted.votes, counted.key_half) == (State.COUNTED, 5, (2, 3), b"")
    assert event.poll == counted
    few = rules.finish(OPEN, [0, 1, 1, 0], NOW)[0]
    assert (few.state, few.voters, few.votes) == (State.TOO_FEW, 0, ())
    assert rules.finish(counted, [0] * 9, NOW) == (counted, ())


def test_ballots_are_of_one_length_and_never_the_same() -> None:
    key = new_key()
    ballots = [seal(key.public, option) for option in (0, 0, 1, 11)]
    assert len(set(ballots)) == 4
    assert len({len(ballot) for ballot in ballots}) == 1
    opener = Opener(key.stored, key.filed)
    assert [opener.open(ballot) for ballot in ballots] == [0, 0, 1, 11]


def test_neither_half_of_the_key_opens_anything() -> None:
    key, other = new_key(), new_key()
    for stored, filed in ((key.stored, b""), (key.stored, other.filed), (key.stored, bytes(len(key.stored)))):
        with pytest.raises(WrongHalves):
            Opener(stored, filed)
    with pytest.raises(WrongHalves):
        Opener(bytes(len(key.filed)), key.filed)
