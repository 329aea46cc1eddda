from __future__ import annotations

import subprocess
import sys

import pytest

from ieum.people.v1 import events_pb2, people_pb2
from services.chassis.config import Settings
from services.chassis.errors import (
    Missing,
    Unauthenticated,
)
from services.people import commands
from tests.service.conftest import Published
from tests.service.people.town import PASSPHRASE, Town


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


async def test_the_employees_of_a_list_are_confirmed_by_command(town: Town, settings: Settings) -> None:
    office = "organisations/hanbit"
    for login, organisation in (("haneul", office), ("boram", office), ("far", "organisations/saebyeok")):
        await town.register(login, organisation=organisation)
    async with commands.opened(settings) as store:
        for _ in range(2):
            told = await commands.confirm_employees(store, office, ["haneul", " ", "far", "nobody"])
    assert told == f"1 employees of {office} are confirmed. Not there, or of another office: far, nobody"
    people = {person.login: person for person in (await town.system.ListPeople(people_pb2.ListPeopleRequest())).people}
    assert (people["haneul"].universe, people["haneul"].vouching) == (people_pb2.EMPLOYEE, people_pb2.BY_ROSTER)
    assert [people[login].universe for login in ("boram", "far")] == [people_pb2.RESIDENT] * 2
    assert len(await town.audit(action=people_pb2.ORGANISATION_CONFIRMED)) == 1


async def test_a_command_that_cannot_be_done_says_why(settings: Settings) -> None:
    with pytest.raises(Missing, match="PERSON_NOT_FOUND"):
        async with commands.opened(settings) as store:
            await commands.reset_passphrase(store, "nobody", PASSPHRASE)


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
