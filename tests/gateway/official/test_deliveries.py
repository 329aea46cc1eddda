"""The official's list of offices, who has a release, and the page behind the mail's link."""

from __future__ import annotations

import pytest
from aiohttp import FormData
from google.protobuf.empty_pb2 import Empty
from google.protobuf.timestamp_pb2 import Timestamp
from playwright.async_api import Browser

from ieum.people.v1 import people_pb2
from ieum.statistics.v1 import distribution_pb2 as pb
from ieum.statistics.v1 import releases_pb2
from services.chassis.errors import Exists, Invalid, Missing
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

OURS = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
COOKIE = OURS | {"Cookie": "ieum_session=official"}
WHEN = Timestamp(seconds=1_795_000_000)
TITLE = {"ko": "하늘도 교육 통계", "en": "Haneul training"}
OFFICES = [
    pb.Recipient(
        name=f"recipients/{key}", area="areas/HB01", office=f"Office {key}", address=f"{key}@o.test", language="ko"
    )
    for key in ("opened", "sent", "late", "failed", "new")
]
MAILS = [
    pb.Delivery(recipient="recipients/opened", state=pb.Delivery.SENT, round=1, send_time=WHEN, receive_time=WHEN),
    pb.Delivery(recipient="recipients/sent", state=pb.Delivery.SENT, round=1, send_time=WHEN),
    pb.Delivery(recipient="recipients/late", state=pb.Delivery.WAITING, round=1, due_time=WHEN, failure="451 Later"),
    pb.Delivery(recipient="recipients/failed", state=pb.Delivery.FAILED, round=2, failure="550 <b>No such user</b>"),
    pb.Delivery(recipient="recipients/gone", state=pb.Delivery.CANCELLED, failure="RECIPIENT_REMOVED", office="Old"),
]
DISTRIBUTION = "/statistics/releases/spring/distribution"


@pytest.fixture(autouse=True)
def official(fake: Fakes) -> None:
    fake.sign_in("official", "learner", "official", scope="areas/HB01")
    area = people_pb2.Area(name="areas/HB01", kind="CITY", title={"ko": "한빛시", "en": "Hanbit"})
    fake.answers["ListAreas"] = people_pb2.ListAreasResponse(areas=[area])
    fake.answers["ListOrganisations"] = people_pb2.ListOrganisationsResponse()
    fake.answers["ListCentres"] = people_pb2.ListCentresResponse()
    fake.answers["GetMailState"] = pb.MailState(on=True, sender="s@haneul.test")
    fake.answers["ListRecipients"] = pb.ListRecipientsResponse(recipients=OFFICES)
    fake.answers["GetRecipient"] = OFFICES[0]
    fake.answers["ListDeliveries"] = pb.ListDeliveriesResponse(deliveries=MAILS)
    fake.answers["GetRelease"] = releases_pb2.Release(
        name="releases/spring", state=releases_pb2.Release.PUBLISHED, area="areas/HB01", title=TITLE
    )


async def test_the_official_sees_who_has_it_and_what_to_do_about_the_others(client: Client) -> None:
    text = await (await client.get(DISTRIBUTION, headers=COOKIE)).text()
    for said in ("Opened", "Sent, not opened yet", "next try:", "451 Later", "Refused", "Not sent", "Try now"):
        assert said in text
    assert "550 &lt;b&gt;No such user&lt;/b&gt;" in text
    assert "The office was removed from the list." in text
    assert 'value="recipients/gone"' not in text
    assert "Send to all that lack it" in text


async def test_one_press_sends_to_one_office_under_the_round_that_was_seen(client: Client, fake: Fakes) -> None:
    pressed = {"recipient": "recipients/failed", "round": "2"}
    answer = await client.post(DISTRIBUTION, data=pressed, headers=COOKIE, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, DISTRIBUTION)
    asked = fake.requests("SendSummary")
    assert [(one.release, one.recipient, one.round) for one in asked] == [("releases/spring", "recipients/failed", 2)]


async def test_all_that_lack_it_are_sent_it_at_once(client: Client, fake: Fakes) -> None:
    await client.post(DISTRIBUTION, data={}, headers=COOKIE, allow_redirects=False)
    asked = {(one.recipient, one.round) for one in fake.requests("SendSummary")}
    assert asked == {("recipients/failed", 2), ("recipients/new", 0)}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (pb.MailState(reason="SMTP_URL_MISSING"), "IEUM_SMTP_URL"),
        (pb.MailState(reason="PASSWORD_UNPROTECTED"), "?starttls"),
        (pb.MailState(on=True, trouble="Connection refused", trouble_since=WHEN), "it says: Connection refused"),
    ],
)
async def test_mail_that_cannot_go_out_says_so_and_what_to_do(
    client: Client, fake: Fakes, state: pb.MailState, said: str
) -> None:
    fake.answers["GetMailState"] = state
    for address in (DISTRIBUTION, "/statistics/recipients"):
        assert said in await (await client.get(address, headers=COOKIE)).text()


