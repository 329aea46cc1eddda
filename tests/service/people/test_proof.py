"""Step-up: what needs a fresh proof, and what gives one."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Forbidden, Invalid, Problem, Unauthenticated
from services.chassis.principal import Grant
from tests.service.people.town import PASSPHRASE, Town, principal, reason


def proving(token: str, **given: str) -> pb.ProveOneselfRequest:
    return pb.ProveOneselfRequest(token=token, **given)


async def test_a_proof_gives_the_session_a_new_secret_and_counts_for_ten_minutes(town: Town) -> None:
    _, client = await town.newcomer("haneul")
    answer = await town.sign_in("haneul", shared_device=True, agent="Firefox, Linux")
    assert not answer.viewer.HasField("proof_expire_time")
    proved = await client.ProveOneself(proving(answer.token, passphrase=PASSPHRASE))
    until = clock.moment(proved.viewer.proof_expire_time)
    assert until is not None
    assert timedelta(minutes=9) < until - clock.now() <= timedelta(minutes=10)
    with pytest.raises(Unauthenticated):
        await town.viewer(answer.token)
    viewer = await town.viewer(proved.token)
    assert (viewer.shared_device, viewer.proof_expire_time) == (True, proved.viewer.proof_expire_time)
    assert viewer.expire_time == answer.viewer.expire_time


async def test_signing_in_is_a_proof_on_ones_own_device(town: Town) -> None:
    await town.newcomer("haneul")
    viewer = (await town.sign_in("haneul")).viewer
    until = clock.moment(viewer.proof_expire_time)
    assert until
    assert until > clock.now()


async def test_a_proof_is_of_ones_own_session_and_right(town: Town) -> None:
    _, client = await town.newcomer("haneul")
    _, other = await town.newcomer("other")
    token = (await town.sign_in("haneul")).token
    for who, given, expected in (
        (other, proving(token, passphrase=PASSPHRASE), "SESSION_INVALID"),
        (client, proving("no session", passphrase=PASSPHRASE), "SESSION_INVALID"),
        (client, proving(token), "PASSPHRASE_AGAIN"),
        (client, proving(token, passphrase="a guess"), "PASSPHRASE_WRONG"),
        (client, proving(token, code="123456"), "PASSPHRASE_AGAIN"),
    ):
        with pytest.raises(Problem) as caught:
            await who.ProveOneself(given)
        assert reason(caught) == expected
    assert (await town.viewer(token)).person.login == "haneul"


async def test_with_a_second_factor_the_passphrase_alone_proves_nothing(town: Town) -> None:
    name, client = await town.newcomer("haneul")
    started = await client.StartTotp(pb.StartTotpRequest(parent=name, passphrase=PASSPHRASE))
    step = int(clock.now().timestamp()) // 30
    code = pyotp.TOTP(started.secret).generate_otp
    session = (await town.sign_in("haneul")).token
    assert not (await town.viewer(session)).second_factor
    await client.ConfirmTotp(pb.ConfirmTotpRequest(parent=name, code=code(step - 1)))
    assert (await town.viewer(session)).second_factor
    erasure = pb.RequestErasureRequest(name=name, passphrase=PASSPHRASE)
    for request in (erasure, pb.RequestErasureRequest(name=name)):
        with pytest.raises(Forbidden) as caught:
            await client.RequestErasure(request)
        assert reason(caught) == "PROOF_NEEDED"
    with pytest.raises(Invalid) as wrong:
        await client.ProveOneself(proving(session, passphrase=PASSPHRASE))
    assert reason(wrong) == "SIGN_IN_CODE_WRONG"
    proved = await client.ProveOneself(proving(session, code=code(step)))
    assert proved.viewer.HasField("proof_expire_time")


async def test_a_fresh_proof_stands_for_the_passphrase_and_an_old_one_does_not(town: Town) -> None:
    person = await town.register("haneul")
    token = pb.Token(display_name="mine", scopes=["learning.read"])

    async def create(proved_until: float, passphrase: str = "") -> Any:
        client = town.acting(principal(person, Grant("learner", "*"), proved_until=int(proved_until)))
        return await client.CreateToken(
            pb.CreateTokenRequest(parent=person.name, token=token, days=1, passphrase=passphrase)
        )

    assert (await create(time.time() + 60)).secret
    with pytest.raises(Invalid, match="PASSPHRASE_AGAIN"):
        await create(time.time() - 1)
    with pytest.raises(Invalid, match="PASSPHRASE_WRONG"):
        await create(time.time() + 60, "a guess")


async def test_the_audit_log_leaves_as_a_file_only_with_a_fresh_proof_or_by_a_token(town: Town) -> None:
    person = await town.register("admin")
    await town.appoint(person.name, pb.ADMINISTRATOR, "*")
    grant, request = Grant("administrator", "*"), pb.ListAuditEntriesRequest(export=True)
    with pytest.raises(Forbidden, match="PROOF_NEEDED"):
        await town.acting(principal(person, grant)).ListAuditEntries(request)
    proved = town.acting(principal(person, grant, proved_until=int(time.time()) + 60))
    by_token = town.acting(principal(person, grant, token_scopes=("people.read",)))
    for client in (proved, by_token):
        assert (await client.ListAuditEntries(request)).entries
    assert len(await town.audit(action=pb.EXPORTED)) == 2
