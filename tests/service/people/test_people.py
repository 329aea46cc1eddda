from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.message import Message

from ieum.people.v1 import events_pb2, people_pb2
from ieum.people.v1.people_pb2_grpc import PeopleServiceStub
from ieum.progress.v1.events_pb2 import GridExported
from ieum.statistics.v1 import events_pb2 as statistics
from ieum.statistics.v1 import statistics_pb2
from services.chassis import rpc
from services.chassis.clock import now, stamp
from services.chassis.config import Settings
from services.chassis.errors import (
    Conflict,
    Exhausted,
    Exists,
    Forbidden,
    Invalid,
    Missing,
    Problem,
    Refused,
    Unauthenticated,
)
from services.chassis.principal import ANONYMOUS, SYSTEM, Grant, Kind, Principal, pseudonym
from services.chassis.store.entities import Database
from services.people import commands
from services.people.domain.attempts import FREE_FOR_ADDRESS, WINDOW, Attempts
from services.people.main import compose
from services.people.store.attempts import counter
from tests.service.conftest import Announce, ClientFor, Published, StartService, eventually

PASSPHRASE = "twelve small boats"
HOME = "areas/HB0101"

PLACES = people_pb2.ImportPlacesRequest(
    areas=[
        people_pb2.Area(name="areas/HB", kind="PROVINCE", title={"ko": "하늘도"}),
        people_pb2.Area(name="areas/HB01", parent="areas/HB", kind="CITY", title={"ko": "한빛시"}),
        people_pb2.Area(name=HOME, parent="areas/HB01", kind="TOWN", title={"ko": "솔내동"}),
        people_pb2.Area(name="areas/HB02", parent="areas/HB", kind="COUNTY", title={"ko": "새벽군"}),
    ],
    organisations=[
        people_pb2.Organisation(name="organisations/hanbit", area="areas/HB01", title={"ko": "한빛시청"}),
        people_pb2.Organisation(name="organisations/saebyeok", area="areas/HB02", title={"ko": "새벽군청"}),
    ],
    centres=[people_pb2.Centre(name="centres/solnae", area=HOME, title={"ko": "솔내 배움터"}, phone="000-000-0101")],
)


class Town:
    """The running service, with whoever comes to it."""

    def __init__(self, client_for: ClientFor, address: str) -> None:
        self._client_for = client_for
        self._address = address
        self.system = self.acting(SYSTEM)
        self.anybody = self.acting(ANONYMOUS)

    def acting(self, who: Principal) -> Any:
        return self._client_for(PeopleServiceStub, self._address, who)

    async def register(self, login: str, **fields: str) -> people_pb2.Person:
        given = {"display_name": login.title(), "passphrase": PASSPHRASE, "area": HOME} | fields
        made: people_pb2.Person = await self.anybody.Register(people_pb2.RegisterRequest(login=login, **given))
        return made

    async def sign_in(self, login: str, passphrase: str = PASSPHRASE, **fields: Any) -> people_pb2.SignInResponse:
        request = people_pb2.SignInRequest(login=login, passphrase=passphrase, **({"address": "192.0.2.7"} | fields))
        answer: people_pb2.SignInResponse = await self.anybody.SignIn(request)
        return answer

    async def appoint(self, person: str, role: people_pb2.Role.ValueType, scope: str) -> people_pb2.Person:
        grant = people_pb2.Grant(role=role, scope=scope)
        after: people_pb2.Person = await self.system.GrantRole(people_pb2.GrantRoleRequest(name=person, grant=grant))
        return after

    async def newcomer(self, login: str, role: str = "learner", scope: str = "*", **fields: str) -> tuple[str, Any]:
        """Name and client of somebody who has just registered and holds this role."""
        person = await self.register(login, **fields)
        if role != "learner":
            await self.appoint(person.name, people_pb2.Role.Value(role.upper()), scope)
        return person.name, self.acting(principal(person, Grant(role, scope)))

    async def viewer(self, token: str) -> people_pb2.Viewer:
        found: people_pb2.Viewer = await self.system.VerifySession(people_pb2.VerifySessionRequest(token=token))
        return found

    async def audit(self, **wanted: Any) -> list[people_pb2.AuditEntry]:
        request = people_pb2.ListAuditEntriesRequest(page_size=1000, **wanted)
        return list((await self.system.ListAuditEntries(request)).entries)


