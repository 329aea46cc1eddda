from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ieum.people.v1 import events_pb2, people_pb2
from services.chassis.config import Settings
from services.chassis.errors import (
    Forbidden,
    Refused,
    Unauthenticated,
)
from services.chassis.principal import pseudonym
from services.chassis.sealed_answers import AnswersSeal
from services.chassis.store.mongo import Database
from tests.service.conftest import Published
from tests.service.people.town import PASSPHRASE, Town


async def test_equality_answers_belong_to_their_person_alone(
    town: Town, published: Published, settings: Settings
) -> None:
    name, haneul = await town.newcomer("haneul")
    _, admin = await town.newcomer("admin", "administrator")
    answers = people_pb2.EqualityAnswers(
        name=f"{name}/equalityAnswers",
        birth_year=1950,
        sex=people_pb2.FEMALE,
        groups=[people_pb2.FARMER_FISHER],
        groups_answered=True,
    )
    for _ in range(2):
        await haneul.UpdateEqualityAnswers(people_pb2.UpdateEqualityAnswersRequest(answers=answers))
    request = people_pb2.GetEqualityAnswersRequest(name=answers.name)
    kept = await haneul.GetEqualityAnswers(request)
    kept.ClearField("update_time")
    assert kept == answers
    for other in (admin, town.system, town.anybody):
        with pytest.raises((Forbidden, Unauthenticated)):
            await other.GetEqualityAnswers(request)
        with pytest.raises((Forbidden, Unauthenticated)):
            await other.UpdateEqualityAnswers(people_pb2.UpdateEqualityAnswersRequest(answers=answers))
    (event,) = await published(events_pb2.EqualityAnswersGiven)
    assert event.pseudonym == pseudonym(settings.pseudonym_key, name)
    assert (event.birth_year, event.sex, list(event.groups)) == (0, 0, [])
    opened = AnswersSeal(settings.pseudonym_key).open(event.pseudonym, event.sealed)
    assert opened == (1950, people_pb2.FEMALE, (people_pb2.FARMER_FISHER,), True)
    assert name.removeprefix("people/") not in str(event)


async def test_what_is_erased_is_gone_and_says_so(
    town: Town, published: Published, database_of: Callable[[str], Database], settings: Settings
) -> None:
    name, haneul = await town.newcomer("haneul", display_name="김하늘", email="haneul@example.org")
    session = await town.sign_in("haneul")
    wanted = people_pb2.Token(display_name="mine", scopes=["learning.read"])
    token = await haneul.CreateToken(
        people_pb2.CreateTokenRequest(parent=name, token=wanted, days=1, passphrase=PASSPHRASE)
    )
    answers = people_pb2.EqualityAnswers(name=f"{name}/equalityAnswers", birth_year=1950)
    await haneul.UpdateEqualityAnswers(people_pb2.UpdateEqualityAnswersRequest(answers=answers))
    await asyncio.gather(*(town.system.ErasePerson(people_pb2.ErasePersonRequest(name=name)) for _ in range(5)))

    with pytest.raises(Unauthenticated):
        await town.viewer(session.token)
    with pytest.raises(Unauthenticated):
        await town.system.VerifyToken(people_pb2.VerifyTokenRequest(secret=token.secret))
    with pytest.raises(Unauthenticated):
        await town.sign_in("haneul")
    with pytest.raises(Refused):
        await haneul.UpdateEqualityAnswers(people_pb2.UpdateEqualityAnswersRequest(answers=answers))
    left = await town.system.GetPerson(people_pb2.GetPersonRequest(name=name))
    assert (left.erased, left.login, left.display_name, left.email) == (True, "", "", "")
    assert (await town.register("haneul")).name != name

    (event,) = await published(events_pb2.PersonErased)
    assert event == events_pb2.PersonErased(person=name, revision=event.revision, time=event.time)
    # Their answers leave the stream, as tests/service/test_erasing.py shows; what they had said is not announced again.
    assert "EqualityAnswersGiven" not in str(event)
    kept = str(await database_of("people")["people"].find({"erased": True}).hint("_id_").to_list())
    assert "haneul" not in kept
    assert "하늘" not in kept
    assert len(await town.audit(action=people_pb2.PERSON_ERASED)) == 1
