from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from ieum.people.v1 import events_pb2
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Exists, Forbidden, Problem, Refused, Unauthenticated
from services.chassis.principal import Kind, Principal
from services.chassis.store.mongo import Database
from tests.service.conftest import Published
from tests.service.people.authenticator import Authenticator
from tests.service.people.town import HOME, Town, reason

ISSUER = "https://login.hanbit.test"
NEW = pb.NewAccount(
    display_name="박은지", email="eunji@hanbit.test", area=HOME, organisation="organisations/hanbit", locale="ko"
)


def coming(
    subject: str = "eunji", issuer: str = ISSUER, new: pb.NewAccount | None = None
) -> pb.SignInWithIdentityRequest:
    return pb.SignInWithIdentityRequest(provider="hanbit", issuer=issuer, subject=subject, new_account=new)


def proved(town: Town, name: str) -> Any:
    return town.acting(Principal(Kind.PERSON, name, proved_until=int(clock.now().timestamp()) + 600))


def linking(name: str, subject: str = "eunji") -> pb.LinkIdentityRequest:
    return pb.LinkIdentityRequest(parent=name, provider="hanbit", issuer=ISSUER, subject=subject)


async def test_an_employee_gets_one_account_however_often_they_come_in_at_once(
    town: Town, published: Published
) -> None:
    answers = await asyncio.gather(*(town.system.SignInWithIdentity(coming(new=NEW)) for _ in range(4)))
    (name,) = {answer.viewer.person.name for answer in answers}
    person = answers[0].viewer.person
    assert (person.display_name, person.organisation_confirmed, person.vouching) == ("박은지", True, pb.BY_ROSTER)
    assert person.login.startswith("hanbit-")
    assert [grant.role for grant in person.grants] == [pb.LEARNER]
    assert [event.person for event in await published(events_pb2.PersonRegistered)] == [name]
    with pytest.raises(Unauthenticated):
        await town.sign_in(person.login, "")


async def test_the_address_of_an_account_that_is_there_already_opens_nothing(town: Town) -> None:
    await town.register("stranger", email="eunji@hanbit.test")
    new = (await town.system.SignInWithIdentity(coming(new=NEW))).viewer.person
    assert new.login != "stranger"
    with pytest.raises(Unauthenticated) as caught:
        await town.system.SignInWithIdentity(coming("stranger"))
    assert reason(caught) == "IDENTITY_UNKNOWN"


async def test_only_the_gateway_says_who_somebody_is_elsewhere(town: Town) -> None:
    _, client = await town.newcomer("haneul")
    for who in (client, town.anybody):
        with pytest.raises(Forbidden) as caught:
            await who.SignInWithIdentity(coming(new=NEW))
        assert reason(caught) == "GATEWAY_ONLY"


async def test_a_linked_account_signs_in_whose_it_is_and_issuers_are_told_apart(town: Town) -> None:
    person, other = await town.register("haneul"), await town.register("other")
    with pytest.raises(Forbidden, match="PROOF_NEEDED"):
        await town.acting(Principal(Kind.PERSON, person.name)).LinkIdentity(linking(person.name))
    client = proved(town, person.name)
    for _ in range(2):
        await client.LinkIdentity(linking(person.name))
    assert (await town.system.SignInWithIdentity(coming())).viewer.person.name == person.name
    with pytest.raises(Unauthenticated):
        await town.system.SignInWithIdentity(coming(issuer="https://evil.test"))
    with pytest.raises(Exists, match="IDENTITY_TAKEN"):
        await proved(town, other.name).LinkIdentity(linking(other.name))
    with pytest.raises(Forbidden):
        await proved(town, other.name).LinkIdentity(linking(person.name, "else"))
    (listed,) = (await client.ListIdentities(pb.ListIdentitiesRequest(parent=person.name))).identities
    assert (listed.provider, listed.HasField("last_use_time")) == ("hanbit", True)
    with pytest.raises(Problem, match="NOT_FOUND"):
        await proved(town, other.name).UnlinkIdentity(
            pb.UnlinkIdentityRequest(name=listed.name.replace(person.name, other.name))
        )
    await client.UnlinkIdentity(pb.UnlinkIdentityRequest(name=listed.name))
    with pytest.raises(Unauthenticated):
        await town.system.SignInWithIdentity(coming())
    assert [len(await town.audit(action=each)) for each in (pb.IDENTITY_LINKED, pb.IDENTITY_UNLINKED)] == [2, 1]


async def test_the_only_way_in_stays_until_there_is_a_passkey(town: Town) -> None:
    name = (await town.system.SignInWithIdentity(coming(new=NEW))).viewer.person.name
    client, origin = proved(town, name), "https://learn.hanbit.test"
    (listed,) = (await client.ListIdentities(pb.ListIdentitiesRequest(parent=name))).identities
    request = pb.UnlinkIdentityRequest(name=listed.name)
    unproved = town.acting(Principal(Kind.PERSON, name))
    with pytest.raises(Forbidden, match="PROOF_NEEDED"):
        await unproved.StartPasskey(pb.StartPasskeyRequest(parent=name, origin=origin))
    with pytest.raises(Refused, match="LAST_WAY_IN"):
        await client.UnlinkIdentity(request)
    started = await client.StartPasskey(pb.StartPasskeyRequest(parent=name, origin=origin))
    made = Authenticator(origin, "learn.hanbit.test").create(started.options)
    await client.ConfirmPasskey(
        pb.ConfirmPasskeyRequest(parent=name, passkey=made, origin=origin, display_name="My phone")
    )
    waiting = await town.system.SignInWithIdentity(coming())
    assert (waiting.token, waiting.has_passkey) == ("", True)
    await client.UnlinkIdentity(request)


async def test_nothing_of_the_account_elsewhere_is_kept_readable_or_after_erasing(
    town: Town, database_of: Callable[[str], Database]
) -> None:
    person = await town.register("haneul")
    await proved(town, person.name).LinkIdentity(linking(person.name, "employee-4711"))
    identities = database_of("people")["identities"]
    assert "4711" not in repr(await identities.find().to_list())
    await town.system.ErasePerson(pb.ErasePersonRequest(name=person.name))
    assert await identities.count_documents({}) == 0
