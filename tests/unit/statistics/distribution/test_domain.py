"""How a delivery stands, and what an office may be called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.chassis.errors import Invalid
from services.statistics.distribution import domain
from services.statistics.distribution.domain import Delivery, NoticeState, Recipient, Stage, SummaryRequested
from services.statistics.figures.observation import Observation

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
OFFICE = Recipient("r1", "areas/a", "정보화과", "it@solnae.test", "ko", NOW, "people/kim", NOW)
PLANNED = domain.new_delivery("releases/spring", OFFICE, "s3cret", NOW)
WAITING = domain.request(PLANNED)[0]


def notice(stage: Stage, revision: int, *, round: int = 1, failure: str = "") -> NoticeState:
    due_at, sent_at = LATER if stage is Stage.WAITING else None, NOW if stage is Stage.SENT else None
    return NoticeState(round, revision, stage, attempts=1, failure=failure, due_at=due_at, sent_at=sent_at)


def copy(delivery: Delivery, *notices: NoticeState) -> Delivery:
    for each in notices:
        delivery = domain.copy_notice(delivery, each)[0]
    return delivery


SENDING, SENT = copy(WAITING, notice(Stage.SENDING, 2)), copy(WAITING, notice(Stage.SENT, 3))


def test_a_round_is_requested_once() -> None:
    assert domain.request(PLANNED) == (WAITING, [SummaryRequested(WAITING)])
    assert domain.request(WAITING) == (WAITING, [])


def test_what_an_earlier_version_sent_or_gave_up_is_not_requested() -> None:
    for stage in (Stage.SENT, Stage.FAILED, Stage.CANCELLED):
        finished = replace(PLANNED, stage=stage)
        assert domain.request(finished) == (finished, [])


def test_states_that_arrive_in_any_order_end_alike() -> None:
    states = [
        notice(Stage.SENDING, 2), notice(Stage.WAITING, 3, failure="451"), notice(Stage.SENDING, 4),
        notice(Stage.SENT, 5),
    ]  # fmt: skip
    for order in permutations(states):
        delivery = copy(WAITING, *order, *order)
        assert (delivery.stage, delivery.sent_at, delivery.failure, delivery.notice_revision) == (
            Stage.SENT,
            NOW,
            "",
            5,
        )


def test_the_state_of_another_round_is_not_copied() -> None:
    again = domain.send_again(SENT, 1, NOW)[0]
    assert copy(again, notice(Stage.FAILED, 9, round=1)) == again


def test_a_delivery_that_was_cancelled_or_received_stays_so_unless_its_mail_is_out() -> None:
    cancelled = domain.cancel(WAITING, "RECIPIENT_REMOVED")[0]
    assert copy(cancelled, notice(Stage.SENDING, 2), notice(Stage.CANCELLED, 3)).stage is Stage.CANCELLED
    assert copy(cancelled, notice(Stage.SENT, 2)).stage is Stage.SENT
    opened = domain.confirm_receipt(WAITING, NOW)[0]
    assert copy(opened, notice(Stage.CANCELLED, 4, failure="ALREADY_SENT")).stage is Stage.SENT


def test_sending_again_is_a_new_round_once() -> None:
    again, events = domain.send_again(SENT, 1, NOW)
    assert (again.round, again.stage, again.attempts, len(events)) == (2, Stage.WAITING, 0, 1)
    assert domain.request_key(again) == "spring.r1.2"
    assert domain.send_again(again, 1, NOW) == (again, [])
    assert domain.send_again(SENDING, 1, NOW) == (SENDING, [])


def test_what_was_put_off_is_requested_again_under_the_same_key() -> None:
    put_off = copy(WAITING, notice(Stage.WAITING, 3, failure="451"))
    again, events = domain.send_again(put_off, 1, NOW)
    assert (again.round, again.due_at, events) == (1, NOW, [SummaryRequested(again)])
    assert domain.send_again(again, 1, NOW) == (again, [])


def test_whoever_opens_it_has_it_and_is_not_sent_it_a_second_time() -> None:
    opened = domain.confirm_receipt(SENDING, NOW)[0]
    assert (opened.stage, opened.received_at) == (Stage.SENT, NOW)
    assert domain.confirm_receipt(opened, LATER)[0] == opened
    assert domain.reason_not_to_send(opened, 1) == "ALREADY_SENT"


def test_what_is_under_way_is_not_called_back() -> None:
    assert domain.cancel(SENDING, "RECIPIENT_REMOVED")[0] == SENDING
    cancelled = domain.cancel(WAITING, "RECIPIENT_REMOVED")[0]
    assert cancelled.stage is Stage.CANCELLED
    assert domain.reason_not_to_send(cancelled, 1) == "RECIPIENT_REMOVED"


@pytest.mark.parametrize(
    ("request_key", "expected"),
    [("spring.r1.1", ""), ("spring.r1.2", "SUPERSEDED"), ("spring.r1", "SUPERSEDED"), ("", "SUPERSEDED")],
)
def test_a_notice_that_no_round_asked_for_is_not_sent(request_key: str, expected: str) -> None:
    key, round = domain.parse_request_key(request_key)
    assert domain.reason_not_to_send(WAITING if key == WAITING.key else None, round) == expected


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("office", " \t ", "OFFICE_MISSING"),
        ("office", "가" * 101, "OFFICE_TOO_LONG"),
        ("office", "과\u0000", "OFFICE_CHARACTERS"),
        ("office", "과\u202e", "OFFICE_CHARACTERS"),
        ("office", "900101-1234567", "LOOKS_LIKE_RESIDENT_NUMBER"),
        ("address", "9001011234567@solnae.test", "LOOKS_LIKE_RESIDENT_NUMBER"),
        ("address", "it@solnae", "MAIL_ADDRESS_INVALID"),
        ("address", "it@solnae.test\r\nBcc: all@solnae.test", "MAIL_ADDRESS_INVALID"),
        ("address", "it@solnae.test\n", ""),
        ("address", "a@b.test, c@d.test", "MAIL_ADDRESS_INVALID"),
        ("address", "정보@solnae.test", "MAIL_ADDRESS_INVALID"),
        ("address", "x" * 65 + "@solnae.test", "MAIL_ADDRESS_INVALID"),
        ("language", "fr", "MAIL_LANGUAGE_UNKNOWN"),
    ],
)
def test_an_office_is_checked_field_by_field(field: str, value: str, reason: str) -> None:
    given: dict[str, Any] = {field: value}
    changed = replace(OFFICE, **given)
    if not reason:
        assert domain.check_recipient(changed) == OFFICE
        return
    with pytest.raises(Invalid, match=reason) as refused:
        domain.check_recipient(changed)
    assert refused.value.field == field


def observation(measure: str, area: str, period: str, **codes: str) -> Observation:
    every: dict[str, Any] = dict.fromkeys(("sex", "age", "group", "domain"), "_T") | codes
    return Observation(
        measure, "RES", "Q", period, area, value="1", status="A", confidentiality="F", unit="NUMBER", **every
    )


def test_headlines_are_the_areas_own_totals_of_the_newest_quarter_and_year() -> None:
    assert domain.headline_periods(("2025-Q4", "2026-Q1", "2024", "2025")) == ("2026-Q1", "2025")
    made = [
        observation("CPR", "a", "2026-Q1"), observation("ENR", "a", "2026-Q1"), observation("ENR", "b", "2026-Q1"),
        observation("ENR", "a", "2026-Q1", sex="F"), observation("HRS", "a", "2026-Q1"),
        observation("ENR", "a", "2025"),
    ]  # fmt: skip
    found = [(one.measure, one.period) for one in domain.headlines(made, "a")]
    assert found == [("ENR", "2026-Q1"), ("CPR", "2026-Q1"), ("ENR", "2025")]
