from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.documents import card_pictures
from services.chassis.errors import Invalid
from services.people.domain import cards, person, sessions
from services.people.domain.cards import Card, Kind
from services.people.domain.person import Grant, Role

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
CARD = Card("kang", "n1", "house-fish-moon", Kind.PICTURES, "people/staff", NOW)
HANEUL = person.draft("h1", "haneul", "김하늘", "", "areas/HB01", "", "", NOW)
DIGITS = st.text("0123456789", min_size=11, max_size=11)


def _guess(card: Card, secrets: list[str]) -> tuple[Card, int]:
    """The card after these tries, and how many of them opened it."""
    opened = 0
    for secret in secrets:
        card, _ = cards.try_card(card, card.number, secret, NOW)
        opened += cards.is_opened(card, card.number, secret)
    return card, opened


def test_ten_thousand_guesses_open_a_card_no_oftener_than_five() -> None:
    wrong = ["-".join(picked) for picked in permutations(cards.PICTURES, cards.PICKED)]
    assert len(wrong) == 1320
    wrong.remove(CARD.secret)
    pins = [f"{number:04}" for number in range(10_000)]
    after, opened = _guess(CARD, wrong + pins + [CARD.secret])
    assert (after.is_locked, opened) == (True, 0)


def test_the_right_secret_ends_the_count_of_wrong_ones_and_staff_end_a_lock() -> None:
    after, opened = _guess(CARD, ["no"] * 4 + [CARD.secret])
    assert (after.misses, after.last_use_time, opened) == (0, NOW, 1)
    locked, _ = _guess(CARD, ["no"] * 5)
    assert locked.is_locked
    unlocked, _ = cards.unlock(locked)
    assert _guess(unlocked, [CARD.secret])[1] == 1


def test_an_ended_card_and_the_number_of_an_earlier_one_open_nothing() -> None:
    ended, _ = cards.end(CARD, NOW)
    assert cards.end(ended, NOW + timedelta(days=1))[0] == ended
    assert _guess(ended, [CARD.secret])[1] == 0
    again, _ = cards.try_card(replace(CARD, number="n2"), "n1", CARD.secret, NOW)
    assert not cards.is_opened(again, "n1", CARD.secret)
    nobody, _ = cards.try_card(cards.nobodys(NOW), "n1", "", NOW)
    assert not cards.is_opened(nobody, "n1", "")
    assert nobody.misses == 1  # as much is written as for a card that exists


@given(DIGITS, st.integers(0, 11), st.integers(1, 9))
def test_a_number_with_one_wrong_digit_is_told_from_a_right_one(body: str, place: int, more: int) -> None:
    number = body + cards.check_digit(body)
    assert cards.checked_number(f" {number[:4]}-{number[4:8]} {number[8:]}\t") == number
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    with pytest.raises(Invalid) as caught:
        cards.checked_number(wrong)
    assert caught.value.reason == "CARD_NUMBER_MISTYPED"


@pytest.mark.parametrize(
    "text", ["", "12345678901", "1234567890123", "ㅂㅈㄷㄱㅅㅛ", "１２３４５６７８９０１２", "0" * 10_000]
)
def test_what_is_no_number_is_refused_before_anybody_is_looked_for(text: str) -> None:
    with pytest.raises(Invalid):
        cards.checked_number(text)


def test_drawn_cards_are_complete_and_pictures_are_never_taken_for_a_pin() -> None:
    number = cards.draw_number()
    assert cards.checked_number(number) == number
    picked = cards.draw_secret(Kind.PICTURES)
    assert len(set(picked)) == 3
    assert set(picked) <= set(cards.PICTURES)
    assert len(cards.draw_secret(Kind.PIN)) == 4
    assert cards.secret_text(["1234"], "") != cards.secret_text([], "1234")
    assert cards.secret_text(["house", "fish"], "") != cards.secret_text(["fish", "house"], "")


def test_every_picture_is_drawn_and_its_names_begin_with_different_sounds() -> None:
    assert tuple(card_pictures.PICTURES) == cards.PICTURES
    assert len({each.name[0] for each in card_pictures.PICTURES.values()}) == 12


def test_a_session_by_card_is_short_proves_nothing_and_ends_when_a_role_is_given() -> None:
    session = sessions.begin(HANEUL, True, NOW, by_card=True)
    assert session.proved_time is None
    assert sessions.stands(session, HANEUL, NOW + timedelta(minutes=19))
    assert not sessions.stands(session, HANEUL, NOW + timedelta(minutes=20))
    lasting = replace(session, expire_time=NOW + timedelta(days=1))
    assert not sessions.stands(lasting, HANEUL, NOW + sessions.WITH_CARD.absolute)
    staff = replace(HANEUL, grants=(Grant(Role.INSTRUCTOR, "areas/HB01"),))
    assert not sessions.stands(session, staff, NOW)
    assert cards.refusal_of(staff, has_second_factor=False) == "CARD_FOR_LEARNERS_ONLY"
    assert cards.refusal_of(HANEUL, has_second_factor=True) == "CARD_BESIDE_SECOND_FACTOR"
    assert cards.refusal_of(replace(HANEUL, kept_as="h2"), has_second_factor=False) == "ACCOUNT_RESTS"