def principal(person: people_pb2.Person, *grants: Grant, **fields: Any) -> Principal:
    universe = people_pb2.Universe.Name(person.universe).lower()
    return Principal(Kind.PERSON, person.name, person.area, person.organisation, universe, grants, **fields)


@pytest.fixture
async def town(start_service: StartService, client_for: ClientFor) -> Town:
    town = Town(client_for, await start_service("people", compose))
    await town.system.ImportPlaces(PLACES)
    return town


def reason(caught: pytest.ExceptionInfo[Problem]) -> str:
    return caught.value.reason


# Registering


async def test_whoever_registers_is_a_resident_who_may_learn_everywhere(town: Town, published: Published) -> None:
    person = await town.register("Haneul.Kim", display_name="김하늘", email="haneul@example.org")
    assert (person.login, person.display_name, person.area) == ("Haneul.Kim", "김하늘", HOME)
    assert person.universe == people_pb2.RESIDENT
    assert [(grant.role, grant.scope) for grant in person.grants] == [(people_pb2.LEARNER, "*")]
    (event,) = await published(events_pb2.PersonRegistered)
    assert (event.person, event.area, event.universe, event.revision) == (person.name, HOME, people_pb2.RESIDENT, 1)


async def test_the_same_request_answers_the_same_person_and_announces_it_once(town: Town, published: Published) -> None:
    made = await asyncio.gather(*(town.register("haneul", request_id="desk-1") for _ in range(8)))
    assert len({person.name for person in made}) == 1
    assert len(await published(events_pb2.PersonRegistered)) == 1


async def test_a_repeated_request_shows_nothing_to_whoever_does_not_know_the_passphrase(town: Town) -> None:
    await town.register("haneul", request_id="desk-1")
    with pytest.raises(Exists) as caught:
        await town.register("haneul", request_id="desk-1", passphrase="somebody else's")
    assert reason(caught) == "REQUEST_ID_USED"


