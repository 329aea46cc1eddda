from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Exhausted, Invalid
from services.people.domain import attempts, person, sessions
from services.people.domain.passphrase import set_passphrase
from services.people.domain.sessions import OWN_DEVICE, SHARED_DEVICE, Limits, Session, Token

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HANEUL, _ = person.register(person.draft("h1", "haneul", "김하늘", "", "areas/HB01", "", "", NOW), "$hash", NOW)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@given(st.booleans(), st.lists(st.integers(1, 60 * 24 * 20), max_size=40))
def test_a_session_lives_while_used_and_never_beyond_its_limit(shared: bool, pauses: list[int]) -> None:
    limits = SHARED_DEVICE if shared else OWN_DEVICE
    session, moment = sessions.begin(HANEUL, shared, NOW), NOW
    for pause in pauses:
        moment += pause * MINUTE
        alive = sessions.stands(session, HANEUL, moment)
        assert not (alive and moment - NOW >= limits.absolute)
        if not alive:
            assert pause * MINUTE >= limits.idle * 0.95 or moment - NOW >= limits.absolute
            return
        session = sessions.renewed(session, HANEUL, moment)
        assert moment < session.expire_time <= NOW + limits.absolute


@pytest.mark.parametrize(("shared", "limits"), [(True, SHARED_DEVICE), (False, OWN_DEVICE)])
def test_a_renewal_by_less_than_a_twentieth_is_not_worth_a_write(shared: bool, limits: Limits) -> None:
    session, worth = sessions.begin(HANEUL, shared, NOW), limits.idle / 20
    assert sessions.renewed(session, HANEUL, NOW + worth - SECOND) is session
    assert sessions.renewed(session, HANEUL, NOW + worth).expire_time == NOW + worth + limits.idle


def test_a_session_ends_with_its_epoch_its_person_or_by_itself() -> None:
    session = sessions.begin(HANEUL, False, NOW)
    assert sessions.stands(session, HANEUL, NOW)
    assert not sessions.stands(session, set_passphrase(HANEUL, "$new", NOW)[0], NOW)
    assert not sessions.stands(session, person.erase(HANEUL, 0, NOW)[0], NOW)
    ended, facts = sessions.end(session, NOW)
    assert not sessions.stands(ended, HANEUL, NOW)
    assert len(facts) == 1
    assert sessions.end(ended, NOW) == (ended, [])


def issued(name: str = "Report", scopes: tuple[str, ...] = ("statistics.read",), days: int = 30) -> Token:
    return sessions.issue("t1", "h1", "#", name, scopes, "", days, NOW)


def test_a_token_serves_until_it_expires_or_is_revoked() -> None:
    token = issued(days=1)
    assert sessions.usable(token, HANEUL, NOW + timedelta(days=1) - SECOND)
    assert not sessions.usable(token, HANEUL, NOW + timedelta(days=1))
    assert not sessions.usable(token, person.erase(HANEUL, 0, NOW)[0], NOW)
    revoked, _ = sessions.revoke(token, NOW)
    assert not sessions.usable(revoked, HANEUL, NOW)
    assert sessions.revoke(revoked, NOW) == (revoked, [])


@pytest.mark.parametrize(
    ("name", "scopes", "days", "reason"),
    [
        (" ", ("statistics.read",), 30, "TOKEN_NAME_MISSING"),
        ("x" * 81, ("statistics.read",), 30, "TOKEN_NAME_TOO_LONG"),
        ("x", (), 30, "TOKEN_SCOPES_MISSING"),
        ("x", ("statistics.read", "everything"), 30, "TOKEN_SCOPE_UNKNOWN"),
        ("x", ("statistics.read",), 0, "TOKEN_DAYS"),
        ("x", ("statistics.read",), 367, "TOKEN_DAYS"),
    ],
)
def test_a_token_that_says_too_little_or_asks_too_much_is_refused(
    name: str, scopes: tuple[str, ...], days: int, reason: str
) -> None:
    with pytest.raises(Invalid, match=reason):
        issued(name, scopes, days)


def test_tries_after_the_free_ones_wait_longer_and_longer_up_to_a_minute() -> None:
    moment, counted, waits = NOW, attempts.fresh(attempts.FREE_FOR_LOGIN, NOW), []
    for _ in range(13):
        wait = attempts.wait_seconds(counted, moment)
        waits.append(wait)
        moment += wait * SECOND
        counted, _ = attempts.count(counted, moment)
    assert waits == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]


def test_a_try_while_waiting_is_refused_and_not_counted() -> None:
    counted = attempts.Attempts(5, 5, NOW, NOW + attempts.WINDOW)
    with pytest.raises(Exhausted) as caught:
        attempts.count(counted, NOW)
    assert caught.value.details == {"seconds": "1"}


def test_after_a_quarter_of_an_hour_all_is_forgotten() -> None:
    counted = attempts.Attempts(5, 40, NOW + attempts.WINDOW - SECOND, NOW + attempts.WINDOW)
    assert attempts.wait_seconds(counted, NOW + attempts.WINDOW) == 0
    again, _ = attempts.count(counted, NOW + attempts.WINDOW)
    assert (again.failures, again.expire_time) == (1, NOW + 2 * attempts.WINDOW)


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("not an address", "not an address"),
    ],
)
def test_an_address_is_counted_with_those_that_its_holder_has_anyway(address: str, counted_as: str) -> None:
    assert attempts.neighbourhood(address) == counted_as


def test_a_session_remembers_whose_it_is() -> None:
    begun = sessions.begin(HANEUL, False, NOW)
    assert begun == Session("h1", 0, False, NOW, NOW + OWN_DEVICE.idle, proved_time=NOW)
