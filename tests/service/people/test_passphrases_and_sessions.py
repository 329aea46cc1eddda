"""Codes of the desk, the passphrase asked again, and where somebody is signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ieum.people.v1 import events_pb2, people_pb2
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated
from services.chassis.store.mongo import Database
from tests.service.conftest import Published
from tests.service.people.town import PASSPHRASE, Town, reason

TOKEN = people_pb2.Token(display_name="report", scopes=["statistics.read"])


async def test_a_code_opens_the_account_only_until_a_passphrase_is_chosen(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    before = await town.sign_in("haneul")
    admin_name, admin = await town.newcomer("admin", "administrator")
    with pytest.raises(Forbidden):
        await haneul.ResetPassphrase(town.reset(name))
    given = await admin.ResetPassphrase(town.reset(name))
    with pytest.raises(Unauthenticated):
        await town.viewer(before.token)
    with pytest.raises(Unauthenticated):
        await town.sign_in("haneul")
    viewer = await town.viewer((await town.sign_in("haneul", given.code)).token)
    assert viewer.person.passphrase_must_change
    chosen = people_pb2.ChangePassphraseRequest(
        name=name, current_passphrase=given.code, new_passphrase="thirteen small boats"
    )
    await haneul.ChangePassphrase(chosen)
    assert not (await town.sign_in("haneul", "thirteen small boats")).viewer.person.passphrase_must_change
    (entry,) = await town.audit(action=people_pb2.PASSPHRASE_RESET)
    assert (entry.actor, entry.subject) == (admin_name, name)
    (entry,) = await town.audit(action=people_pb2.PASSPHRASE_CHANGED)
    assert (entry.actor, entry.subject) == (name, name)


async def test_a_code_is_no_passphrase_and_ends_after_an_hour(
    town: Town, database_of: Callable[[str], Database]
) -> None:
    name, haneul = await town.newcomer("haneul")
    given = await town.system.ResetPassphrase(town.reset(name))
    with pytest.raises(Invalid) as caught:
        await haneul.ChangePassphrase(
            people_pb2.ChangePassphraseRequest(name=name, current_passphrase=given.code, new_passphrase=given.code)
        )
    # Some of the digits that a code may have are among the common passphrases as well.
    assert reason(caught) in ("PASSPHRASE_IS_CODE", "PASSPHRASE_TOO_COMMON")
    await database_of("people")["people"].update_one(
        {"_id": name.removeprefix("people/")}, {"$set": {"code_expire_time": now() - timedelta(seconds=1)}}
    )
    with pytest.raises(Unauthenticated) as refused:
        await town.sign_in("haneul", given.code)
    assert refused.value.reason == "CODE_EXPIRED"


async def test_answers_stay_shut_while_the_desk_knows_the_code(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    answers = people_pb2.EqualityAnswers(name=f"{name}/equalityAnswers", birth_year=1950)
    await haneul.UpdateEqualityAnswers(people_pb2.UpdateEqualityAnswersRequest(answers=answers))
    given = await town.system.ResetPassphrase(town.reset(name))
    with pytest.raises(Refused) as caught:
        await haneul.GetEqualityAnswers(people_pb2.GetEqualityAnswersRequest(name=answers.name))
    assert reason(caught) == "PASSPHRASE_MUST_CHANGE"
    with pytest.raises(Refused):
        await haneul.UpdateEqualityAnswers(people_pb2.UpdateEqualityAnswersRequest(answers=answers))
    chosen = people_pb2.ChangePassphraseRequest(
        name=name, current_passphrase=given.code, new_passphrase="thirteen small boats"
    )
    await haneul.ChangePassphrase(chosen)
    request = people_pb2.GetEqualityAnswersRequest(name=answers.name)
    assert (await haneul.GetEqualityAnswers(request)).birth_year == 1950


@pytest.mark.parametrize("by", ["its owner", "the desk"])
async def test_tokens_end_with_the_passphrase(town: Town, by: str) -> None:
    name, official = await town.newcomer("official", "official", "areas/HB01")
    request = people_pb2.CreateTokenRequest(parent=name, token=TOKEN, days=30, passphrase=PASSPHRASE)
    secret = (await official.CreateToken(request)).secret
    if by == "the desk":
        await town.system.ResetPassphrase(town.reset(name))
    else:
        await official.ChangePassphrase(
            people_pb2.ChangePassphraseRequest(
                name=name, current_passphrase=PASSPHRASE, new_passphrase="thirteen small boats"
            )
        )
    with pytest.raises(Unauthenticated):
        await town.system.VerifyToken(people_pb2.VerifyTokenRequest(secret=secret))
    (listed,) = (await official.ListTokens(people_pb2.ListTokensRequest(parent=name))).tokens
    assert listed.revoked


async def test_a_screen_left_open_makes_no_token_changes_no_address_grants_no_role_and_erases_nobody(
    town: Town,
) -> None:
    other, _ = await town.newcomer("other")
    name, admin = await town.newcomer("admin", "administrator")
    grant = people_pb2.Grant(role=people_pb2.OFFICIAL, scope="areas/HB01")
    for passphrase, expected in (("", "PASSPHRASE_AGAIN"), ("a guess", "PASSPHRASE_WRONG")):
        for call in (
            admin.CreateToken(people_pb2.CreateTokenRequest(parent=name, token=TOKEN, days=1, passphrase=passphrase)),
            admin.GrantRole(people_pb2.GrantRoleRequest(name=other, grant=grant, passphrase=passphrase)),
            admin.RequestErasure(people_pb2.RequestErasureRequest(name=other, passphrase=passphrase)),
            admin.UpdatePerson(
                people_pb2.UpdatePersonRequest(
                    person=people_pb2.Person(name=name, email="thief@example.org"), passphrase=passphrase
                )
            ),
        ):
            with pytest.raises(Invalid) as caught:
                await call
            assert (reason(caught), caught.value.field) == (expected, "passphrase")


async def test_sessions_are_listed_and_ended_one_by_one_or_all(town: Town, published: Published) -> None:
    name, haneul = await town.newcomer("haneul")
    here = await town.sign_in("haneul", agent="Firefox, Windows")
    there = await town.sign_in("haneul", shared_device=True)
    third = await town.sign_in("haneul")
    request = people_pb2.ListSessionsRequest(parent=name)
    listed = (await haneul.ListSessions(request)).sessions
    assert {(each.agent, each.shared_device) for each in listed} == {
        ("Firefox, Windows", False),
        ("", True),
        ("", False),
    }
    ended = people_pb2.EndSessionRequest(name=f"{name}/sessions/{there.viewer.session}")
    for _ in range(2):
        await haneul.EndSession(ended)
    with pytest.raises(Unauthenticated):
        await town.viewer(there.token)
    await haneul.EndSessions(people_pb2.EndSessionsRequest(parent=name, kept=f"{name}/sessions/{here.viewer.session}"))
    with pytest.raises(Unauthenticated):
        await town.viewer(third.token)
    assert (await town.viewer(here.token)).person.name == name
    assert [each.agent for each in (await haneul.ListSessions(request)).sessions] == ["Firefox, Windows"]
    assert {event.session for event in await published(events_pb2.SessionRevoked, 2)} == {
        there.viewer.session,
        third.viewer.session,
    }


async def test_nobody_sees_or_ends_the_sessions_of_another(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    _, other = await town.newcomer("other")
    session = (await town.sign_in("haneul")).viewer.session
    with pytest.raises(Forbidden):
        await other.ListSessions(people_pb2.ListSessionsRequest(parent=name))
    with pytest.raises(Forbidden):
        await other.EndSession(people_pb2.EndSessionRequest(name=f"{name}/sessions/{session}"))
    with pytest.raises(Forbidden):
        await other.EndSessions(people_pb2.EndSessionsRequest(parent=name))
    with pytest.raises(Missing):
        await haneul.EndSession(people_pb2.EndSessionRequest(name=f"{name}/sessions/nowhere"))


async def test_a_session_of_staff_is_short(town: Town) -> None:
    await town.newcomer("official", "official", "areas/HB01")
    answer = await town.sign_in("official")
    left = answer.viewer.expire_time.ToDatetime(now().tzinfo) - now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
