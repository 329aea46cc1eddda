"""Time and ids for the doors; the domains get both as arguments."""

from __future__ import annotations

import math
import secrets
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def now() -> datetime:
    """UTC, cut to the millisecond that MongoDB keeps, so that what is answered equals what is stored."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_id() -> str:
    """16 characters of [0-9a-z], 80 random bits; fit for resource names, event subjects and URLs."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


def stamp(moment: datetime | None) -> Timestamp | None:
    """Protobuf form of a moment; None stays None, which leaves a message field unset."""
    if moment is None:
        return None
    # A third of the time of FromDatetime, in lists of thousands.
    return Timestamp(seconds=math.floor(moment.timestamp()), nanos=moment.microsecond * 1000)


def from_ms(ms: int) -> datetime | None:
    """Of milliseconds since 1970; 0 is None."""
    return _EPOCH + timedelta(milliseconds=ms) if ms else None


def moment(stamp: Timestamp) -> datetime | None:
    """Python form of a Timestamp field, cut to the millisecond; an unset (zero) one is None."""
    if not stamp.seconds and not stamp.nanos:
        return None
    # A quarter of the time of ToDatetime.
    return _EPOCH + timedelta(seconds=stamp.seconds, milliseconds=stamp.nanos // 1_000_000)
