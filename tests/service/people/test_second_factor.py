from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.config import Settings
from services.chassis.errors import Forbidden, Problem, Refused, Unauthenticated
from services.chassis.principal import Grant, Kind, Principal
from services.chassis.store.mongo import Database
from services.people.main import compose
from services.people.settings import PeopleSettings
from services.people.store.sessions import key_of
from tests.service.conftest import ClientFor, StartService
from tests.service.people.town import PASSPHRASE, PLACES, Town, principal, reason

ANYBODY = Principal(Kind.PERSON)


class App:
    """An authenticator app; each code is of a later time step than the one before, as far as that is accepted."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self._step = int(clock.now().timestamp()) // 30 - 2

    def code(self) -> str:
        self._step += 1
        return self._totp.generate_otp(self._step)


async def set_up(town: Town, login: str, role: str = "learner") -> tuple[str, Any, App, list[str]]:
    """Its owner with a fresh proof, the app, and the recovery codes."""
    person = await town.register(login)
    if role != "learner":
        await town.appoint(person.name, pb.Role.Value(role.upper()), "*")
    name, proof = person.name, int(clock.now().timestamp()) + 600
    client = town.acting(principal(person, Grant(role, "*"), proved_until=proof))
    started = await client.StartTotp(pb.StartTotpRequest(parent=name, passphrase=PASSPHRASE))
    app = App(started.secret)
    codes = await client.ConfirmTotp(pb.ConfirmTotpRequest(parent=name, code=app.code()))
    return name, client, app, list(codes.codes)


def second(answer: pb.SignInResponse, code: str) -> pb.CompleteSignInRequest:
    return pb.CompleteSignInRequest(attempt=answer.attempt, code=code, address="192.0.2.7")


async def test_whoever_has_an_app_gets_a_session_only_with_its_code(town: Town) -> None:
    name, _, app, _ = await set_up(town, "haneul")
    answer = await town.sign_in("haneul", agent="Firefox, Linux", shared_device=True)
    assert not answer.token
    assert not answer.HasField("viewer")
    assert answer.attempt
    with pytest.raises(Unauthenticated):
        await town.viewer(answer.attempt)
    signed_in = await town.anybody.CompleteSignIn(second(answer, app.code()))
    viewer = await town.viewer(signed_in.token)
    assert (viewer.person.name, viewer.shared_device, signed_in.HasField("recovery_codes_left")) == (name, True, False)
    with pytest.raises(Unauthenticated) as caught:
        await town.anybody.CompleteSignIn(second(answer, app.code()))
    assert reason(caught) == "SIGN_IN_ATTEMPT_OVER"


async def test_a_code_counts_once_however_often_it_is_sent_at_once(town: Town) -> None:
    _, _, app, _ = await set_up(town, "haneul")
    code = app.code()
    answers = [await town.sign_in("haneul") for _ in range(4)]
    results = await asyncio.gather(
        *(town.anybody.CompleteSignIn(second(answer, code)) for answer in answers), return_exceptions=True
    )
    assert sum(isinstance(result, pb.SignInResponse) for result in results) == 1
    assert {result.reason for result in results if isinstance(result, Problem)} == {"SIGN_IN_CODE_USED"}


async def test_a_recovery_code_counts_once_and_says_how_many_are_left(town: Town) -> None:
    name, client, _, codes = await set_up(town, "haneul")
    assert len(set(codes)) == 10
    typed = f" {codes[0][:5].lower()}-{codes[0][5:]}"
    for expected in (9, None):
        answer = await town.sign_in("haneul")
        if expected is None:
            with pytest.raises(Unauthenticated) as caught:
                await town.anybody.CompleteSignIn(second(answer, typed))
            assert reason(caught) == "SIGN_IN_CODE_WRONG"
        else:
            assert (await town.anybody.CompleteSignIn(second(answer, typed))).recovery_codes_left == expected
    used = await town.audit(action=pb.RECOVERY_CODE_USED)
    assert [(entry.actor, entry.detail) for entry in used] == [(name, "9 left")]
    renewed = await client.RenewRecoveryCodes(pb.RenewRecoveryCodesRequest(parent=name, passphrase=PASSPHRASE))
    assert not set(renewed.codes) & set(codes)
    with pytest.raises(Unauthenticated):
        await town.anybody.CompleteSignIn(second(await town.sign_in("haneul"), codes[1]))


async def test_guesses_end_the_attempt_and_then_have_to_wait(town: Town) -> None:
    await set_up(town, "haneul")
    answer = await town.sign_in("haneul")
    reasons = []
    for number in range(7):
        with pytest.raises(Problem) as caught:
            await town.anybody.CompleteSignIn(second(answer, f"{number:06}"))
        reasons.append(reason(caught))
    assert reasons[:5] == ["SIGN_IN_CODE_WRONG"] * 5
    assert set(reasons[5:]) == {"SIGN_IN_ATTEMPT_OVER"}
    with pytest.raises(Problem) as caught:
        await town.anybody.CompleteSignIn(second(await town.sign_in("haneul"), "123456"))
    assert reason(caught) == "SLOW_DOWN"
    assert len(await town.audit(action=pb.SECOND_FACTOR_REFUSED)) == 5


async def test_an_attempt_is_over_after_its_time_and_with_a_new_passphrase(
    town: Town, database_of: Callable[[str], Database]
) -> None:
    database = database_of("people")
    name, client, app, _ = await set_up(town, "haneul")
    late, changed = await town.sign_in("haneul"), await town.sign_in("haneul")
    past = clock.now() - timedelta(seconds=1)
    await database["sign_in_attempts"].update_one({"_id": key_of(late.attempt)}, {"$set": {"expire_time": past}})
    await client.ChangePassphrase(
        pb.ChangePassphraseRequest(name=name, current_passphrase=PASSPHRASE, new_passphrase="thirteen small boats")
    )
    for answer in (late, changed):
        with pytest.raises(Unauthenticated) as caught:
            await town.anybody.CompleteSignIn(second(answer, app.code()))
        assert reason(caught) == "SIGN_IN_ATTEMPT_OVER"


async def test_the_database_holds_neither_the_key_nor_a_recovery_code(
    town: Town, database_of: Callable[[str], Database]
) -> None:
    database = database_of("people")
    name, client = await town.newcomer("haneul")
    started = await client.StartTotp(pb.StartTotpRequest(parent=name, passphrase=PASSPHRASE))
    app = App(started.secret)
    codes = (await client.ConfirmTotp(pb.ConfirmTotpRequest(parent=name, code=app.code()))).codes
    stored = repr(await database["second_factors"].find().to_list())
    assert started.secret not in stored
    assert not any(code in stored for code in codes)
    assert started.uri.startswith("otpauth://totp/Ieum:haneul?secret=" + started.secret)


async def test_the_app_is_set_up_and_removed_only_by_its_owner_with_a_proof(town: Town) -> None:
    name, client, _, _ = await set_up(town, "haneul")
    unproved = town.acting(replace(ANYBODY, person=name))
    _, other = await town.newcomer("other")
    requests = (
        ("StartTotp", pb.StartTotpRequest(parent=name)),
        ("RemoveTotp", pb.RemoveTotpRequest(parent=name)),
        ("RenewRecoveryCodes", pb.RenewRecoveryCodesRequest(parent=name)),
    )
    for method, request in requests:
        request.passphrase = PASSPHRASE
        with pytest.raises(Forbidden) as caught:
            await getattr(unproved, method)(request)
        assert reason(caught) == "PROOF_NEEDED"
        with pytest.raises(Forbidden):
            await getattr(other, method)(request)
    with pytest.raises(Refused):
        await client.ConfirmTotp(pb.ConfirmTotpRequest(parent=name, code="123456"))
    left = await client.RemoveTotp(pb.RemoveTotpRequest(parent=name, passphrase=PASSPHRASE))
    assert not left.HasField("totp_time")
    assert left.recovery_codes_left == 0
    assert (await town.sign_in("haneul")).token


async def test_staff_have_days_of_grace_and_then_a_second_factor_is_due(town: Town) -> None:
    name, _ = await town.newcomer("official", "official")
    before = clock.now()
    viewer = await town.viewer((await town.sign_in("official")).token)
    due = clock.moment(viewer.second_factor_due_time)
    assert due
    assert timedelta(days=13, hours=23) < due - before < timedelta(days=14, minutes=5)
    again = await town.viewer((await town.sign_in("official")).token)
    assert again.second_factor_due_time == viewer.second_factor_due_time
    session = (await town.sign_in("official")).token
    client = town.acting(replace(ANYBODY, person=name, proved_until=int(clock.now().timestamp()) + 600))
    started = await client.StartTotp(pb.StartTotpRequest(parent=name))
    await client.ConfirmTotp(pb.ConfirmTotpRequest(parent=name, code=App(started.secret).code()))
    assert not (await town.viewer(session)).HasField("second_factor_due_time")
    with pytest.raises(Refused) as caught:
        await client.RemoveTotp(pb.RemoveTotpRequest(parent=name, passphrase=PASSPHRASE))
    assert reason(caught) == "SECOND_FACTOR_REQUIRED"
    await town.newcomer("learner")
    assert not (await town.sign_in("learner")).viewer.HasField("second_factor_due_time")


async def test_no_role_needs_a_second_factor_where_the_operator_says_so(
    start_service: StartService, client_for: ClientFor, settings: Settings
) -> None:
    given = PeopleSettings.model_validate({**settings.model_dump(), "second_factor_roles": "none"})
    town = Town(client_for, await start_service("people", compose, given))
    await town.system.ImportPlaces(PLACES)
    await town.newcomer("official", "official")
    assert not (await town.sign_in("official")).viewer.HasField("second_factor_due_time")


async def test_an_administrator_resets_a_lost_factor_and_a_new_one_is_due_at_once(town: Town) -> None:
    name, client, app, _ = await set_up(town, "official", "official")
    session = (await town.anybody.CompleteSignIn(second(await town.sign_in("official"), app.code()))).token
    _, elsewhere = await town.newcomer("elsewhere", "administrator", "areas/HB02")
    _, admin = await town.newcomer("admin", "administrator")
    request = pb.ResetSecondFactorsRequest(parent=name, passphrase=PASSPHRASE)
    for refused in (elsewhere, client):
        with pytest.raises(Forbidden):
            await refused.ResetSecondFactors(request)
    await admin.ResetSecondFactors(request)
    with pytest.raises(Unauthenticated):
        await town.viewer(session)
    due = clock.moment((await town.sign_in("official")).viewer.second_factor_due_time)
    assert due
    assert due <= clock.now()
    assert [entry.subject for entry in await town.audit(action=pb.SECOND_FACTOR_RESET)] == [name]


async def test_erasing_an_account_removes_its_second_factor(town: Town, database_of: Callable[[str], Database]) -> None:
    database = database_of("people")
    name, *_ = await set_up(town, "haneul")
    await town.sign_in("haneul")
    await town.system.ErasePerson(pb.ErasePersonRequest(name=name))
    assert await database["second_factors"].count_documents({}) == 0
    assert await database["sign_in_attempts"].count_documents({}) == 0


def test_an_unknown_role_in_the_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="second_factor_roles"):
        PeopleSettings.model_validate({"second_factor_roles": "mayor"})
