"""Accounts of one person: which stays, which rests, and that separating them leaves each as it was."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import Refused
from services.people.domain import merging, person
from services.people.domain.passphrase import give_code
from services.people.domain.person import Grant, Merged, Outcome, Person, Role, Separated, SessionsEnded

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
LATER = NOW + merging.SEPARABLE_FOR


def account(id: str) -> Person:
    drafted = person.draft(id, f"login-{id}", "김하늘", "", "areas/HB01", "", "", NOW)
    return person.register(drafted, "$hash", NOW)[0]


def rest(who: Person, kept: str, *, opens_kept: bool = False) -> Outcome:
    return merging.rest(who, kept, opens_kept=opens_kept, now=NOW)


def test_the_account_that_rests_says_so_once_and_ends_its_sessions() -> None:
    before = account("m")
    rests, events = rest(before, "k", opens_kept=True)
    assert [type(event) for event in events] == [Merged, SessionsEnded]
    assert (rests.kept_as, rests.opens_kept, rests.epoch) == ("k", True, before.epoch + 1)
    assert rest(rests, "k") == (rests, [])
    awake, events = merging.wake(rests, LATER)
    assert [(type(event), event.kept) for event in events if isinstance(event, Separated)] == [(Separated, "k")]
    assert replace(awake, epoch=before.epoch) == before
    assert merging.wake(awake, LATER) == (awake, [])


def test_a_code_of_the_desk_opens_no_other_account() -> None:
    coded, _ = give_code(account("m"), "$code", NOW)
    assert not rest(coded, "k", opens_kept=True)[0].opens_kept


def test_an_etag_changes_with_merging_and_is_otherwise_that_of_earlier_releases() -> None:
    before = account("m")
    assert before.etag == "2c4588e73cdc7054"
    assert len({before.etag, rest(before, "k")[0].etag, merging.keep(before, "m2")[0].etag}) == 3
    assert merging.let_go(merging.keep(before, "m2")[0], "m2")[0].etag == before.etag


ROLE = Grant(Role.OFFICIAL, "areas/HB01")


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (lambda: rest(account("m"), "m"), "SAME_ACCOUNT"),
        (lambda: rest(replace(account("m"), grants=(ROLE,)), "k"), "MERGED_HOLDS_ROLE"),
        (lambda: rest(replace(account("m"), erased=True), "k"), "PERSON_ERASED"),
        (lambda: rest(merging.keep(account("m"), "x")[0], "k"), "ACCOUNT_KEEPS_OTHERS"),
        (lambda: rest(rest(account("m"), "k")[0], "other"), "ACCOUNT_RESTS"),
        (lambda: merging.keep(rest(account("m"), "k")[0], "x"), "ACCOUNT_RESTS"),
        (lambda: merging.keep(replace(account("k"), erased=True), "m"), "PERSON_ERASED"),
        (lambda: merging.keep(replace(account("k"), merged=tuple(map(str, range(20)))), "m"), "TOO_MANY_MERGED"),
        (lambda: merging.wake(rest(account("m"), "k")[0], LATER + timedelta(seconds=1)), "SEPARATION_TOO_LATE"),
        (lambda: merging.wake(replace(rest(account("m"), "k")[0], erased=True), NOW), "PERSON_ERASED"),
        (lambda: person.update(rest(account("m"), "k")[0], {"email": ""}, NOW), "ACCOUNT_RESTS"),
        (lambda: person.grant(rest(account("m"), "k")[0], ROLE, NOW), "ACCOUNT_RESTS"),
    ],
)
def test_what_may_not_be_merged_is_refused(attempt: Callable[[], object], reason: str) -> None:
    with pytest.raises(Refused) as caught:
        attempt()
    assert caught.value.reason == reason


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_tried_there_is_no_chain_and_all_can_be_undone(seed: int) -> None:
    chance, accounts = random.Random(seed), {id: account(id) for id in "abcde"}
    first = dict(accounts)

    def merge(kept: str, merged: str) -> None:
        keeps, _ = merging.keep(accounts[kept], merged)
        accounts.update({merged: rest(accounts[merged], kept)[0], kept: keeps})

    def separate(merged: str) -> None:
        kept = accounts[merged].kept_as
        awake, _ = merging.wake(accounts[merged], LATER)
        accounts.update({merged: awake, kept: merging.let_go(accounts[kept], merged)[0]})

    for _ in range(40):
        one, other = chance.choice("abcde"), chance.choice("abcde")
        try:
            if accounts[one].kept_as and chance.random() < 0.5:
                separate(one)
            else:
                merge(one, other)
        except Refused:
            continue
        for each in accounts.values():
            assert not (each.kept_as and each.merged)
            assert all(accounts[merged].kept_as == each.id for merged in each.merged)
    for id in [id for id, each in accounts.items() if each.kept_as]:
        separate(id)
    assert {id: replace(each, epoch=first[id].epoch) for id, each in accounts.items()} == first
