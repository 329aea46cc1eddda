from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from services.classes.domain import kits
from services.classes.domain.attendance import Attended, Sheet, Way, Wish, record
from services.classes.domain.kit_marks import KitMark, join
from services.classes.domain.kits import Kit, Recorded, hear, new_kit, times_of
from tests.unit.classes.samples import details, refused

DETAILS = details()
SESSION = DETAILS.sessions[0]
BEGIN = SESSION.starts_at
PEOPLE = {"app1": "people/kim", "app2": "people/lee"}
DAY = timedelta(days=1)


def kit(key: str = "a" * 16) -> Kit:
    return new_kit(key, "class", "people/t", "00" * 32, "Chrome, Android", 3, BEGIN - timedelta(hours=2))


def at(minutes: int) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def pressed(
    device: str, number: int, application: str, attended: Attended, minutes: int, *, filled: bool = False
) -> KitMark:
    return KitMark(f"{device}-{number}", application, attended, None, filled, at(minutes))


TABLET = [
    pressed("tablet", 1, "app1", Attended.PRESENT, 5, filled=True),
    pressed("tablet", 2, "app2", Attended.PRESENT, 5, filled=True),
    pressed("tablet", 3, "app2", Attended.EXCUSED, 30),
]
PHONE = [
    pressed("phone", 1, "app1", Attended.ABSENT, 3),
    pressed("phone", 2, "app2", Attended.ABSENT, 20),
]


def arrive(sheet: Sheet, batches: Sequence[Sequence[KitMark]]) -> Sheet:
    for batch in batches:
        (sheet, _), _ = join(sheet, 1, DETAILS, PEOPLE, batch, "people/t", at(8 * 60))
    return sheet


def test_two_devices_give_one_list_in_whatever_order_and_however_often_they_send() -> None:
    expected = arrive(Sheet("class", 1), [TABLET, PHONE])
    marks = {mark.application: mark.attended for mark in expected.lines}
    # A mark of one's own counts before one for everybody, whenever it was made; of two, the later.
    assert marks == {"app1": Attended.ABSENT, "app2": Attended.EXCUSED}
    for order in permutations([*TABLET, *PHONE]):
        assert arrive(Sheet("class", 1), [[each] for each in order]) == expected
        assert arrive(Sheet("class", 1), [order[:3], order, order[2:]]) == expected


def test_a_repeat_announces_nothing_and_both_presses_stand_in_the_log() -> None:
    (sheet, events), refusals = join(Sheet("class", 1), 1, DETAILS, PEOPLE, TABLET, "people/t", at(200))
    assert (len(events), refusals) == (2, {})
    assert join(sheet, 1, DETAILS, PEOPLE, TABLET, "people/t", at(300)) == ((sheet, ()), {})
    mark = sheet.mark_of("app2")
    assert mark
    assert [(each.attended, each.way, each.operation) for each in mark.entries] == [
        (Attended.PRESENT, Way.KIT, "tablet-2"),
        (Attended.EXCUSED, Way.KIT, "tablet-3"),
    ]


def test_a_correction_that_was_made_with_network_afterwards_stays() -> None:
    sheet, _ = record(
        Sheet("class", 1), 1, DETAILS, PEOPLE, [Wish("app1", Attended.LATE, 90)], True, "people/t", Way.LIST, at(60)
    )
    after = arrive(sheet, [PHONE])
    assert {mark.application: mark.attended for mark in after.lines} == {
        "app1": Attended.LATE,  # at minute 60, the phone at minute 3
        "app2": Attended.ABSENT,  # the list's was one press for everybody
    }


def test_more_entries_than_are_kept_still_agree_in_every_order() -> None:
    many = [pressed("tablet", n, "app1", Attended.ABSENT if n % 2 else Attended.PRESENT, n) for n in range(1, 31)]
    expected = arrive(Sheet("class", 1), [many])
    assert expected.lines[0].attended is Attended.PRESENT
    assert arrive(Sheet("class", 1), [many[::-1], many[:7], many]) == expected


