from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Refused
from services.classes.domain.draw import Entry, commitment_of, draw, list_hash, order_of, verify
from tests.unit.classes.samples import MONDAY, SECRET

ENTRIES = [Entry("aaaa", 1), Entry("bbbb", 0), Entry("cccc", 1), Entry("dddd", 0)]


def test_anybody_can_repeat_the_order_with_sha256_alone() -> None:
    drawn = draw(SECRET, ENTRIES, "", MONDAY)
    lines = b"aaaa,1\nbbbb,0\ncccc,1\ndddd,0\n"
    hash_of_list = hashlib.sha256(lines).hexdigest()
    seed = hashlib.sha256(f"{SECRET}|{hash_of_list}|".encode()).hexdigest()
    assert (drawn.list_hash, drawn.seed) == (hash_of_list, seed)
    by_hand = sorted(
        ENTRIES, key=lambda each: (each.tier, hashlib.sha256(f"{seed}|{each.application}".encode()).digest())
    )
    assert order_of(seed, ENTRIES) == by_hand
    verify(ENTRIES, seed, SECRET, "", commitment_of(SECRET))


def test_a_changed_list_secret_or_word_is_noticed() -> None:
    seed = draw(SECRET, ENTRIES, "3 11 20", MONDAY).seed
    verify(ENTRIES, seed, SECRET, "3 11 20", "")
    for entries, secret, word in [
        (ENTRIES[1:], SECRET, "3 11 20"),
        (ENTRIES, "00" * 32, "3 11 20"),
        (ENTRIES, SECRET, "3 11 21"),
    ]:
        with pytest.raises(Refused, match="DRAW_SEED_BROKEN"):
            verify(entries, seed, secret, word, "")
    with pytest.raises(Refused, match="DRAW_COMMITMENT_BROKEN"):
        verify(ENTRIES, seed, SECRET, "3 11 20", commitment_of("00" * 32))


@given(st.permutations(ENTRIES), st.sampled_from(ENTRIES))
def test_nobodys_place_depends_on_the_order_of_the_list_or_on_who_withdraws(
    entries: list[Entry], leaving: Entry
) -> None:
    assert list_hash(entries) == list_hash(ENTRIES)
    order = order_of("seed", entries)
    assert order == order_of("seed", ENTRIES)
    assert order_of("seed", [each for each in entries if each != leaving]) == [
        each for each in order if each != leaving
    ]
