"""A new passphrase by e-mail: people, notices and a mail server together."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ieum.people.v1 import mail_links_pb2 as pb
from ieum.people.v1 import people_pb2
from ieum.people.v1.mail_links_pb2_grpc import MailLinkServiceStub
from services.chassis.clock import now
from services.chassis.config import Settings
from services.chassis.errors import Exhausted, Invalid, Problem, Unauthenticated
from services.chassis.principal import ANONYMOUS
from services.chassis.store.mongo import Database
from services.notices.main import compose as compose_notices
from services.notices.settings import NoticesSettings
from services.people.main import compose
from tests.mailbox import Mailbox
from tests.service.conftest import ClientFor, StartService, eventually
from tests.service.notices.conftest import text_of
from tests.service.people.town import PLACES, Town, principal, reason

NEW = "nine quiet mountains"


class Desk:
    def __init__(self, town: Town, mailbox: Mailbox, acting: Callable[[Any], Any]) -> None:
        self.town, self.mailbox, self.acting = town, mailbox, acting
        self.anybody = acting(ANONYMOUS)

    async def newcomer(self, login: str, email: str) -> people_pb2.Person:
        person = await self.town.register(login, email=email, locale="en")
        await self.acting(principal(person)).AskForConfirmation(pb.AskForConfirmationRequest(person=person.name))
        await self.anybody.ConfirmByMail(pb.ConfirmByMailRequest(secret=await self.secret(email, "confirm-email")))
        return person

    async def secret(self, email: str, path: str) -> str:
        found: list[str] = []

        async def there() -> bool:
            texts = [text_of(mail) for mail in self.mailbox.to(email)]
            found[:] = re.findall(rf"https://ieum\.test/{path}/(\S+)", "\n".join(texts))
            return bool(found)

        await eventually(there, f"a mail with /{path}/ to {email}")
        return found[-1]

    async def ask(self, login: str, address: str = "192.0.2.7") -> None:
        await self.anybody.AskForReset(pb.AskForResetRequest(login=login, address=address))

    async def reset(self, secret: str, passphrase: str = NEW) -> None:
        await self.anybody.ResetByMail(pb.ResetByMailRequest(secret=secret, new_passphrase=passphrase))

    async def refusal(self, call: Any) -> str:
        with pytest.raises(Problem) as caught:
            await call
        return str(caught.value.reason)


@pytest.fixture
async def desk(settings: Settings, mailbox: Mailbox, start_service: StartService, client_for: ClientFor) -> Desk:
    address = await start_service("people", compose)
    given = {
        **settings.model_dump(),
        "smtp_url": f"smtp://127.0.0.1:{mailbox.port}",
        "mail_from": "s@haneul.test",
        "public_url": "https://ieum.test",
        "addresses": {**settings.addresses, "people": address},
    }
    await start_service("notices", compose_notices, NoticesSettings.model_validate(given))
    town = Town(client_for, address)
    await town.system.ImportPlaces(PLACES)
    return Desk(town, mailbox, lambda who: client_for(MailLinkServiceStub, address, who))


async def test_a_link_by_mail_sets_a_new_passphrase_once_and_ends_every_other_way_in(
    desk: Desk, database_of: Callable[[str], Database]
) -> None:
    person = await desk.newcomer("haneul", "haneul@home.test")
    state = await desk.acting(principal(person)).GetEmailConfirmation(
        pb.GetEmailConfirmationRequest(person=person.name)
    )
    assert state.HasField("confirm_time")
    session = (await desk.town.sign_in("haneul")).token
    await desk.ask(" HANEUL")
    secret = await desk.secret("haneul@home.test", "reset-passphrase")
    for _ in range(2):  # a mail server that follows links uses nothing
        link = await desk.anybody.GetMailLink(pb.GetMailLinkRequest(secret=secret))
        assert link.purpose == pb.RESET_PASSPHRASE
    assert await desk.refusal(desk.reset(secret, "password1")) == "PASSPHRASE_TOO_COMMON"
    for _ in range(2):
        await desk.reset(secret)
    assert await desk.refusal(desk.reset(secret, "another one entirely")) == "MAIL_LINK_OVER"
    with pytest.raises(Unauthenticated):
        await desk.town.viewer(session)
    with pytest.raises(Unauthenticated):
        await desk.town.sign_in("haneul")
    assert (await desk.town.sign_in("haneul", NEW)).token

    async def told() -> bool:
        return any("has just been changed" in text_of(mail) for mail in desk.mailbox.to("haneul@home.test"))

    await eventually(told, "the mail that says so")
    (entry,) = await desk.town.audit(action=people_pb2.PASSPHRASE_RESET_BY_MAIL)
    assert entry.subject == person.name
    stored = str([document async for document in database_of("notices")["notices"].find()])
    assert not [word for word in ("haneul@", person.name, secret) if word in stored]


async def test_nobody_learns_who_exists_and_only_a_confirmed_address_gets_a_mail(
    desk: Desk, database_of: Callable[[str], Database]
) -> None:
    await desk.newcomer("haneul", "haneul@home.test")
    await desk.town.register("younghee", email="younghee@home.test")
    await desk.town.register("cheolsu")
    for login in ("younghee", "cheolsu", "nobody", "haneul"):
        await desk.ask(login)
    links = database_of("people")["mail_links"]
    asked = [document async for document in links.find({"person": {"$gte": ""}}) if document["purpose"] == "reset"]
    assert len(asked) == 4
    assert [bool(document["person"]) for document in asked].count(True) == 1
    assert len(await desk.town.audit(action=people_pb2.RESET_MAIL_ASKED_FOR)) == 4
    await desk.secret("haneul@home.test", "reset-passphrase")
    assert not desk.mailbox.to("younghee@home.test")
    for login in ("haneul", "nobody"):  # one limit, whether there is such a login or not
        refused = []
        for _ in range(3):
            try:
                await desk.ask(login, "198.51.100.4")
            except Exhausted as problem:
                refused.append(problem.reason)
        assert refused == ["SLOW_DOWN"]


async def test_a_forged_an_old_and_another_address_s_link_open_nothing(
    desk: Desk, database_of: Callable[[str], Database]
) -> None:
    person = await desk.newcomer("haneul", "haneul@home.test")
    await desk.ask("haneul")
    secret = await desk.secret("haneul@home.test", "reset-passphrase")
    confirming = await desk.secret("haneul@home.test", "confirm-email")
    id, _, proof = secret.partition(".")
    for forged in (f"{id}.{'B' if proof[0] == 'A' else 'A'}{proof[1:]}", id, "", "ㄱ.ㄴ", confirming):
        assert await desk.refusal(desk.reset(forged)) == "MAIL_LINK_OVER"
    with pytest.raises(Invalid) as caught:
        await desk.anybody.ConfirmByMail(pb.ConfirmByMailRequest(secret=secret))
    assert reason(caught) == "MAIL_LINK_OVER"
    people = database_of("people")
    key = person.name.removeprefix("people/")
    await people["people"].update_one({"_id": key}, {"$set": {"email": "else@home.test"}, "$inc": {"revision": 1}})
    assert await desk.refusal(desk.reset(secret)) == "MAIL_LINK_OVER"
    await people["people"].update_one({"_id": key}, {"$set": {"email": "haneul@home.test"}, "$inc": {"revision": 1}})
    await people["mail_links"].update_one({"_id": id}, {"$set": {"expire_time": now()}, "$inc": {"revision": 1}})
    assert await desk.refusal(desk.reset(secret)) == "MAIL_LINK_OVER"
    await desk.town.system.ErasePerson(people_pb2.ErasePersonRequest(name=person.name))
    assert not await people["mail_links"].count_documents({"person": key})
    assert await people["email_confirmations"].find_one({"_id": key}) is None
