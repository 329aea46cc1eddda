"""People are told what becomes of their account."""

from __future__ import annotations

from datetime import timedelta

from ieum.people.v1.events_pb2 import AccountsMerged, AccountUnused
from services.chassis.clock import now, stamp
from tests.service.classes.town import KIM, LEE, PARK, TOWN
from tests.service.notices.conftest import Post, text_of


async def test_who_is_merged_and_whose_account_will_be_erased_is_told(post: Post) -> None:
    merged = AccountsMerged(person=LEE.person, kept=KIM.person, revision=4, time=stamp(now()))
    await post.town.announce(merged, "lee", times=2)
    await post.notice("account_merged", state="sent")
    (mail,) = post.mailbox.mails
    assert str(mail["Subject"]) == "두 계정이 하나가 됐어요"
    assert "https://ieum.test/learning" in text_of(mail)
    # Who has no address is told by the centres of their area.
    await post.town.register("park")
    unused = AccountUnused(
        person=PARK.person, warning=1, erase_time=stamp(now() + timedelta(days=60)), revision=1, time=stamp(now())
    )
    await post.town.announce(unused, "park", times=2)
    told = await post.notice("account_unused", "park", channel="centre")
    assert told["personal"]["area"] == TOWN
    again = AccountUnused(person=PARK.person, warning=2, erase_time=unused.erase_time, revision=2, time=stamp(now()))
    await post.town.announce(again, "park")
    await post.notice("account_unused", "park", key="classes.park.account_unused.2.2", channel="centre")
    # An old event, heard by a new installation, is no news.
    old = AccountsMerged(person=LEE.person, kept=KIM.person, revision=9, time=stamp(now() - timedelta(days=9)))
    await post.town.announce(old, "lee")
    await post.town.announce(
        AccountUnused(person=KIM.person, warning=1, erase_time=unused.erase_time, revision=1, time=stamp(now())), "kim"
    )
    await post.notice("account_unused", "kim", state="sent")
    assert len(post.mailbox.mails) == 2
