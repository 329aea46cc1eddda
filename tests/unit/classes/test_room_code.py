from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from services.classes.domain.attendance import Attended, Sheet, Way
from services.classes.domain.room_code import MOST_TRIES, check_in, code_at
from tests.unit.classes.samples import SECRET, details, published, refused

CLASS = replace(published(details()), room_secret=SECRET)
SESSION = CLASS.details.sessions[0]
NOW = SESSION.starts_at + timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


def try_code(sheet: Sheet, code: str, now: timedelta = timedelta()) -> Sheet:
    return check_in(sheet, CLASS, SESSION, "app1", "people/kim", code, NOW + now)[0]


def test_the_code_of_this_minute_and_of_the_one_before_marks_present_once() -> None:
    code = code_at(CLASS, SESSION, NOW).code
    for later in (0, 1):
        sheet, events = check_in(Sheet("a", 1), CLASS, SESSION, "app1", "people/kim", code, NOW + later * MINUTE)
        [mark] = sheet.lines
        assert (mark.attended, mark.minutes, mark.entries[0].way) == (Attended.PRESENT, 120, Way.CODE)
        assert len(events) == 1
        assert check_in(sheet, CLASS, SESSION, "app1", "people/kim", "0", NOW) == (sheet, ())


def test_a_photograph_of_the_code_is_worthless_after_two_minutes_and_outside_the_session() -> None:
    code = code_at(CLASS, SESSION, NOW).code
    assert try_code(Sheet("a", 1), code, 2 * MINUTE).lines == ()
    other = replace(SESSION, number=2)
    assert code_at(CLASS, other, NOW).code != code
    for late in (timedelta(hours=3), -timedelta(minutes=21)):
        assert refused(partial(try_code, Sheet("a", 1), code, late)) == "CODE_NOT_NOW"
        assert refused(partial(code_at, CLASS, SESSION, NOW + late)) == "CODE_NOT_NOW"


def test_after_five_wrong_codes_the_instructor_has_to_mark() -> None:
    sheet = Sheet("a", 1)
    for number in range(MOST_TRIES):
        sheet = try_code(sheet, "x" * number)
    assert sheet.tries == {"app1": MOST_TRIES}
    right = code_at(CLASS, SESSION, NOW).code
    assert refused(lambda: try_code(sheet, right)) == "TOO_MANY_TRIES"
