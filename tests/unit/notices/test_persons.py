"""What a person is told: over which channel, when, and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.chassis.errors import Invalid
from services.notices.domain import notice as life
from services.notices.domain import preferences
from services.notices.domain.hours import QuietHours, awake, best_moment
from services.notices.domain.notice import Channel, Kind, Notice, Personal, State
from services.notices.domain.preferences import Preferences, Topic, bad_address, next_channel, route
from services.notices.letters import preview, words
from services.notices.letters.words import Content, Meeting, Recipient

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2027, 3, 2, 3, tzinfo=UTC)
KIM = Preferences("people/kim")


def seoul(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=SEOUL).astimezone(UTC)


def notice(kind: Kind = Kind.OFFERED, not_after: datetime | None = None) -> Notice:
    personal = Personal("people/kim", kind, "classes/c", "applications/a", not_after=not_after)
    return life.personal_notice("classes", f"a.{kind}.1", personal, Channel.EMAIL, NOW, NOW)


def change(given: Preferences = KIM, telephone: str = "", quiet: str = "21:00", **ways: str) -> Preferences:
    return preferences.change(given, telephone, ways, quiet, "08:00")[0]


def test_quiet_hours_move_the_moment_to_their_end() -> None:
    quiet = QuietHours()
    assert awake(seoul(2, 22), quiet, SEOUL) == seoul(3, 8)
    assert awake(seoul(2, 7, 59), quiet, SEOUL) == seoul(2, 8)
    assert awake(seoul(2, 8), quiet, SEOUL) == seoul(2, 8)
    assert awake(seoul(2, 13, 30), QuietHours("13:00", "15:00"), SEOUL) == seoul(2, 15)
    assert awake(seoul(2, 22), QuietHours("00:00", "00:00"), SEOUL) == seoul(2, 22)


def test_what_would_come_too_late_after_the_night_comes_at_night() -> None:
    assert best_moment(seoul(2, 22), seoul(3, 7), QuietHours(), SEOUL) == seoul(2, 22)
    assert best_moment(seoul(2, 22), seoul(3, 9), QuietHours(), SEOUL) == seoul(3, 8)


def test_an_offer_reaches_everybody_and_a_reminder_only_those_who_want_it() -> None:
    assert route(KIM, Kind.OFFERED) == (Channel.EMAIL, Channel.SMS, Channel.CENTRE)
    assert route(KIM, Kind.REMINDER) == (Channel.EMAIL, Channel.SMS)
    assert route(change(reminders="none"), Kind.REMINDER) == ()
    assert route(change(reminders="centre"), Kind.REMINDER) == (Channel.CENTRE,)
    assert route(change(applications="sms"), Kind.CONFIRMED) == (Channel.SMS, Channel.EMAIL, Channel.CENTRE)
    assert next_channel(KIM, Kind.OFFERED, [Channel.EMAIL, Channel.SMS]) is Channel.CENTRE


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"changes": "none"}, "NOTICE_WAY_NEEDED"),
        ({"applications": "pigeon"}, "NOTICE_WAY_UNKNOWN"),
        ({"telephone": "call me"}, "TELEPHONE_INVALID"),
        ({"quiet": "at night"}, "QUIET_TIME_INVALID"),
    ],
)
def test_a_wish_that_cannot_be_kept_is_refused(given: Any, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        change(**given)


def test_a_telephone_number_is_kept_without_what_people_write_between() -> None:
    assert change(telephone="010-1234 5678").telephone == "01012345678"


def test_a_refused_address_is_marked_until_it_is_another_one() -> None:
    marked = preferences.mark_bad(KIM, Channel.EMAIL, "kim@old.test", "550", NOW)[0]
    assert bad_address(marked, Channel.EMAIL, "Kim@OLD.test")
    assert bad_address(marked, Channel.EMAIL, "kim@new.test") is None
    assert "old.test" not in str(marked)
    number = preferences.mark_bad(change(telephone="01012345678"), Channel.SMS, "01012345678", "400", NOW)[0]
    assert change(number, telephone="01012345678").bad
    assert not change(number, telephone="01087654321").bad


def test_a_notice_moves_on_to_the_next_channel_with_fresh_attempts() -> None:
    taken = life.take(notice(), "w", NOW)[0]
    moved, events = life.move_on(taken, "w", "NO_ADDRESS", Channel.SMS, NOW)
    assert (moved.state, moved.channel, moved.attempts, events) == (State.WAITING, Channel.SMS, 0, [])
    assert moved.personal
    assert [each.reason for each in moved.personal.unreached] == ["NO_ADDRESS"]
    failed = life.move_on(life.take(moved, "w", NOW)[0], "w", "NO_ADDRESS", None, NOW)[0]
    assert (failed.state, failed.failure) == (State.FAILED, "NO_ADDRESS")


def test_a_notice_that_has_become_worthless_is_dropped_visibly() -> None:
    late = life.take(notice(Kind.REMINDER, NOW), "w", NOW)[0]
    assert (late.state, late.failure, late.lease_by) == (State.CANCELLED, "TOO_LATE", "")


def test_nothing_of_a_persons_notice_is_announced() -> None:
    taken, events = life.take(notice(), "w", NOW)
    assert (events, life.mark_sent(taken, NOW)[1]) == ([], [])


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_kind_has_its_words(language: str) -> None:
    letters = preview.letters(language)
    assert set(letters) == set(Kind)
    for letter in letters.values():
        assert "{" not in letter.subject + letter.text + letter.short
        assert letter.html.count("<html") == 1
        assert letter.subject.isprintable()


def test_a_letter_says_what_was_decided_when_and_where() -> None:
    content = Content(
        Kind.DATES, {"ko": "사진 <정리>", "en": "Photos"}, "https://ieum.test/applications/a",
        "https://ieum.test/account/notices", SEOUL,
        {"ko": "하늘동 정보화센터", "en": "Haneul"},
        (Meeting(NOW), Meeting(NOW + timedelta(days=7), held=False, changed=True)),
        when=NOW,
    )  # fmt: skip
    letter = words.write(content, Recipient("김영희", "kim@test", "ko"))
    assert letter.subject == "수업 날짜가 바뀌었어요: 사진 <정리>"
    assert "3월 9일 (화) 오후 12:00 (열리지 않아요)" in letter.text
    assert "사진 &lt;정리&gt;" in letter.html
    assert letter.short.endswith("https://ieum.test/applications/a")
    english = words.write(replace(content, kind=Kind.REFUSED, reason="CLASS_FULL"), Recipient("Kim", "k@test", "en"))
    assert "Reason: The class is full." in english.text


def test_whoever_reads_neither_korean_nor_english_gets_english() -> None:
    assert [words.language_of(each) for each in ("ko", "en", "vi", "")] == ["ko", "en", "en", "en"]


def test_every_topic_has_kinds() -> None:
    assert set(preferences.TOPICS.values()) == set(Topic)
    assert set(preferences.TOPICS) == set(Kind)
