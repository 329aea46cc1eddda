"""Officials keep the list of offices of their area."""

from __future__ import annotations

import time

import pytest

from ieum.statistics.v1 import distribution_pb2 as pb
from ieum.statistics.v1.events_pb2 import RecipientsChanged, RecipientsExported
from services.chassis.errors import Exists, Forbidden, Invalid, Missing
from services.chassis.principal import ANONYMOUS
from tests.service.conftest import Published
from tests.service.statistics.distribution.offices import Client, add, official


async def test_the_list_is_kept_by_those_who_look_after_the_area(as_: Client) -> None:
    kim, elsewhere, stranger = as_(official()), as_(official("areas/b")), as_(ANONYMOUS)
    mine = await add(kim, "a")
    assert await add(kim, "a") == mine  # pressed twice
    with pytest.raises(Exists, match="RECIPIENT_EXISTS"):
        await add(kim, "a", "en", address="A@OFFICE.test")
    with pytest.raises(Forbidden, match="AREA_OUT_OF_SCOPE"):
        await add(elsewhere, "a")
    with pytest.raises(Missing, match="RECIPIENT_NOT_FOUND"):
        await elsewhere.GetRecipient(pb.GetRecipientRequest(name=mine.name))
    assert not (await elsewhere.ListRecipients(pb.ListRecipientsRequest())).recipients
    with pytest.raises(Exception, match="SIGN_IN_NEEDED"):
        await stranger.ListRecipients(pb.ListRecipientsRequest())
    with pytest.raises(Invalid, match="OFFICE_MISSING"):
        await kim.UpdateRecipient(pb.UpdateRecipientRequest(recipient=pb.Recipient(name=mine.name, area="areas/a")))


async def test_a_list_is_walked_while_it_grows(as_: Client) -> None:
    kim = as_(official())
    names = {(await add(kim, "abc"[number % 3], address=f"o{number}@office.test")).name for number in range(25)}
    found: list[str] = []
    token = ""
    while True:
        page = await kim.ListRecipients(pb.ListRecipientsRequest(page_size=4, page_token=token))
        found += [one.name for one in page.recipients]
        await add(kim, "a", office="가", address=f"late{len(found)}@office.test")
        token = page.next_page_token
        if not token:
            break
    assert names <= set(found)
    assert len(found) == len(set(found))


async def test_a_file_of_offices_is_read_whole_or_not_at_all(as_: Client) -> None:
    kim = as_(official())
    await add(kim, "a")
    rows = [
        pb.Recipient(area="areas/a", office="정보화과", address="a@office.test", language="ko"),
        pb.Recipient(area="areas/b", office="복지과", address="b@office.test", language="ko"),
    ]
    wrong = pb.Recipient(area="areas/c", office="과", address="c at office", language="ko")
    with pytest.raises(Invalid, match="MAIL_ADDRESS_INVALID") as refused:
        await kim.ImportRecipients(pb.ImportRecipientsRequest(recipients=[*rows, wrong]))
    assert refused.value.details["row"] == "3"
    assert len((await kim.ListRecipients(pb.ListRecipientsRequest())).recipients) == 1
    rows[0].language = "en"
    answer = await kim.ImportRecipients(pb.ImportRecipientsRequest(recipients=rows))
    assert (answer.added, answer.changed, answer.unchanged) == (1, 1, 0)
    answer = await kim.ImportRecipients(pb.ImportRecipientsRequest(recipients=rows))
    assert (answer.added, answer.changed, answer.unchanged) == (0, 0, 2)


async def test_each_change_of_the_list_and_its_export_is_announced_without_an_address(
    as_: Client, published: Published
) -> None:
    kim = as_(official())
    added = await add(kim, "a")
    changed = pb.Recipient(name=added.name, area="areas/b", office="총무과", address="b@office.test", language="en")
    await kim.UpdateRecipient(pb.UpdateRecipientRequest(recipient=changed))
    await kim.DeleteRecipient(pb.DeleteRecipientRequest(name=added.name))
    row = pb.Recipient(area="areas/a", office="정보화과", address="c@office.test", language="ko")
    await kim.ImportRecipients(pb.ImportRecipientsRequest(recipients=[row]))
    await kim.ListRecipients(pb.ListRecipientsRequest())
    with pytest.raises(Forbidden, match="PROOF_NEEDED"):
        await kim.ListRecipients(pb.ListRecipientsRequest(export=True))
    proved = as_(official(proved_until=int(time.time()) + 60))
    await proved.ListRecipients(pb.ListRecipientsRequest(export=True))
    events = await published(RecipientsChanged, 4)
    name_of = RecipientsChanged.Change.Name
    assert [(name_of(event.change), event.recipient, event.area, event.count) for event in events] == [
        ("ADDED", added.name, "areas/a", 0),
        ("CHANGED", added.name, "areas/b", 0),
        ("REMOVED", added.name, "areas/b", 0),
        ("IMPORTED", "", "", 1),
    ]
    assert {event.actor for event in events} == {"people/kim"}
    (exported,) = await published(RecipientsExported)
    assert exported.actor == "people/kim"
