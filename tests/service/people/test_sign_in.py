from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import asdict

import pytest

from ieum.people.v1 import events_pb2, people_pb2
from services.chassis.clock import now
from services.chassis.errors import (
    Exhausted,
    Forbidden,
    Invalid,
    Problem,
    Unauthenticated,
)
from services.chassis.store.mongo import Database
from services.people.domain.attempts import FREE_FOR_ORIGIN, WINDOW, Attempts
from services.people.store.attempts import counter
from tests.service.conftest import Published
from tests.service.people.town import PASSPHRASE, Town, reason


async def test_a_session_stands_until_its_person_signs_out(town: Town, published: Published) -> None:
    person = await town.register("haneul")
    answer = await town.sign_in(" HANEUL ", shared_device=True)
    viewer = await town.viewer(answer.token)
    assert (viewer.person.name, viewer.shared_device) == (person.name, True)
    for _ in range(2):
        await town.anybody.SignOut(people_pb2.SignOutRequest(token=answer.token))
    with pytest.raises(Unauthenticated) as caught:
        await town.viewer(answer.token)
    assert reason(caught) == "SESSION_INVALID"
    (event,) = await published(events_pb2.SessionRevoked)
    assert (event.person, event.session) == (person.name, viewer.session)


async def test_a_wrong_name_and_a_wrong_passphrase_get_the_same_answer(town: Town) -> None:
    person = await town.register("haneul")
    for login, passphrase in (("haneul", "not this one"), ("nobody", PASSPHRASE)):
        with pytest.raises(Unauthenticated) as caught:
            await town.sign_in(login, passphrase)
        assert (reason(caught), caught.value.field, caught.value.details) == ("SIGN_IN_REFUSED", "", {})
    entries = await town.audit(action=people_pb2.SIGN_IN_REFUSED)
    assert [(entry.actor, entry.subject) for entry in entries] == [("", ""), ("", person.name)]
    assert all(re.fullmatch("from 192.0.2.0/24, login [0-9a-f]{10}", entry.detail) for entry in entries)


async def test_guessing_is_slowed_down_for_the_guesser_and_nobody_else(town: Town) -> None:
    await town.register("haneul")
    tries = await asyncio.gather(
        *(town.sign_in("haneul", f"guess number {number}") for number in range(12)), return_exceptions=True
    )
    reasons = [each.reason for each in tries if isinstance(each, Problem)]
    assert reasons.count("SLOW_DOWN") >= 6
    with pytest.raises(Exhausted) as caught:
        await town.sign_in("haneul")
    assert 1 <= int(caught.value.details["seconds"]) <= 60
    assert (await town.sign_in("haneul", address="192.0.2.8")).token


async def test_an_address_that_fails_a_hundred_times_waits_whatever_login_it_tries(
    town: Town, database_of: Callable[[str], Database]
) -> None:
    await town.register("haneul")
    spent = Attempts(FREE_FOR_ORIGIN, FREE_FOR_ORIGIN + 6, now(), now() + WINDOW)
    await database_of("people")["attempts"].insert_one({"_id": counter("192.0.2.7"), "revision": 1, **asdict(spent)})
    with pytest.raises(Exhausted) as caught:
        await town.sign_in("haneul")
    assert reason(caught) == "SLOW_DOWN"
    assert (await town.sign_in("haneul", address="192.0.2.8")).token


async def test_a_success_forgets_the_failures_before_it(town: Town) -> None:
    await town.register("haneul")
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(Unauthenticated):
                await town.sign_in("haneul", "not this one")
        await town.sign_in("haneul")


async def test_nothing_typed_or_secret_is_kept_readable(town: Town, database_of: Callable[[str], Database]) -> None:
    await town.register("haneul")
    answer = await town.sign_in("haneul")
    with pytest.raises(Unauthenticated):
        await town.sign_in("my passphrase in the wrong field", "whatever it is")
    database = database_of("people")
    for collection in await database.list_collection_names():
        kept = str(await database[collection].find({}).to_list())
        for secret in (PASSPHRASE, answer.token, "wrong field", "whatever it is", "192.0.2.7"):
            assert secret not in kept


async def test_only_the_gateway_may_ask_who_stands_behind_a_session(town: Town) -> None:
    _, haneul = await town.newcomer("haneul")
    token = (await town.sign_in("haneul")).token
    for client in (haneul, town.anybody):
        with pytest.raises(Forbidden):
            await client.VerifySession(people_pb2.VerifySessionRequest(token=token))
        with pytest.raises(Forbidden):
            await client.VerifyToken(people_pb2.VerifyTokenRequest(secret=token))


async def test_a_new_passphrase_ends_every_session_and_a_repeat_is_content(town: Town, published: Published) -> None:
    name, haneul = await town.newcomer("haneul")
    before = await town.sign_in("haneul")
    request = people_pb2.ChangePassphraseRequest(
        name=name, current_passphrase=PASSPHRASE, new_passphrase="thirteen small boats"
    )
    for _ in range(2):
        await haneul.ChangePassphrase(request)
    with pytest.raises(Unauthenticated):
        await town.viewer(before.token)
    with pytest.raises(Unauthenticated):
        await town.sign_in("haneul")
    assert (await town.viewer((await town.sign_in("haneul", "thirteen small boats")).token)).person.name == name
    (event,) = await published(events_pb2.SessionRevoked)
    assert (event.person, event.session) == (name, "")


async def test_a_passphrase_is_not_changed_without_the_current_one(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    request = people_pb2.ChangePassphraseRequest(
        name=name, current_passphrase="a guess at it", new_passphrase="thirteen small boats"
    )
    for _ in range(5):
        with pytest.raises(Invalid) as caught:
            await haneul.ChangePassphrase(request)
        assert (reason(caught), caught.value.field) == ("PASSPHRASE_WRONG", "current_passphrase")
    with pytest.raises(Exhausted):
        await haneul.ChangePassphrase(request)