def test_each_refused_mark_says_why_and_stops_no_other() -> None:
    marks = [
        pressed("tablet", 1, "stranger", Attended.PRESENT, 5),
        pressed("tablet", 2, "app1", Attended.LATE, 5),
        pressed("tablet", 3, "app2", Attended.PRESENT, 5),
    ]
    (sheet, events), refusals = join(Sheet("class", 1), 1, DETAILS, PEOPLE, marks, "people/t", at(200))
    assert refusals == {"tablet-1": "NO_SEAT", "tablet-2": "MINUTES_NEEDED"}
    assert [event.person for event in events] == ["people/lee"]
    cancelled = replace(sheet, cancelled=True)
    assert join(cancelled, 1, DETAILS, PEOPLE, TABLET[:1], "people/t", at(200)) == (
        (cancelled, ()),
        {"tablet-1": "SESSION_CANCELLED"},
    )
    early = join(Sheet("class", 1), 1, DETAILS, PEOPLE, TABLET[:1], "people/t", at(-90))
    assert early[1] == {"tablet-1": "SESSION_NOT_BEGUN"}


@pytest.mark.parametrize("wrong", [timedelta(), DAY, -DAY, timedelta(days=4000)])
def test_a_clock_that_is_wrong_all_day_gives_the_same_times(wrong: timedelta) -> None:
    recorded = [Recorded(n, at(10 * n) + wrong) for n in range(1, 6)]
    assert times_of(kit(), recorded, at(480) + wrong, at(480)) == [at(10 * n) for n in range(1, 6)]


def test_where_the_clock_jumps_meanwhile_the_order_of_pressing_holds() -> None:
    ahead = [Recorded(1, at(10) + DAY), Recorded(2, at(20) + DAY), Recorded(3, at(30)), Recorded(4, at(40))]
    assert times_of(kit(), ahead, at(480), at(480)) == [at(30), at(30), at(30), at(40)]
    behind = [Recorded(1, at(10)), Recorded(2, at(20) - 4 * DAY)]
    times = times_of(kit(), behind, at(480), at(480))
    assert times == sorted(times)


def test_what_arrives_later_never_comes_before_what_has_arrived() -> None:
    heard, _ = hear(kit(), 4, at(40), at(480))
    assert times_of(heard, [Recorded(5, at(50) - DAY)], at(490), at(490)) == [at(40)]
    # Sent again after its answer was lost: it keeps its own time.
    assert times_of(heard, [Recorded(3, at(30))], at(490), at(490)) == [at(30)]
    assert hear(heard, 2, at(20), at(500))[0] == replace(heard, arrive_time=at(500))


@pytest.mark.parametrize("numbers", [[2, 1], [1, 1], [0]])
def test_operations_out_of_order_are_refused(numbers: list[int]) -> None:
    recorded = [Recorded(number, at(1)) for number in numbers]
    assert refused(lambda: times_of(kit(), recorded, at(2), at(2))) == "OPERATIONS_OUT_OF_ORDER"


def test_a_kit_ends_by_itself_and_sends_for_a_month_more_but_not_once_revoked() -> None:
    mine = kit()
    end = mine.end_time
    kits.require_readable(mine, end - timedelta(seconds=1))
    assert refused(lambda: kits.require_readable(mine, end)) == "KIT_ENDED"
    kits.require_sendable(mine, end + timedelta(days=29))
    assert refused(lambda: kits.require_sendable(mine, end + timedelta(days=30))) == "KIT_ENDED"
    revoked, _ = kits.revoke(mine, at(0))
    assert kits.revoke(revoked, at(60)) == (revoked, ())
    for check in (kits.require_readable, kits.require_sendable):
        assert refused(lambda check=check: check(revoked, at(0))) == "KIT_REVOKED"  # type: ignore[misc]
    assert kits.take(mine, "class", "people/t") == (mine, ())
    assert refused(lambda: kits.take(mine, "class", "people/other")) == "KIT_EXISTS"
    assert refused(lambda: new_kit("b", "class", "people/t", "", "", 8, at(0))) == "KIT_DAYS_INVALID"
