"""A poll: residents of an area choose among options; only counts ever become known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Invalid, Refused

FEWEST_VOTERS = 5
"""With fewer, the counts would say too much of who chose what."""
MOST_OPTIONS = 12
_LONGEST_QUESTION, _LONGEST_OPTION = 300, 100
_LONGEST = timedelta(days=100)


class State(StrEnum):
    NEW = "new"  # not stored
    OPEN = "open"
    COUNTED = "counted"
    TOO_FEW = "too_few"
    VOID = "void"


@dataclass(frozen=True)
class Poll:
    """`key_half` opens the ballots together with the file `key_file`; it is empty once they are counted, and the file's
    name once file and ballots are gone."""

    id: str
    centre: str = ""
    area: str = ""
    question: str = ""
    options: tuple[str, ...] = ()
    closes_at: datetime | None = None
    state: State = State.NEW
    created_by: str = ""
    created_at: datetime | None = None
    public_key: bytes = b""
    key_half: bytes = b""
    key_file: str = ""
    voters: int = 0
    votes: tuple[int, ...] = ()

    def is_open(self, now: datetime) -> bool:
        return self.state is State.OPEN and self.closes_at is not None and now < self.closes_at


@dataclass(frozen=True)
class PollCounted:
    poll: Poll
    time: datetime


Outcome = tuple[Poll, Sequence[PollCounted]]


def checked(wanted: Poll, now: datetime) -> Poll:
    """Raises Invalid, with what to write instead."""
    question, options = " ".join(wanted.question.split()), tuple(" ".join(each.split()) for each in wanted.options)
    if not question or len(question) > _LONGEST_QUESTION:
        raise Invalid("POLL_QUESTION_INVALID", field="question", most=_LONGEST_QUESTION)
    if not 2 <= len(options) <= MOST_OPTIONS or len(set(options)) < len(options):
        raise Invalid("POLL_OPTIONS_INVALID", field="options", most=MOST_OPTIONS)
    if not all(0 < len(each) <= _LONGEST_OPTION for each in options):
        raise Invalid("POLL_OPTION_LENGTH", field="options", most=_LONGEST_OPTION)
    if wanted.closes_at is None or not now < wanted.closes_at <= now + _LONGEST:
        raise Invalid("POLL_CLOSING_INVALID", field="close_time", days=_LONGEST.days)
    if not wanted.area:
        raise Invalid("AREA_NEEDED", field="area")
    return replace(wanted, question=question, options=options)


def create(poll: Poll, wanted: Poll, public_key: bytes, key_half: bytes, key_file: str, now: datetime) -> Outcome:
    """A repeat changes nothing; the same id for something else is refused."""
    if poll.state is State.NEW:
        key = replace(wanted, public_key=public_key, key_half=key_half, key_file=key_file)
        return replace(key, state=State.OPEN, created_at=now), ()
    if (poll.created_by, poll.question, poll.options) != (wanted.created_by, wanted.question, wanted.options):
        raise Refused("REQUEST_ID_USED", field="poll_id")
    return poll, ()


def require_option(poll: Poll, option: int, now: datetime) -> None:
    if not poll.is_open(now):
        raise Refused("POLL_CLOSED")
    if not 0 <= option < len(poll.options):
        raise Invalid("POLL_OPTION_UNKNOWN", field="option")


def finish(poll: Poll, choices: Iterable[int], now: datetime) -> Outcome:
    """Keeps the counts alone, and none of them where few voted."""
    if poll.state is not State.OPEN:
        return poll, ()
    chosen = list(choices)
    votes = tuple(chosen.count(option) for option in range(len(poll.options)))
    enough = len(chosen) >= FEWEST_VOTERS
    after = replace(
        poll,
        state=State.COUNTED if enough else State.TOO_FEW,
        voters=len(chosen) if enough else 0,
        votes=votes if enough else (),
        key_half=b"",
    )
    return after, (PollCounted(after, now),)


def clear(poll: Poll) -> Outcome:
    """File and ballots are gone."""
    return replace(poll, key_file=""), ()


def void(poll: Poll) -> Outcome:
    """The file with the other half of the key is lost."""
    return (replace(poll, state=State.VOID, key_half=b"") if poll.state is State.OPEN else poll), ()
