"""Sign-in cards at the counter and for a class, and the computers on which they work."""

from __future__ import annotations

import io

import pypdf
import pytest

from ieum.classes.v1 import classes_pb2
from ieum.people.v1 import cards_pb2 as pb
from ieum.people.v1 import counter_pb2, people_pb2
from services.chassis.errors import Forbidden, Refused
from tests.gateway.centre.test_centre import STAFF
from tests.gateway.classes import NAME, application, class_, prepare_classes
from tests.gateway.conftest import Client
from tests.gateway.fakes import MOMENT, Fakes
from tests.gateway.visits import PAT, get, post

COUNTER = "/centre/counter/kang"
CLASS = f"/centre/{NAME}/cards"
CENTRE = people_pb2.Centre(name="centres/solnae", area="areas/HB0101", title={"ko": "솔내", "en": "Solnae"})
DEVICE = pb.CentreDevice(name="centreDevices/ab", display_name="by the window", centre=CENTRE.name)


def _made(request: pb.MakeCardsRequest) -> pb.MakeCardsResponse:
    secret = {"pin": "4071"} if request.kind == pb.CARD_WITH_PIN else {"pictures": ["house", "fish", "moon"]}
    cards = [
        pb.MadeCard(person=person, display_name="강영희", number="123456789015", **secret) for person in request.people
    ]
    return pb.MakeCardsResponse(cards=cards)


@pytest.fixture(autouse=True)
def staff(town: Fakes) -> None:
    town.sign_in("teacher", "administrator", scope="areas/HB01")
    prepare_classes(town, class_(managed=True))
    town.answers["ListApplications"] = classes_pb2.ListApplicationsResponse(
        applications=[
            application(classes_pb2.CONFIRMED, person="people/kang"),
            application(classes_pb2.CONFIRMED, person="people/staff"),
            application(classes_pb2.WAITING, place=1, person="people/later"),
        ]
    )
    person = people_pb2.Person(name="people/kang", display_name="강영희", login="48213907", area="areas/HB0101")
    town.answers["GetDeskRecord"] = counter_pb2.DeskRecord(person=person)
    town.answers["FindAlike"] = counter_pb2.FindAlikeResponse()
    town.answers["ListCards"] = pb.ListCardsResponse(
        cards=[
            pb.Card(person="people/kang", state=pb.CARD_LOCKED, make_time=MOMENT),
            pb.Card(person="people/staff", state=pb.CARD_NONE, refusal="CARD_FOR_LEARNERS_ONLY"),
        ]
    )
    town.answers["MakeCards"] = _made
    town.answers["ListCentres"] = people_pb2.ListCentresResponse(centres=[CENTRE])
    town.answers["ListCentreDevices"] = pb.ListCentreDevicesResponse(devices=[DEVICE])


async def test_a_card_is_printed_at_the_counter_unlocked_and_ended(client: Client, town: Fakes) -> None:
    text = await get(client, COUNTER, STAFF)
    assert "card is locked" in text
    answer = await client.post(
        f"{COUNTER}/card", data={"kind": "pictures", "layout": "a6", "with_name": "1"}, headers=STAFF
    )
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
    pages = pypdf.PdfReader(io.BytesIO(await answer.read())).pages
    words = pages[0].extract_text()
    assert len(pages) == 1
    for word in ("1234 5678 9015", "강영희", "house", "집", "moon", "로그인 카드", "Sign-in card"):
        assert word in words
    assert [round(float(side) / 72 * 25.4) for side in pages[0].mediabox[2:]] == [105, 148]
    for verb, method in (("unlock", "UnlockCard"), ("end", "EndCard")):
        assert (await post(client, f"{COUNTER}/card/{verb}", {}, STAFF))[:2] == (303, COUNTER)
        assert town.requests(method)[0].person == "people/kang"
    town.answers["MakeCards"] = Refused("CARD_FOR_LEARNERS_ONLY")
    assert (await post(client, f"{COUNTER}/card", {"kind": "pin"}, STAFF))[0] == 409
    assert (await post(client, f"{COUNTER}/card", {"kind": "pin"}, PAT))[0] == 403


async def test_the_people_of_a_class_get_their_cards_ten_on_a_page(client: Client, town: Fakes) -> None:
    text = await get(client, CLASS, STAFF)
    assert town.requests("ListCards")[0].people == ["people/kang", "people/staff"]
    assert 'value="people/staff" disabled' in text
    answer = await client.post(CLASS, data={"people": "people/kang", "kind": "pin", "layout": "ten"}, headers=STAFF)
    words = pypdf.PdfReader(io.BytesIO(await answer.read())).pages[0].extract_text()
    assert "4 0 7 1" in words
    assert "강영희" not in words
    made = town.requests("MakeCards")
    assert (made[0].people, made[0].kind) == (["people/kang"], pb.CARD_WITH_PIN)
    status, _, text = await post(client, CLASS, {"people": "people/later", "kind": "pin"}, STAFF)
    assert (status, "Mark the people" in text, len(made)) == (422, True, len(town.requests("MakeCards")))


async def test_cards_are_let_onto_the_computer_at_which_staff_sit_after_a_proof(client: Client, town: Fakes) -> None:
    form = {"display_name": "by the door", "centre": CENTRE.name}
    town.answers["AddCentreDevice"] = Forbidden("PROOF_NEEDED")
    asked = await client.post("/centre/device/cards", data=form, headers=STAFF, allow_redirects=False)
    assert (asked.status, "/account/prove" in asked.headers["Location"]) == (303, True)
    town.answers["AddCentreDevice"] = pb.AddCentreDeviceResponse(device=DEVICE, secret="opaque")
    added = await client.post("/centre/device/cards", data=form, headers=STAFF, allow_redirects=False)
    cookie = added.cookies["ieum_centre"]
    assert (cookie.value, cookie["httponly"], added.cookies["shared_device"].value) == ("opaque", True, "centre")
    assert "by the window" in await get(client, "/centre/device", STAFF)
    assert (await post(client, "/centre/device/remove", {"name": DEVICE.name}, STAFF))[:2] == (303, "/centre/device")
    assert town.requests("RemoveCentreDevice")[0].name == DEVICE.name
    assert (await post(client, "/centre/device/cards", form, PAT))[0] == 403