async def test_of_twenty_who_want_one_login_one_gets_it(town: Town) -> None:
    async def attempt(number: int) -> str:
        try:
            return (await town.register("Boram" if number % 2 else "ｂｏｒａｍ")).name
        except Exists as refusal:
            return f"{refusal.reason} {refusal.field}"

    names = await asyncio.gather(*(attempt(number) for number in range(20)))
    assert sorted(names)[:-1] == ["LOGIN_TAKEN login"] * 19


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"area": "areas/NOWHERE"}, "AREA_UNKNOWN"),
        ({"area": ""}, "AREA_UNKNOWN"),
        ({"organisation": "organisations/nowhere"}, "ORGANISATION_UNKNOWN"),
        ({"display_name": "900101-1234567"}, "LOOKS_LIKE_RESIDENT_NUMBER"),
        ({"passphrase": "short"}, "PASSPHRASE_TOO_SHORT"),
    ],
)
async def test_what_cannot_be_registered_is_refused_with_its_reason(
    town: Town, fields: dict[str, str], expected: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await town.register("haneul", **fields)
    assert reason(caught) == expected


# Accounts


async def test_a_person_changes_what_is_theirs_and_a_move_is_announced(town: Town, published: Published) -> None:
    name, haneul = await town.newcomer("haneul")
    wanted = people_pb2.Person(name=name, area="areas/HB02", organisation="organisations/saebyeok", locale="en")
    request = people_pb2.UpdatePersonRequest(person=wanted)
    changed = await haneul.UpdatePerson(request)
    assert (changed.area, changed.universe, changed.locale) == ("areas/HB02", people_pb2.EMPLOYEE, "en")
    assert changed.display_name == "Haneul"
    await haneul.UpdatePerson(request)
    (event,) = await published(events_pb2.PersonMoved)
    assert (event.area, event.universe, event.revision) == ("areas/HB02", people_pb2.EMPLOYEE, 2)


async def test_a_field_in_the_mask_can_be_emptied(town: Town) -> None:
    name, haneul = await town.newcomer("haneul", email="haneul@example.org")
    request = people_pb2.UpdatePersonRequest(person=people_pb2.Person(name=name))
    request.update_mask.paths.append("email")
    assert (await haneul.UpdatePerson(request)).email == ""


async def test_a_change_on_top_of_an_outdated_etag_is_refused(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    etag = (await haneul.GetPerson(people_pb2.GetPersonRequest(name=name))).etag
    first = people_pb2.Person(name=name, display_name="하늘", etag=etag)
    await haneul.UpdatePerson(people_pb2.UpdatePersonRequest(person=first))
    second = people_pb2.Person(name=name, display_name="바다", etag=etag)
    with pytest.raises(Conflict) as caught:
        await haneul.UpdatePerson(people_pb2.UpdatePersonRequest(person=second))
    assert reason(caught) == "PERSON_CHANGED"


async def test_people_are_found_by_any_part_of_a_name_or_login(town: Town) -> None:
    await town.register("boram", display_name="이보람")
    await town.register("haneul", display_name="김하늘")
    _, admin = await town.newcomer("admin", "administrator")

    async def found(query: str) -> list[str]:
        answer = await admin.ListPeople(people_pb2.ListPeopleRequest(query=query))
        return [person.login for person in answer.people]

    assert await found("하늘") == ["haneul"]
    assert await found("김하") == ["haneul"]
    assert await found("ORA") == ["boram"]
    assert await found("(.*") == []
    assert await found("\0haneul") == ["haneul"]
    listed = await admin.ListPeople(people_pb2.ListPeopleRequest(role=people_pb2.ADMINISTRATOR))
    assert [person.login for person in listed.people] == ["admin"]


async def test_a_list_walked_while_people_register_shows_everybody_who_was_there_once(town: Town) -> None:
    there = [(await town.register(f"person-{number:02}")).name for number in range(7)]
    seen: list[str] = []
    token = ""
    for number in range(20):
        answer = await town.system.ListPeople(people_pb2.ListPeopleRequest(page_size=2, page_token=token))
        seen += [person.name for person in answer.people]
        await town.register(f"later-{number:02}")
        token = answer.next_page_token
        if not token:
            break
    assert len(seen) == len(set(seen))
    assert set(there) <= set(seen)


async def test_names_for_a_class_are_given_to_instructors_and_written_down(town: Town) -> None:
    haneul, _ = await town.newcomer("haneul", display_name="김하늘")
    name, teacher = await town.newcomer("teacher", "instructor")
    request = people_pb2.BatchGetNamesRequest(names=[haneul, name, "people/gone"], purpose="class grid of courses/x")
    answer = await teacher.BatchGetNames(request)
    assert dict(answer.display_names) == {haneul: "김하늘", name: "Teacher"}
    (entry,) = await town.audit(action=people_pb2.PERSONAL_DATA_VIEWED)
    assert (entry.actor, entry.detail) == (name, "names of 2: class grid of courses/x")


async def test_ones_own_name_is_nobodys_business(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    assert dict((await haneul.BatchGetNames(people_pb2.BatchGetNamesRequest(names=[name]))).display_names)
    await haneul.GetPerson(people_pb2.GetPersonRequest(name=name))
    assert await town.audit(action=people_pb2.PERSONAL_DATA_VIEWED) == []


# Signing in


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
    assert [(entry.actor, entry.subject, entry.detail) for entry in entries] == [("", "", ""), ("", person.name, "")]


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
    spent = Attempts(FREE_FOR_ADDRESS, FREE_FOR_ADDRESS + 6, now(), now() + WINDOW)
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


# Passphrases


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


async def test_an_administrator_resets_a_passphrase_at_the_desk(town: Town) -> None:
    name, haneul = await town.newcomer("haneul")
    before = await town.sign_in("haneul")
    admin_name, admin = await town.newcomer("admin", "administrator")
    request = people_pb2.ResetPassphraseRequest(name=name, new_passphrase="set at the desk")
    with pytest.raises(Forbidden):
        await haneul.ResetPassphrase(request)
    await admin.ResetPassphrase(request)
    with pytest.raises(Unauthenticated):
        await town.viewer(before.token)
    assert (await town.sign_in("haneul", "set at the desk")).token
    (entry,) = await town.audit(action=people_pb2.PASSPHRASE_RESET)
    assert (entry.actor, entry.subject) == (admin_name, name)


# Tokens


async def test_a_token_is_shown_once_works_and_is_revoked(town: Town, published: Published) -> None:
    name, official = await town.newcomer("official", "official", "areas/HB01")
    wanted = people_pb2.Token(display_name="Quarterly report", scopes=["statistics.read"], area=HOME)
    made = await official.CreateToken(people_pb2.CreateTokenRequest(parent=name, token=wanted, days=30))
    assert made.secret.startswith("ieum_")
    viewer = await town.system.VerifyToken(people_pb2.VerifyTokenRequest(secret=made.secret))
    assert (viewer.person.name, list(viewer.token_scopes), viewer.token_area) == (name, ["statistics.read"], HOME)
    (listed,) = (await official.ListTokens(people_pb2.ListTokensRequest(parent=name))).tokens
    assert listed.last_use_time.seconds > 0
    for _ in range(2):
        await official.RevokeToken(people_pb2.RevokeTokenRequest(name=made.token.name))
    with pytest.raises(Unauthenticated) as caught:
        await town.system.VerifyToken(people_pb2.VerifyTokenRequest(secret=made.secret))
    assert reason(caught) == "TOKEN_INVALID"
    (event,) = await published(events_pb2.SessionRevoked)
    assert (event.person, event.session) == (name, viewer.session)
    actions = [entry.action for entry in await town.audit(actor=name)]
    assert actions == [people_pb2.TOKEN_REVOKED, people_pb2.TOKEN_CREATED]


async def test_nobody_makes_or_sees_tokens_for_another(town: Town) -> None:
    name, owner = await town.newcomer("owner", "official", "areas/HB01")
    _, other = await town.newcomer("other", "official", "areas/HB01")
    wanted = people_pb2.Token(display_name="x", scopes=["statistics.read"])
    made = await owner.CreateToken(people_pb2.CreateTokenRequest(parent=name, token=wanted, days=1))
    with pytest.raises(Forbidden):
        await other.CreateToken(people_pb2.CreateTokenRequest(parent=name, token=wanted, days=1))
    with pytest.raises(Forbidden):
        await other.ListTokens(people_pb2.ListTokensRequest(parent=name))
    with pytest.raises(Forbidden):
        await other.RevokeToken(people_pb2.RevokeTokenRequest(name=made.token.name))


async def test_a_token_does_what_its_scopes_say_where_they_say_it(town: Town) -> None:
    await town.register("near")
    await town.register("far", area="areas/HB02")
    admin = await town.register("admin", area="areas/HB02")
    limited = {"token_scopes": ("people.read",), "token_area": "areas/HB01"}
    client = town.acting(principal(admin, Grant("administrator", "*"), **limited))
    listed = await client.ListPeople(people_pb2.ListPeopleRequest())
    assert [person.login for person in listed.people] == ["near"]
    with pytest.raises(Forbidden) as caught:
        await client.ErasePerson(people_pb2.ErasePersonRequest(name=admin.name))
    assert reason(caught) == "TOKEN_SCOPE_NEEDED"


# Roles


async def test_a_role_is_granted_and_revoked_once_and_written_down(town: Town, published: Published) -> None:
    haneul, _ = await town.newcomer("haneul")
    name, admin = await town.newcomer("admin", "administrator")
    grant = people_pb2.Grant(role=people_pb2.OFFICIAL, scope="areas/HB01")
    for _ in range(2):
        after = await admin.GrantRole(people_pb2.GrantRoleRequest(name=haneul, grant=grant))
    assert grant in after.grants
    for _ in range(2):
        after = await admin.RevokeRole(people_pb2.RevokeRoleRequest(name=haneul, grant=grant))
    assert grant not in after.grants
    entries = await town.audit(actor=name)
    assert [(entry.action, entry.detail) for entry in entries] == [
        (people_pb2.ROLE_REVOKED, "official @ areas/HB01"),
        (people_pb2.ROLE_GRANTED, "official @ areas/HB01"),
    ]
    events = [event for event in await published(events_pb2.RolesChanged, 3) if event.person == haneul]
    assert [(event.revision, grant in event.grants) for event in events] == [(2, True), (3, False)]


async def test_a_session_sees_a_new_role_at_once(town: Town) -> None:
    person = await town.register("haneul")
    token = (await town.sign_in("haneul")).token
    await town.appoint(person.name, people_pb2.REVIEWER, "*")
    assert people_pb2.REVIEWER in [grant.role for grant in (await town.viewer(token)).person.grants]


async def test_of_two_last_administrators_who_dismiss_each_other_one_stays(town: Town) -> None:
    first, _ = await town.newcomer("first", "administrator")
    second, _ = await town.newcomer("second", "administrator")
    grant = people_pb2.Grant(role=people_pb2.ADMINISTRATOR, scope="*")
    results = await asyncio.gather(
        *(
            town.system.RevokeRole(people_pb2.RevokeRoleRequest(name=name, grant=grant))
            for name in (first, second) * 10
        ),
        return_exceptions=True,
    )
    assert {error.reason for error in results if isinstance(error, Refused)} == {"LAST_ADMINISTRATOR"}
    listed = await town.system.ListPeople(people_pb2.ListPeopleRequest(role=people_pb2.ADMINISTRATOR))
    assert len(listed.people) == 1


async def test_the_last_administrator_cannot_be_erased(town: Town) -> None:
    name, admin = await town.newcomer("admin", "administrator")
    with pytest.raises(Refused) as caught:
        await admin.ErasePerson(people_pb2.ErasePersonRequest(name=name))
    assert reason(caught) == "LAST_ADMINISTRATOR"


async def test_an_administrator_of_an_area_stays_within_it(town: Town) -> None:
    near, _ = await town.newcomer("near")
    far, _ = await town.newcomer("far", area="areas/HB02")
    chief, _ = await town.newcomer("chief", "administrator")
    _, local = await town.newcomer("local", "administrator", "areas/HB01")

    async def grant(name: str, role: people_pb2.Role.ValueType, scope: str) -> None:
        wanted = people_pb2.Grant(role=role, scope=scope)
        await local.GrantRole(people_pb2.GrantRoleRequest(name=name, grant=wanted))

    await grant(near, people_pb2.OFFICIAL, HOME)
    await grant(near, people_pb2.INSTRUCTOR, "organisations/hanbit")
    for name, scope in ((near, "*"), (near, "areas/HB"), (near, "areas/HB02"), (far, HOME), ("people/nobody", HOME)):
        with pytest.raises(Forbidden) as caught:
            await grant(name, people_pb2.OFFICIAL, scope)
        assert reason(caught) == "OUTSIDE_YOUR_AREA"
    with pytest.raises(Forbidden):
        await local.ResetPassphrase(people_pb2.ResetPassphraseRequest(name=chief, new_passphrase="taken over"))
    with pytest.raises(Forbidden):
        await local.ListAuditEntries(people_pb2.ListAuditEntriesRequest())
    listed = await local.ListPeople(people_pb2.ListPeopleRequest())
    assert {person.login for person in listed.people} == {"near", "chief", "local"}


# Equality answers


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
    assert (event.pseudonym, event.birth_year) == (pseudonym(settings.pseudonym_key, name), 1950)
    assert name.removeprefix("people/") not in str(event)


# Erasing


async def test_what_is_erased_is_gone_and_says_so(
    town: Town, published: Published, database_of: Callable[[str], Database], settings: Settings
) -> None:
    name, haneul = await town.newcomer("haneul", display_name="김하늘", email="haneul@example.org")
    session = await town.sign_in("haneul")
    wanted = people_pb2.Token(display_name="mine", scopes=["learning.read"])
    token = await haneul.CreateToken(people_pb2.CreateTokenRequest(parent=name, token=wanted, days=1))
    answers = people_pb2.EqualityAnswers(name=f"{name}/equalityAnswers", birth_year=1950)
    await haneul.UpdateEqualityAnswers(people_pb2.UpdateEqualityAnswersRequest(answers=answers))
    await asyncio.gather(*(haneul.ErasePerson(people_pb2.ErasePersonRequest(name=name)) for _ in range(5)))

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
    assert (event.person, event.pseudonym) == (name, pseudonym(settings.pseudonym_key, name))
    given = await published(events_pb2.EqualityAnswersGiven, 2)
    assert [(event.birth_year, event.revision) for event in given] == [(1950, 1), (0, 2)]
    kept = str(await database_of("people")["people"].find({"erased": True}).hint("_id_").to_list())
    assert "haneul" not in kept
    assert "하늘" not in kept
    assert len(await town.audit(action=people_pb2.PERSON_ERASED)) == 1


# The audit log


async def test_a_replay_is_recorded_once_for_a_request_and_only_for_who_runs_everything(town: Town) -> None:
    name, administrator = await town.newcomer("chief", "administrator")
    request = people_pb2.RecordAuditRequest(
        request_id="e1", action=people_pb2.DEAD_LETTER_REPLAYED, subject="deadLetters/1", detail="for statistics"
    )
    for _ in range(3):
        await administrator.RecordAudit(request)
    (entry,) = await town.audit(action=people_pb2.DEAD_LETTER_REPLAYED, actor=name)
    assert (entry.actor, entry.subject, entry.detail) == (name, "deadLetters/1", "for statistics")
    for action in (people_pb2.ROLE_GRANTED, people_pb2.EXPORTED):
        with pytest.raises(Invalid):
            await administrator.RecordAudit(people_pb2.RecordAuditRequest(action=action))
    _, official = await town.newcomer("official", "official", "areas/HB01")
    with pytest.raises(Forbidden):
        await official.RecordAudit(request)


NOTICE: dict[str, Any] = {"id": "n1", "actor": "people/kim", "time": stamp(now())}
NOTICES = [
    (
        statistics.TableQueried(
            **NOTICE, area="areas/HB01", by=statistics_pb2.SEX, course="courses/x", from_quarter="2026-Q1"
        ),
        (people_pb2.STATISTICS_QUERIED, "areas/HB01", "chosen: by SEX, course courses/x, from 2026-Q1"),
    ),
    (
        statistics.TableExported(**NOTICE, area="areas/HB01"),
        (people_pb2.EXPORTED, "areas/HB01", "statistics of areas/HB01"),
    ),
    (statistics.RecipientsExported(**NOTICE), (people_pb2.EXPORTED, "list", "mailing list")),
    (GridExported(**NOTICE, course="courses/x"), (people_pb2.EXPORTED, "courses/x", "class grid of courses/x")),
    (
        statistics.RecipientsChanged(
            **NOTICE, change=statistics.RecipientsChanged.ADDED, recipient="recipients/r", area="areas/HB01"
        ),
        (people_pb2.RECIPIENTS_CHANGED, "areas/HB01", "office added: recipients/r"),
    ),
    (
        statistics.RecipientsChanged(
            **NOTICE, change=statistics.RecipientsChanged.REMOVED, recipient="recipients/r", area="areas/HB01"
        ),
        (people_pb2.RECIPIENTS_CHANGED, "recipients/r", "office removed: recipients/r"),
    ),
    (
        statistics.RecipientsChanged(**NOTICE, change=statistics.RecipientsChanged.IMPORTED, count=7),
        (people_pb2.RECIPIENTS_CHANGED, "", "offices read: 7"),
    ),
    (
        statistics.ReleaseDiscarded(**NOTICE, release="releases/r", area="areas/HB01"),
        (people_pb2.RELEASE_DISCARDED, "releases/r", "release of areas/HB01"),
    ),
]


@pytest.mark.parametrize(("event", "expected"), NOTICES, ids=lambda value: type(value).__name__)
async def test_what_another_service_did_is_in_the_audit_log_once_though_it_is_heard_twice(
    town: Town, announce: Announce, event: Message, expected: tuple[Any, str, str]
) -> None:
    await announce(event, "n1", times=2)
    await announce(statistics.TableExported(**{**NOTICE, "id": "last"}, area="areas/last"), "last")
    await announce(GridExported(**{**NOTICE, "id": "last grid"}, course="courses/last"), "last-grid")
    entries: list[people_pb2.AuditEntry] = []

    async def all_heard() -> bool:
        entries[:] = await town.audit(actor="people/kim")
        return {"areas/last", "courses/last"} <= {entry.subject for entry in entries}

    await eventually(all_heard, "entries", seconds=5)
    found = [entry for entry in entries if not entry.subject.endswith("/last")]
    assert [(entry.action, entry.subject, entry.detail) for entry in found] == [expected]
    assert found[0].time == NOTICE["time"]


async def test_the_audit_log_walked_while_it_grows_shows_each_entry_once(town: Town) -> None:
    async def note(number: int) -> None:
        request = people_pb2.RecordAuditRequest(action=people_pb2.DEAD_LETTER_REPLAYED, subject=f"s{number}")
        await town.system.RecordAudit(request)

    for number in range(5):
        await note(number)
    seen: list[str] = []
    token = ""
    for number in range(20):
        request = people_pb2.ListAuditEntriesRequest(page_size=2, page_token=token)
        answer = await town.system.ListAuditEntries(request)
        seen += [entry.subject for entry in answer.entries]
        await note(100 + number)
        token = answer.next_page_token
        if not token:
            break
    assert seen == ["s4", "s3", "s2", "s1", "s0"]


# Places


async def test_places_are_imported_once_listed_to_everybody_and_announced(town: Town, published: Published) -> None:
    await town.system.ImportPlaces(PLACES)
    assert (await town.anybody.ListAreas(people_pb2.ListAreasRequest())).areas == PLACES.areas
    listed = await town.anybody.ListOrganisations(people_pb2.ListOrganisationsRequest())
    assert listed.organisations == PLACES.organisations
    assert (await town.anybody.ListCentres(people_pb2.ListCentresRequest())).centres == PLACES.centres
    (event,) = await published(events_pb2.PlacesImported)
    assert (event.areas, event.revision) == (PLACES.areas, 1)


async def test_places_that_contradict_each_other_change_nothing(town: Town) -> None:
    broken = people_pb2.ImportPlacesRequest()
    broken.CopyFrom(PLACES)
    broken.areas[0].parent = HOME
    with pytest.raises(Invalid) as caught:
        await town.system.ImportPlaces(broken)
    assert reason(caught) == "AREA_CYCLE"
    assert (await town.anybody.ListAreas(people_pb2.ListAreasRequest())).areas == PLACES.areas


# The operator's commands


async def test_the_first_administrator_is_made_by_command_once(
    town: Town, settings: Settings, published: Published
) -> None:
    async with commands.opened(settings) as store:
        assert await commands.create_admin(store, "Chief", "김하늘", PASSPHRASE) == "Chief is an administrator now."
        again = await commands.create_admin(store, "chief", "another", "another passphrase")
    assert again == "Chief is an administrator already; nothing was changed."
    person = (await town.sign_in("chief")).viewer.person
    assert person.display_name == "김하늘"
    assert people_pb2.Grant(role=people_pb2.ADMINISTRATOR, scope="*") in person.grants
    assert len(await published(events_pb2.PersonRegistered)) == 1
    assert [entry.detail for entry in await town.audit(action=people_pb2.ROLE_GRANTED)] == [
        "administrator @ *, by command"
    ]


async def test_a_forgotten_passphrase_is_set_by_command(town: Town, settings: Settings) -> None:
    await town.register("haneul")
    before = await town.sign_in("haneul")
    async with commands.opened(settings) as store:
        await commands.reset_passphrase(store, "haneul", "thirteen small boats")
    assert (await town.sign_in("haneul", "thirteen small boats")).token
    with pytest.raises(Unauthenticated):
        await town.viewer(before.token)


async def test_a_command_that_cannot_be_done_says_why(settings: Settings) -> None:
    with pytest.raises(Missing, match="PERSON_NOT_FOUND"):
        async with commands.opened(settings) as store:
            await commands.reset_passphrase(store, "nobody", PASSPHRASE)


# Speed


@pytest.mark.parametrize(
    ("more", "said"), [((), "--passphrase-file FILE"), (("--passphrase-file", "/nowhere"), "/nowhere cannot be read")]
)
def test_the_account_command_says_what_to_do_without_a_passphrase(more: tuple[str, ...], said: str) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "services.people.commands", "create-admin", "--login", "chief"]
    ended = subprocess.run(  # our own command
        [*command, *more], stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True, check=False
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert said in ended.stderr


async def test_no_question_reads_a_whole_collection(town: Town, database_of: Callable[[str], Database]) -> None:
    people = await asyncio.gather(*(town.register(f"person{number}") for number in range(12)))
    _, admin = await town.newcomer("admin", "administrator", "areas/HB01")
    database = database_of("people")
    await database.command({"profile": 2})
    answer = await town.sign_in("person7")
    await town.viewer(answer.token)
    for request in (
        people_pb2.ListPeopleRequest(),
        people_pb2.ListPeopleRequest(query="son1"),
        people_pb2.ListPeopleRequest(role=people_pb2.ADMINISTRATOR, page_size=1),
    ):
        for client in (admin, town.system):
            await client.ListPeople(request)
    await town.system.BatchGetNames(people_pb2.BatchGetNamesRequest(names=[person.name for person in people]))
    await town.system.ListTokens(people_pb2.ListTokensRequest(parent=people[0].name))
    for wanted in ({}, {"actor": "people/x"}, {"action": people_pb2.SIGNED_IN}):
        await town.audit(**wanted)
    await town.system.ErasePerson(people_pb2.ErasePersonRequest(name=people[0].name))
    await database.command({"profile": 0})
    noted = await database["system.profile"].find({"planSummary": {"$exists": True}}).to_list()
    assert len(noted) > 20
    scanned = {(each["op"], each["ns"].rpartition(".")[2]) for each in noted if "COLLSCAN" in each["planSummary"]}
    assert scanned == set()


# Who may do what

_ANY = people_pb2.Grant(role=people_pb2.OFFICIAL, scope="areas/HB01")


_FOR_ADMINISTRATORS_OR_ONESELF: dict[str, Callable[[str], Any]] = {
    "GetPerson": lambda name: people_pb2.GetPersonRequest(name=name),
    "UpdatePerson": lambda name: people_pb2.UpdatePersonRequest(person=people_pb2.Person(name=name)),
    "ListPeople": lambda name: people_pb2.ListPeopleRequest(),
    "ResetPassphrase": lambda name: people_pb2.ResetPassphraseRequest(name=name, new_passphrase="taken over"),
    "ChangePassphrase": lambda name: people_pb2.ChangePassphraseRequest(name=name, new_passphrase="taken over"),
    "ErasePerson": lambda name: people_pb2.ErasePersonRequest(name=name),
    "ListTokens": lambda name: people_pb2.ListTokensRequest(parent=name),
    "CreateToken": lambda name: people_pb2.CreateTokenRequest(parent=name),
    "RevokeToken": lambda name: people_pb2.RevokeTokenRequest(name=f"{name}/tokens/t1"),
    "GrantRole": lambda name: people_pb2.GrantRoleRequest(name=name, grant=_ANY),
    "RevokeRole": lambda name: people_pb2.RevokeRoleRequest(name=name, grant=_ANY),
    "ListAuditEntries": lambda name: people_pb2.ListAuditEntriesRequest(),
    "ImportPlaces": lambda name: people_pb2.ImportPlacesRequest(),
}


async def test_others_may_not_whether_or_not_the_person_exists(town: Town) -> None:
    there = (await town.register("haneul")).name
    stranger = principal(await town.register("stranger"))
    officer = principal(await town.register("officer"), *(Grant(role, "*") for role in ("instructor", "official")))
    for method, request_for in _FOR_ADMINISTRATORS_OR_ONESELF.items():
        for who, kind in ((ANONYMOUS, "Unauthenticated"), (stranger, "Forbidden"), (officer, "Forbidden")):
            answers = []
            for name in (there, "people/nobody"):
                with pytest.raises(Problem) as caught:
                    await getattr(town.acting(who), method)(request_for(name))
                answers.append((method, type(caught.value).__name__, reason(caught)))
            assert answers[0] == answers[1]
            assert answers[0][:2] == (method, kind)


async def test_names_are_for_instructors_and_administrators(town: Town) -> None:
    there = (await town.register("haneul")).name
    official = town.acting(principal(await town.register("official"), Grant("official", "*")))
    for client, kind in ((town.anybody, Unauthenticated), (official, Forbidden)):
        with pytest.raises(kind):
            await client.BatchGetNames(people_pb2.BatchGetNamesRequest(names=[there]))


async def test_an_official_learns_of_nobody(town: Town) -> None:
    there = (await town.register("haneul")).name
    official = town.acting(principal(await town.register("official"), Grant("official", "*")))
    asked: dict[str, Any] = {
        "GetPerson": people_pb2.GetPersonRequest(name=there),
        "ListPeople": people_pb2.ListPeopleRequest(),
        "BatchGetNames": people_pb2.BatchGetNamesRequest(names=[there]),
        "ListAuditEntries": people_pb2.ListAuditEntriesRequest(),
        "ListTokens": people_pb2.ListTokensRequest(parent=there),
        "GetEqualityAnswers": people_pb2.GetEqualityAnswersRequest(name=f"{there}/equalityAnswers"),
    }
    for method, request in asked.items():
        with pytest.raises(Forbidden):
            await getattr(official, method)(request)


async def test_a_call_that_does_not_say_who_asks_is_refused(start_service: StartService) -> None:
    address = await start_service("people", compose)
    async with rpc.channel(address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await PeopleServiceStub(channel).ListAreas(people_pb2.ListAreasRequest())
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_an_administrator_of_everything_is_told_that_somebody_is_missing(town: Town) -> None:
    _, admin = await town.newcomer("admin", "administrator")
    with pytest.raises(Missing) as caught:
        await admin.GetPerson(people_pb2.GetPersonRequest(name="people/nobody"))
    assert reason(caught) == "PERSON_NOT_FOUND"
