from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.backend.kits import times_of

NOW = datetime(2027, 3, 1, 18, tzinfo=UTC)
DAY_MS = 24 * 3600 * 1000


@pytest.mark.parametrize("wrong", [0, DAY_MS, -DAY_MS])
def test_a_clock_that_is_a_day_wrong_gives_the_same_times(wrong: int) -> None:
    sent = round(NOW.timestamp() * 1000) + wrong
    walls = [sent - minutes * 60_000 for minutes in (30, 20, 10)]
    assert times_of(walls, sent, NOW) == [NOW - timedelta(minutes=minutes) for minutes in (30, 20, 10)]


def test_where_a_clock_jumps_the_order_holds_and_nothing_is_in_the_future() -> None:
    sent = round(NOW.timestamp() * 1000)
    times = times_of([sent + DAY_MS, sent - 60_000, sent + DAY_MS], sent, NOW)
    assert times == [NOW - timedelta(minutes=1), NOW - timedelta(minutes=1), NOW]
