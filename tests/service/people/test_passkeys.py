from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Forbidden, Problem, Refused, Unauthenticated
from services.chassis.principal import Grant
from tests.service.people.authenticator import Authenticator
from tests.service.people.town import PASSPHRASE, Town, principal, reason

ORIGIN = "https://learn.hanbit.test"


def device(**more: Any) -> Authenticator:
    return Authenticator(ORIGIN, "learn.hanbit.test", **more)


async def make(town: Town, login: str, phone: Authenticator, role: str = "learner") -> tuple[str, Any, list[str]]:
    """Its owner with a fresh proof, and the recovery codes."""
    person = await town.register(login)
    if role != "learner":
        await town.appoint(person.name, pb.Role.Value(role.upper()), "*")
    proof = int(clock.now().timestamp()) + 600
    client = town.acting(principal(person, Grant(role, "*"), proved_until=proof))
    started = await client.StartPasskey(pb.StartPasskeyRequest(parent=person.name, origin=ORIGIN))
    answer = await client.ConfirmPasskey(confirmation(person.name, phone.create(started.options)))
    return person.name, client, list(answer.codes)


def confirmation(name: str, answer: str, origin: str = ORIGIN) -> pb.ConfirmPasskeyRequest:
    return pb.ConfirmPasskeyRequest(parent=name, passkey=answer, origin=origin, display_name="My phone")


async def options(town: Town, attempt: str = "") -> pb.StartPasskeyUseResponse:
    request = pb.StartPasskeyUseRequest(origin=ORIGIN, attempt=attempt, agent="Firefox, Linux")
    started: pb.StartPasskeyUseResponse = await town.anybody.StartPasskeyUse(request)
    return started


def using(attempt: str, answer: str, origin: str = ORIGIN) -> pb.CompleteSignInRequest:
    return pb.CompleteSignInRequest(attempt=attempt, passkey=answer, origin=origin, address="192.0.2.7")


async def test_a_passkey_alone_signs_its_owner_in(town: Town) -> None:
    phone = device()
    name, client, codes = await make(town, "haneul", phone)
    assert len(codes) == 10
    started = await options(town)
    assert '"allowCredentials": []' in started.options
    signed_in = await town.anybody.CompleteSignIn(using(started.attempt, phone.get(started.options)))
    viewer = await town.viewer(signed_in.token)
    assert (viewer.person.name, viewer.second_factor) == (name, True)
    (listed,) = (await client.GetSecondFactors(pb.GetSecondFactorsRequest(parent=name))).passkeys
    assert (listed.display_name, listed.host, listed.HasField("last_use_time")) == (
        "My phone",
        "learn.hanbit.test",
        True,
    )


async def test_a_passkey_is_the_second_factor_after_a_passphrase(town: Town) -> None:
    phone, other = device(), device()
    name, _, codes = await make(town, "haneul", phone)
    await make(town, "other", other)
    first = await town.sign_in("haneul")
    assert (first.token, first.has_passkey) == ("", True)
    started = await options(town, first.attempt)
    assert started.attempt == first.attempt
    with pytest.raises(Unauthenticated, match="PASSKEY_REFUSED"):
        await town.anybody.CompleteSignIn(using(first.attempt, other.get(started.options)))
    signed_in = await town.anybody.CompleteSignIn(using(first.attempt, phone.get(started.options)))
    assert (await town.viewer(signed_in.token)).person.name == name
    again = await town.sign_in("haneul")
    request = pb.CompleteSignInRequest(attempt=again.attempt, code=codes[0], address="192.0.2.7")
    assert (await town.anybody.CompleteSignIn(request)).recovery_codes_left == 9


