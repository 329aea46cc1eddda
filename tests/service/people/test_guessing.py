"""Guessing is slowed down for the guesser, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import pytest

from services.chassis.clock import now
from services.chassis.errors import Exhausted, Unauthenticated
from services.chassis.store.mongo import Database
from services.people.domain.attempts import FREE_FOR_ACCOUNT, FREE_FOR_ORIGIN, WINDOW, Attempts
from services.people.store.attempts import counter
from tests.service.people.town import Town, reason

HALL = "192.0.2.7"


async def _spend(database: Database, key: str, free: int) -> None:
    spent = Attempts(free, free + 6, now(), now() + WINDOW)
    await database["attempts"].insert_one({"_id": key, "revision": 1, **asdict(spent)})


async def test_guesses_from_many_addresses_are_slowed_down_and_the_owner_gets_in(town: Town) -> None:
    await town.register("haneul")
    mark = (await town.sign_in("haneul")).device_mark
    for number in range(FREE_FOR_ACCOUNT):
        with pytest.raises(Unauthenticated):
            await town.sign_in("haneul", "a guess", address=f"198.51.100.{number}")
    with pytest.raises(Exhausted):
        await town.sign_in("haneul", "a guess", address="203.0.113.1")
    again = await town.sign_in("haneul", address="203.0.113.1", device_marks=[mark])
    assert again.device_mark == mark


async def test_a_code_of_the_desk_lets_the_owner_in_on_a_new_device(
    town: Town, database_of: Callable[[str], Database]
) -> None:
    person = await town.register("haneul")
    await _spend(database_of("people"), counter("", "account/haneul"), FREE_FOR_ACCOUNT)
    with pytest.raises(Exhausted):
        await town.sign_in("haneul")
    given = await town.system.ResetPassphrase(town.reset(person.name))
    assert (await town.sign_in("haneul", given.code)).token


async def test_a_neighbour_gets_in_beside_a_guesser_on_a_computer_that_somebody_used_before(
    town: Town, database_of: Callable[[str], Database]
) -> None:
    for login in ("haneul", "boram"):
        await town.register(login)
    mark = (await town.sign_in("boram", address=HALL)).device_mark
    await _spend(database_of("people"), counter(HALL), FREE_FOR_ORIGIN)
    with pytest.raises(Exhausted) as caught:
        await town.sign_in("haneul", address=HALL)
    assert reason(caught) == "SLOW_DOWN"
    assert (await town.sign_in("haneul", address=HALL, device_marks=["made.up.mark", mark])).token


async def test_a_mark_of_ones_own_frees_no_guesses_at_others(
    town: Town, database_of: Callable[[str], Database]
) -> None:
    for login in ("haneul", "guesser"):
        person = await town.register(login)
    mark = (await town.sign_in("guesser")).device_mark
    await _spend(database_of("people"), counter(person.name), FREE_FOR_ORIGIN)
    other = (await town.sign_in("guesser")).device_mark
    for each in (mark, other):
        with pytest.raises(Exhausted):
            await town.sign_in("haneul", "a guess", device_marks=[each])
