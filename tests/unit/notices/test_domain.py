"""The life of one notice, and how mail is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.notices.domain import mail_state
from services.notices.domain import notice as domain
from services.notices.domain.mail_state import MailState
from services.notices.domain.notice import FIRST_PAUSE, LEASE, PATIENCE, Notice, State

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WAITING = domain.new_notice("statistics", "spring.r1.1", NOW, 1, NOW)


def take(notice: Notice = WAITING, by: str = "w1", at: datetime = NOW) -> Notice:
    return domain.take(notice, by, at)[0]


def test_a_notice_is_taken_by_one_worker_alone() -> None:
    notice = take()
    assert (notice.state, notice.lease_by, notice.attempts) == (State.SENDING, "w1", 1)
    assert take(notice, "w2", NOW + LEASE - timedelta(seconds=1)) == notice


def test_a_worker_that_is_gone_is_followed_by_another() -> None:
    later = take(take(), "w2", NOW + LEASE)
    assert (later.lease_by, later.attempts) == ("w2", 2)
    # The first one was only slow: the mail is out, and the second has nothing left to do.
    out = domain.mark_sent(later, NOW + LEASE)[0]
    assert out.state is State.SENT
    assert domain.put_off(out, "w2", "451", NOW)[0] == out
    assert domain.cancel(out, "w2", "ALREADY_SENT")[0] == out


def test_a_notice_waits_longer_after_each_refusal_for_now_and_fails_after_days() -> None:
    notice, moment, pauses = WAITING, NOW, []
    while notice.state is State.WAITING:
        moment = max(moment, notice.due_at)
        notice = domain.put_off(take(notice, "w", moment), "w", "451 Later", moment)[0]
        pauses.append(notice.due_at - moment)
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert (notice.state, notice.failure) == (State.FAILED, "451 Later")
    assert PATIENCE <= moment - NOW < PATIENCE + timedelta(hours=5)


def test_a_dead_server_costs_no_attempt() -> None:
    assert domain.release(take(), "w1")[0] == WAITING


def test_a_source_that_is_away_costs_no_attempt_and_is_asked_again_later() -> None:
    later = NOW + timedelta(seconds=10)
    notice = domain.release(take(), "w1", later)[0]
    assert (notice.state, notice.attempts, notice.due_at) == (State.WAITING, 0, later)


def test_a_repeated_request_changes_nothing_and_a_later_one_is_tried_now() -> None:
    waiting = domain.put_off(take(), "w1", "451 Later", NOW)[0]
    assert domain.request_again(waiting, 1, NOW) == (waiting, [])
    hastened = domain.request_again(waiting, 2, NOW)[0]
    assert (hastened.state, hastened.due_at) == (State.WAITING, NOW)
    assert domain.request_again(hastened, 1, NOW) == (hastened, [])
    out = domain.mark_sent(take(), NOW)[0]
    assert domain.request_again(out, 2, NOW)[0].state is State.SENT


def test_what_another_worker_holds_is_not_cancelled() -> None:
    assert domain.cancel(take(), "w2", "RECIPIENT_REMOVED")[0] == take()
    assert domain.cancel(take(), "w1", "RECIPIENT_REMOVED")[0].state is State.CANCELLED


def test_every_change_is_announced_and_nothing_else() -> None:
    assert domain.take(WAITING, "w1", NOW)[1]
    assert domain.mark_sent(take(), NOW)[1]
    assert not domain.mark_sent(domain.mark_sent(take(), NOW)[0], NOW)[1]
    assert not domain.take(WAITING, "w1", NOW - timedelta(seconds=1))[1]


def test_a_trouble_keeps_its_beginning_and_ends_with_the_first_answer() -> None:
    on = mail_state.set_up(MailState(on=False), MailState(on=True, sender="s@haneul.test"))[0]
    away = mail_state.report(on, "refused", NOW)[0]
    assert mail_state.report(away, "timeout", NOW + LEASE)[0].trouble_since == NOW
    assert mail_state.report(away, "refused", NOW + LEASE) == (away, [])
    assert mail_state.set_up(away, on) == (away, [])  # another process starts meanwhile
    assert mail_state.report(away, "", NOW)[0] == on
    off = mail_state.set_up(away, MailState(on=False, reason="SMTP_URL_MISSING"))[0]
    assert (off.on, off.trouble) == (False, "")
