"""Each office gets the figures of its own area once, and the official sees who has them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ieum.statistics.v1 import distribution_pb2 as pb
from services.chassis.clock import now
from services.chassis.errors import Forbidden, Refused
from services.chassis.store.mongo import Database
from tests.mailbox import Mailbox
from tests.service.conftest import eventually
from tests.service.statistics.distribution.offices import (
    LINK,
    Client,
    Send,
    add,
    deliveries,
    official,
    part,
    publication,
    reach,
)


async def test_each_office_gets_the_figures_of_its_own_area_once(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    await add(kim, "p")
    await add(kim, "a", "en", office='Digital "Office", Solnae')
    await add(kim, "b")
    await publish(publication(), times=3)
    for area in "pab":
        await reach(kim, area, pb.Delivery.SENT)
    assert mailbox.addresses == ["a@office.test", "b@office.test", "p@office.test"]
    korean, english, hidden = (mailbox.to(f"{area}@office.test")[0] for area in "pab")
    assert korean["Subject"] == "하늘도 통계: 하늘도 교육 통계"
    assert korean["From"].addresses[0].display_name == "하늘도 통계과"
    assert korean["Auto-Submitted"] == "auto-generated"
    assert "수강 신청: 1,204건" in part(korean, "plain")
    assert "53.2%; 95% 신뢰구간 50.1~56.3" in part(korean, "plain")
    assert english["To"].addresses[0].display_name == 'Digital "Office", Solnae'
    assert "Enrolments: 640" in part(english, "plain")
    assert "<strong>640</strong>" in part(english, "html")
    assert "Digital &#34;Office&#34;, Solnae" in part(english, "html")
    for kind in ("plain", "html"):
        assert "개인이 드러나지 않도록" in part(hidden, kind)
        assert "888,888" not in part(hidden, kind)  # an earlier quarter
        assert "999,999" not in part(hidden, kind)  # women alone
        assert LINK.search(part(hidden, kind))
    assert b"\xea" not in b"".join(mailbox.raw)  # nothing but ASCII on the wire


async def test_what_is_sent_again_is_another_mail(client: Client, publish: Send, mailbox: Mailbox) -> None:
    kim = client(official())
    recipient = await add(kim, "a")
    await publish(publication())
    await reach(kim, "a", pb.Delivery.SENT)
    await kim.SendSummary(pb.SendSummaryRequest(release="releases/spring", recipient=recipient.name, round=1))

    async def twice() -> bool:
        return len(mailbox.mails) == 2

    await eventually(twice, "the second mail is there")
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 2


async def test_who_joined_after_the_publication_gets_it_when_the_official_says_so(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    await publish(publication(publish_at=now() - timedelta(days=1)))
    late = await add(kim, "a")
    await publish(publication(), times=2)  # heard again, long after

    async def pressed() -> None:
        await kim.SendSummary(pb.SendSummaryRequest(release="releases/spring", recipient=late.name))

    await pressed()
    await pressed()
    await reach(kim, "a", pb.Delivery.SENT)
    assert mailbox.addresses == ["a@office.test"]


async def test_a_corrected_edition_goes_out_again_and_the_old_one_no_more(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    sent, late = await add(kim, "a"), await add(kim, "b")
    mailbox.replies = {"b@office.test": "451 Later"}
    await publish(publication(corrected_by="releases/spring-r2"))
    await reach(kim, "a", pb.Delivery.SENT)
    note = {"ko": "늦은 신청 6건을 더했습니다", "en": "Six late enrolments"}
    await publish(publication("spring-r2", edition=2, corrects="releases/spring", note=note))
    await reach(kim, "a", pb.Delivery.SENT, "spring-r2")
    await kim.SendSummary(pb.SendSummaryRequest(release="releases/spring-r2", recipient=late.name, round=1))
    mails = mailbox.to("a@office.test")
    assert [str(mail["Subject"]).startswith("(정정)") for mail in mails] == [False, True]
    assert "늦은 신청 6건" in part(mails[1], "plain")
    with pytest.raises(Refused, match="RELEASE_CORRECTED"):
        await kim.SendSummary(pb.SendSummaryRequest(release="releases/spring", recipient=sent.name, round=1))


async def test_a_mail_that_still_waits_is_dropped_when_its_recipient_is_removed_or_its_release_corrected(
    client: Client, publish: Send, mailbox: Mailbox, database: Database
) -> None:
    kim = client(official())
    gone = await add(kim, "a")
    await add(kim, "b")
    await mailbox.stop()
    await publish(publication(corrected_by="releases/spring-r2"))
    await reach(kim, "b", pb.Delivery.WAITING)
    for _ in range(2):
        await kim.DeleteRecipient(pb.DeleteRecipientRequest(name=gone.name))
    await publish(publication("spring-r2", edition=2, corrects="releases/spring"))
    await mailbox.start()
    assert (await reach(kim, "a", pb.Delivery.CANCELLED)).failure == "RECIPIENT_REMOVED"
    assert (await reach(kim, "b", pb.Delivery.CANCELLED)).failure == "RELEASE_CORRECTED"
    await reach(kim, "b", pb.Delivery.SENT, "spring-r2")
    assert mailbox.addresses == ["b@office.test"]
    assert "a@office.test" not in str([each async for each in database["recipients"].find()])


async def test_a_program_sees_who_has_it_in_its_area_and_no_address(
    client: Client, publish: Send, mailbox: Mailbox
) -> None:
    kim = client(official())
    await add(kim, "a")
    await add(kim, "b")
    await publish(publication())
    await reach(kim, "b", pb.Delivery.SENT)
    for token_area, seen in (("", {"a", "b"}), ("areas/b", {"b"})):
        program = client(official(token_scopes=("statistics.read",), token_area=token_area))
        assert (await deliveries(program)).keys() == seen
        for closed in ("ListRecipients", "SendSummary", "CreateRecipient", "DeleteRecipient"):
            with pytest.raises(Forbidden, match="TOKEN_SCOPE_NEEDED"):
                await getattr(program, closed)(getattr(pb, f"{closed}Request")())