async def test_an_answer_counts_once_and_for_its_own_challenge_alone(town: Town) -> None:
    phone = device()
    await make(town, "haneul", phone)
    one, two = await options(town), await options(town)
    answer = phone.get(one.options)
    with pytest.raises(Unauthenticated, match="PASSKEY_REFUSED"):
        await town.anybody.CompleteSignIn(using(two.attempt, answer))
    results = await asyncio.gather(
        *(town.anybody.CompleteSignIn(using(one.attempt, answer)) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(result, pb.SignInResponse) for result in results) == 1
    assert {result.reason for result in results if isinstance(result, Problem)} <= {"SIGN_IN_ATTEMPT_OVER"}


@pytest.mark.parametrize("wrong", ["origin", "host", "unverified", "nonsense", "another device"])
async def test_what_no_browser_on_our_page_would_answer_is_refused(town: Town, wrong: str) -> None:
    phone = device()
    await make(town, "haneul", phone)
    started, origin = await options(town), ORIGIN
    if wrong == "origin":
        phone.origin = "https://evil.test"
    elif wrong == "host":
        phone.origin = origin = "https://evil.test"
        phone.rp_id = "evil.test"
    elif wrong == "unverified":
        phone.verifies = False
    elif wrong == "another device":
        phone, known = device(), phone
        phone.id = known.id
    answer = "{}" if wrong == "nonsense" else phone.get(started.options)
    with pytest.raises(Problem) as caught:
        await town.anybody.CompleteSignIn(using(started.attempt, answer, origin))
    assert reason(caught) == "PASSKEY_REFUSED"


async def test_a_passkey_is_made_once_for_a_challenge_and_only_where_the_device_verifies(town: Town) -> None:
    name, client, _ = await make(town, "haneul", device())
    started = await client.StartPasskey(pb.StartPasskeyRequest(parent=name, origin=ORIGIN))
    with pytest.raises(Problem, match="PASSKEY_REFUSED"):
        await client.ConfirmPasskey(confirmation(name, device(verifies=False).create(started.options)))
    tablet = device()
    answer = await client.ConfirmPasskey(confirmation(name, tablet.create(started.options)))
    assert not answer.codes
    with pytest.raises(Refused, match="PASSKEY_NOT_STARTED"):
        await client.ConfirmPasskey(confirmation(name, device().create(started.options)))


async def test_a_passkey_proves_who_is_at_the_screen(town: Town) -> None:
    phone = device()
    _, client, _ = await make(town, "haneul", phone)
    started = await options(town)
    token = (await town.anybody.CompleteSignIn(using(started.attempt, phone.get(started.options)))).token
    asked = await client.StartPasskeyUse(pb.StartPasskeyUseRequest(origin=ORIGIN))
    stranger = await options(town)
    for attempt, answer in ((stranger.attempt, phone.get(stranger.options)), ("none", phone.get(asked.options))):
        with pytest.raises(Unauthenticated, match="SIGN_IN_ATTEMPT_OVER"):
            await client.ProveOneself(
                pb.ProveOneselfRequest(token=token, passkey=answer, attempt=attempt, origin=ORIGIN)
            )
    request = pb.ProveOneselfRequest(
        token=token, passkey=phone.get(asked.options), attempt=asked.attempt, origin=ORIGIN
    )
    assert (await client.ProveOneself(request)).viewer.HasField("proof_expire_time")
    with pytest.raises(Unauthenticated):
        await client.ProveOneself(request)


async def test_the_last_second_factor_of_staff_stays_and_a_removed_passkey_opens_nothing(town: Town) -> None:
    phone, tablet = device(), device()
    name, client, _ = await make(town, "official", phone, "official")
    listed = (await client.GetSecondFactors(pb.GetSecondFactorsRequest(parent=name))).passkeys
    with pytest.raises(Refused, match="SECOND_FACTOR_REQUIRED"):
        await client.RemovePasskey(pb.RemovePasskeyRequest(name=listed[0].name))
    started = await client.StartPasskey(pb.StartPasskeyRequest(parent=name, origin=ORIGIN))
    await client.ConfirmPasskey(confirmation(name, tablet.create(started.options)))
    _, stranger = await town.newcomer("stranger")
    with pytest.raises(Forbidden):
        await stranger.RemovePasskey(pb.RemovePasskeyRequest(name=listed[0].name, passphrase=PASSPHRASE))
    left = await client.RemovePasskey(pb.RemovePasskeyRequest(name=listed[0].name))
    assert len(left.passkeys) == 1
    started = await options(town)
    with pytest.raises(Unauthenticated, match="PASSKEY_REFUSED"):
        await town.anybody.CompleteSignIn(using(started.attempt, phone.get(started.options)))
