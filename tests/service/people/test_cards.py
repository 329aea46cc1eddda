"""Sign-in cards on the running service: who may make them, where they work, and what a thief gets out of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ieum.people.v1 import cards_pb2 as pb
from ieum.people.v1 import people_pb2
from ieum.people.v1.cards_pb2_grpc import CardServiceStub
from services.chassis import clock
from services.chassis.errors import Exhausted, Forbidden, Problem, Refused, Unauthenticated
from services.chassis.principal import ANONYMOUS, Grant, Kind, Principal
from services.chassis.store.mongo import Database
from services.people.domain.cards import check_digit
from services.people.main import compose
from tests.service.conftest import ClientFor, StartService
from tests.service.people.town import PASSPHRASE, PLACES, Town, principal, reason

STAFF = Principal(Kind.PERSON, "people/staff", grants=(Grant("administrator", "areas/HB01"),))
ELSEWHERE = Principal(Kind.PERSON, "people/other", grants=(Grant("administrator", "areas/HB02"),))


class Desk:
    """Staff with cards, and a computer of their centre."""

    def __init__(self, town: Town, address: str, client_for: ClientFor) -> None:
        self.town, self._address, self._client_for = town, address, client_for
        self.staff, self.anybody = self.acting(STAFF), self.acting(ANONYMOUS)
        self.device = ""

    def acting(self, who: Principal) -> Any:
        return self._client_for(CardServiceStub, self._address, who)

    async def add_device(self, name: str = "창가 2번") -> str:
        proved = self.acting(replace(STAFF, proved_until=int(clock.now().timestamp()) + 600))
        wanted = pb.AddCentreDeviceRequest(display_name=name, centre="centres/solnae")
        return str((await proved.AddCentreDevice(wanted)).secret)

    async def make(self, *people: str, kind: pb.CardKind.ValueType = pb.CARD_WITH_PICTURES) -> list[pb.MadeCard]:
        return list((await self.staff.MakeCards(pb.MakeCardsRequest(people=people, kind=kind))).cards)

    async def come(self, card: pb.MadeCard, **given: Any) -> people_pb2.SignInResponse:
        secret = {"pictures": card.pictures, "pin": card.pin} if not {"pictures", "pin"} & set(given) else {}
        request = {"number": card.number, "device": self.device, **secret, **given}
        answer: people_pb2.SignInResponse = await self.anybody.SignInWithCard(pb.SignInWithCardRequest(**request))
        return answer

    async def refused(self, card: pb.MadeCard, **given: Any) -> str:
        with pytest.raises(Problem) as caught:
            await self.come(card, **given)
        return str(caught.value.reason)

    async def state(self, person: str) -> pb.Card:
        listed: pb.ListCardsResponse = await self.staff.ListCards(pb.ListCardsRequest(people=[person]))
        (card,) = listed.cards
        return card


@pytest.fixture
async def desk(start_service: StartService, client_for: ClientFor) -> Desk:
    address = await start_service("people", compose)
    desk = Desk(Town(client_for, address), address, client_for)
    await desk.town.system.ImportPlaces(PLACES)
    desk.device = await desk.add_device()
    return desk


async def test_a_card_opens_a_short_session_on_a_computer_of_a_centre_alone(desk: Desk) -> None:
    person = (await desk.town.register("younghee")).name
    (card,) = await desk.make(person)
    answer = await desk.come(card, number=f"{card.number[:4]} {card.number[4:8]} {card.number[8:]}")
    viewer = await desk.town.viewer(answer.token)
    assert viewer.person.name == person
    assert viewer.shared_device
    assert viewer.by_card
    assert not viewer.HasField("proof_expire_time")
    assert not answer.device_mark
    assert await desk.refused(card, pictures=[], pin="") == "CARD_SECRET_MISSING"
    for device in ("", "stolen", f"{desk.device}x"):
        assert await desk.refused(card, device=device) == "CENTRE_DEVICE_NEEDED"
    (entry,) = await desk.town.audit(action=people_pb2.SIGNED_IN)
    assert (entry.subject, entry.detail) == (person, "card at 창가 2번")
    assert (await desk.state(person)).HasField("last_use_time")


async def test_unknown_wrong_locked_and_ended_cards_get_one_answer(desk: Desk) -> None:
    first, second = [(await desk.town.register(login)).name for login in ("younghee", "cheolsu")]
    one, other = await desk.make(first, second, kind=pb.CARD_WITH_PIN)
    unknown = pb.MadeCard(number="12345678901" + check_digit("12345678901"), pin=one.pin)
    assert await desk.refused(unknown) == await desk.refused(one, pin=other.pin + "0") == "CARD_REFUSED"
    for device in range(4):
        desk.device = await desk.add_device(f"{device}")
        assert await desk.refused(one, pictures=one.pictures or ["moon"]) == "CARD_REFUSED"
    assert await desk.refused(one) == "CARD_REFUSED"
    assert (await desk.state(first)).state == pb.CARD_LOCKED
    assert len(await desk.town.audit(action=people_pb2.CARD_WAS_LOCKED)) == 1
    await desk.staff.UnlockCard(pb.UnlockCardRequest(person=first))
    assert (await desk.come(one)).token
    await desk.staff.EndCard(pb.EndCardRequest(person=second))
    assert await desk.refused(other) == "CARD_REFUSED"


async def test_tries_side_by_side_gain_nothing_and_a_computer_that_guesses_has_to_wait(desk: Desk) -> None:
    person = (await desk.town.register("younghee")).name
    (card,) = await desk.make(person, kind=pb.CARD_WITH_PIN)
    wrong = [pin for pin in (f"{number:04}" for number in range(16)) if pin != card.pin][:15]
    answers = await asyncio.gather(*(desk.come(card, pin=pin) for pin in wrong), return_exceptions=True)
    kinds = [type(answer) for answer in answers]
    assert (kinds.count(Unauthenticated), kinds.count(Exhausted)) == (10, 5)
    desk.device = await desk.add_device("beside it")
    assert await desk.refused(card) == "CARD_REFUSED"
    refused = await desk.town.audit(action=people_pb2.SIGN_IN_REFUSED)
    assert {(entry.subject, entry.actor) for entry in refused} == {(person, "")}


async def test_a_reprint_or_the_lost_card_ends_what_began_with_it_and_nothing_else(desk: Desk) -> None:
    person = await desk.town.register("younghee")
    (old,) = await desk.make(person.name)
    by_card, by_passphrase = (await desk.come(old)).token, (await desk.town.sign_in("younghee")).token
    (new,) = await desk.make(person.name)
    assert await desk.refused(old) == "CARD_REFUSED"
    with pytest.raises(Unauthenticated):
        await desk.town.viewer(by_card)
    assert (await desk.town.viewer(by_passphrase)).person.name == person.name
    oneself = desk.acting(principal(person))
    for _ in range(2):
        assert (await oneself.EndCard(pb.EndCardRequest(person=person.name))).state == pb.CARD_ENDED
    assert await desk.refused(new) == "CARD_REFUSED"
    assert len(await desk.town.audit(action=people_pb2.CARD_ENDED_EARLY)) == 1


async def test_a_first_passphrase_stands_beside_the_card_and_a_reset_one_ends_it(desk: Desk) -> None:
    person = (await desk.town.register("younghee")).name
    (card,) = await desk.make(person)
    await desk.town.system.ResetPassphrase(desk.town.reset(person))
    assert (await desk.state(person)).state == pb.CARD_NONE
    (card,) = await desk.make(person)
    viewer = await desk.town.viewer((await desk.come(card)).token)
    assert not viewer.person.passphrase_must_change


async def test_only_staff_of_the_area_make_cards_and_only_for_learners(desk: Desk) -> None:
    person, member = await desk.town.register("younghee"), (await desk.town.register("teacher")).name
    making = pb.MakeCardsRequest(people=[person.name], kind=pb.CARD_WITH_PIN)
    for stranger in (desk.acting(ELSEWHERE), desk.acting(principal(person)), desk.anybody):
        with pytest.raises((Forbidden, Unauthenticated)):
            await stranger.MakeCards(making)
    (card,) = await desk.make(member)
    await desk.town.appoint(member, people_pb2.INSTRUCTOR, "areas/HB01")
    assert await desk.refused(card) == "CARD_REFUSED"
    with pytest.raises(Refused) as caught:
        await desk.make(person.name, member)
    assert reason(caught) == "CARD_FOR_LEARNERS_ONLY"
    assert (await desk.state(person.name)).state == pb.CARD_NONE
    assert (await desk.state(member)).refusal == "CARD_FOR_LEARNERS_ONLY"
    outside = await desk.acting(ELSEWHERE).ListCards(pb.ListCardsRequest(people=[person.name]))
    assert not outside.cards


async def test_a_computer_needs_a_proof_to_be_added_and_none_to_be_removed(desk: Desk) -> None:
    wanted = pb.AddCentreDeviceRequest(display_name="문가", centre="centres/solnae")
    with pytest.raises(Forbidden) as caught:
        await desk.staff.AddCentreDevice(wanted)
    assert reason(caught) == "PROOF_NEEDED"
    with pytest.raises(Forbidden):
        await desk.acting(replace(ELSEWHERE, proved_until=2**40)).AddCentreDevice(wanted)
    (device,) = (await desk.staff.ListCentreDevices(pb.ListCentreDevicesRequest())).devices
    assert not (await desk.acting(ELSEWHERE).ListCentreDevices(pb.ListCentreDevicesRequest())).devices
    (card,) = await desk.make((await desk.town.register("younghee")).name)
    for _ in range(2):
        await desk.staff.RemoveCentreDevice(pb.RemoveCentreDeviceRequest(name=device.name))
    assert await desk.refused(card) == "CENTRE_DEVICE_NEEDED"


async def test_nothing_stored_holds_number_or_secret_and_a_file_or_erasing_knows_of_the_card(
    desk: Desk, database_of: Callable[[str], Database]
) -> None:
    person = (await desk.town.register("younghee")).name
    lines = database_of("people")["import_lines"]
    await lines.insert_one({"_id": "i/2", "person": person.removeprefix("people/"), "touched": False})
    (card,) = await desk.make(person, kind=pb.CARD_WITH_PICTURES)
    line = await lines.find_one({"_id": "i/2"})
    assert line is not None
    assert line["touched"]  # so that undoing the import keeps the account
    stored = str([document async for document in database_of("people")["cards"].find()])
    devices = str([document async for document in database_of("people")["centre_devices"].find()])
    assert not [each for each in (card.number, "-".join(card.pictures), desk.device) if each in stored + devices]
    await desk.town.system.ErasePerson(people_pb2.ErasePersonRequest(name=person, passphrase=PASSPHRASE))
    assert not await database_of("people")["cards"].count_documents({"_id": person.removeprefix("people/")})
    assert await desk.refused(card) == "CARD_REFUSED"