async def test_an_office_is_added(client: Client, fake: Fakes) -> None:
    fake.answers["CreateRecipient"] = OFFICES[1]
    given = {"area": "areas/HB01", "office": "정보화과", "address": "a@o.test", "language": "ko"}
    answer = await client.post("/statistics/recipients", data=given, headers=COOKIE, allow_redirects=False)
    assert answer.status == 303
    made = fake.requests("CreateRecipient")[0].recipient
    assert {name: getattr(made, name) for name in given} == given


async def test_a_refused_office_comes_back_as_typed(client: Client, fake: Fakes) -> None:
    fake.answers["CreateRecipient"] = Invalid("MAIL_ADDRESS_INVALID", field="address")
    given = {"area": "areas/HB01", "office": "정보화과", "address": "a at o", "language": "en"}
    answer = await client.post("/statistics/recipients", data=given, headers=COOKIE)
    text = await answer.text()
    assert answer.status == 422
    assert 'href="#address"' in text
    assert 'value="a at o"' in text
    assert '<option value="en" selected>' in text


async def test_an_office_is_changed_and_removed(client: Client, fake: Fakes) -> None:
    here = "/statistics/recipients/opened"
    assert 'value="opened@o.test"' in await (await client.get(here, headers=COOKIE)).text()
    given = {"area": "areas/HB01", "office": "New", "address": "n@o.test", "language": "en"}
    fake.answers["UpdateRecipient"] = Exists("RECIPIENT_EXISTS", field="address")
    answer = await client.post(here, data=given, headers=COOKIE)
    assert (answer.status, 'value="n@o.test"' in await answer.text()) == (409, True)
    fake.answers["UpdateRecipient"] = OFFICES[0]
    assert (await client.post(here, data=given, headers=COOKIE, allow_redirects=False)).status == 303
    fake.answers["DeleteRecipient"] = Empty()
    assert (await client.post(f"{here}/remove", headers=COOKIE, allow_redirects=False)).status == 303
    assert [one.name for one in fake.requests("DeleteRecipient")] == ["recipients/opened"]


def upload(text: str) -> FormData:
    form = FormData()
    form.add_field("file", text.encode("cp949"), filename="offices.csv", content_type="text/csv")
    return form


async def test_a_downloaded_list_can_be_read_in_again(client: Client, fake: Fakes) -> None:
    answer = await client.get("/statistics/recipients.csv", headers=COOKIE)
    text = (await answer.text(encoding="utf-8-sig")).replace("Office sent", "정보화과")
    assert fake.requests("ListRecipients")[-1].export, "the service notes that the list leaves"
    fake.answers["ImportRecipients"] = pb.ImportRecipientsResponse(changed=1, unchanged=4)
    data = upload(text)
    answer = await client.post("/statistics/recipients/file", data=data, headers=COOKIE, allow_redirects=False)
    assert answer.status == 303
    read = list(fake.requests("ImportRecipients")[0].recipients)
    assert [(one.area, one.address) for one in read] == [(one.area, one.address) for one in OFFICES]
    assert read[1].office == "정보화과"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("area,office\nHB01,x\n", "missing: address, language"),
        ("area,office,address,language\n", "the file names no office"),
        ("area,office,address,language\nHB01,a,b,ko,extra\n", "Line 2:"),
        ('area,office,address,language\nHB01,"a\n', "quotation marks"),
    ],
)
async def test_a_file_that_is_no_list_is_told_where(client: Client, fake: Fakes, text: str, said: str) -> None:
    answer = await client.post("/statistics/recipients/file", data=upload(text), headers=COOKIE)
    assert (answer.status, said in await answer.text()) == (422, True)
    assert not fake.requests("ImportRecipients")


async def test_a_row_that_the_service_refuses_is_named_by_its_line(client: Client, fake: Fakes) -> None:
    fake.answers["ImportRecipients"] = Invalid("MAIL_ADDRESS_INVALID", field="address", row=2)
    text = "area,office,address,language\n\nHB01,a,a@o.test,ko\nHB01,b,b,ko\n"
    answer = await client.post("/statistics/recipients/file", data=upload(text), headers=COOKIE)
    assert "Line 4: This e-mail address is not complete" in await answer.text()


def receipt(**more: object) -> pb.Receipt:
    figures = [
        releases_pb2.Observation(measure="ENR", period="2026-Q2", obs_status="Q"),
        releases_pb2.Observation(
            measure="CPR", period="2026-Q2", value="53.2", obs_status="A", unit="PT", low="50.1", high="56.3"
        ),
    ]
    made = pb.Receipt(
        release="releases/spring", title=TITLE, area="areas/HB01", area_title={"en": "Hanbit"}, office="과"
    )
    if more:
        made.figures.extend(figures)
        made.receive_time.CopyFrom(WHEN)
    return made


async def test_looking_at_the_link_records_nothing_and_the_button_does(client: Client, fake: Fakes) -> None:
    fake.answers["GetReceipt"] = receipt()
    here = "/received/0123456789abcdef"
    answer = await client.get(here, headers=OURS)
    text = await answer.text()
    assert "Open the statistics" in text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not fake.requests("ConfirmReceipt")
    fake.answers["GetReceipt"] = fake.answers["ConfirmReceipt"] = receipt(received=True)
    pressed = await client.post(here, headers=OURS, allow_redirects=False)
    assert (pressed.status, pressed.headers["Location"]) == (303, here)
    assert fake.requests("ConfirmReceipt")[0].secret == "0123456789abcdef"
    text = await (await client.get(here, headers=OURS)).text()
    for said in (
        "Noted: 과 has it",
        "Hidden to protect people",
        "53.2%",
        "95% interval: 50.1% to 56.3%",
        "/data/spring",
    ):
        assert said in text


async def test_a_link_that_nobody_knows_says_what_to_do(client: Client, fake: Fakes) -> None:
    fake.answers["GetReceipt"] = Missing("RECEIPT_UNKNOWN")
    answer = await client.get("/received/nobody", headers=OURS)
    assert (answer.status, "Open it again from the mail" in await answer.text()) == (404, True)


async def test_the_lists_are_for_officials(client: Client, fake: Fakes) -> None:
    fake.sign_in("official", "learner")
    for address in (DISTRIBUTION, "/statistics/recipients", "/statistics/recipients.csv"):
        assert (await client.get(address, headers=COOKIE)).status == 403
    assert not fake.requests("ListRecipients")


async def test_programs_add_change_and_send_too(client: Client, fake: Fakes) -> None:
    fake.answers["UpdateRecipient"] = fake.answers["CreateRecipient"] = OFFICES[0]
    body = {"area": "areas/HB01", "office": "o", "address": "a@o.test", "language": "ko"}
    made = await client.post("/api/v1/recipients", json=body, headers=COOKIE)
    assert (await made.json())["name"] == "recipients/opened"
    await client.patch("/api/v1/recipients/opened", json={"office": "p"}, headers=COOKIE)
    asked = fake.requests("UpdateRecipient")[0]
    assert (asked.recipient.office, list(asked.update_mask.paths)) == ("p", ["office"])
    fake.answers["SendSummary"] = MAILS[1]
    sent = {"recipient": "recipients/sent", "round": 1}
    answer = await client.post("/api/v1/statistics/releases/spring/deliveries:send", json=sent, headers=COOKIE)
    assert (await answer.json())["state"] == "SENT"
    listed = await (await client.get("/api/v1/statistics/releases/spring/deliveries", headers=COOKIE)).json()
    assert [one["recipient"] for one in listed["deliveries"]] == [one.recipient for one in MAILS]


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_the_pages_can_be_used_by_everybody(client: Client, fake: Fakes, browser: Browser, language: str) -> None:
    fake.answers["GetMailState"] = pb.MailState(on=True, trouble="Connection refused", trouble_since=WHEN)
    fake.answers["GetReceipt"] = receipt(received=True)
    origin = str(client.make_url("/")).rstrip("/")
    wrong: list[str] = []
    async with page_of(browser, 360) as (page, complaints):
        cookies = {"ieum_session": "official", "lang": language}
        await page.context.add_cookies([{"name": name, "value": each, "url": origin} for name, each in cookies.items()])
        for address in (DISTRIBUTION, "/statistics/recipients", "/statistics/recipients/opened", "/received/abc"):
            await page.goto(origin + address)
            found = [*await axe_findings(page), *await small_print(page), *complaints]
            wrong += [f"{address}: {each}" for each in (*found, await sideways(page)) if each]
            complaints.clear()
    assert wrong == []
