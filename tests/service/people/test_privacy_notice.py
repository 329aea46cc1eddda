"""The privacy notice: versions that never change, and who has accepted which."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from ieum.people.v1 import people_pb2 as people
from ieum.people.v1 import privacy_pb2 as pb
from ieum.people.v1.privacy_pb2_grpc import PrivacyServiceStub
from services.chassis.clock import now
from services.chassis.errors import Conflict, Forbidden, Invalid, Missing, Refused, Unauthenticated
from services.chassis.principal import ANONYMOUS, Grant
from services.chassis.store.mongo import Database
from services.people.domain import privacy_notice
from tests.service.people.town import PASSPHRASE, Town, principal

TEXTS = {"ko": "## 개인정보 처리방침", "en": "## Privacy notice"}


@pytest.fixture
def notices(town: Town) -> Callable[[Any], Any]:
    return lambda who: town._client_for(PrivacyServiceStub, town._address, who)


async def somebody(town: Town, login: str, *grants: Grant) -> Any:
    return principal(await town.register(login), *grants)


def wish(texts: dict[str, str], after: int) -> pb.PublishPrivacyNoticeRequest:
    return pb.PublishPrivacyNoticeRequest(texts=texts, after=after, passphrase=PASSPHRASE)


async def test_a_version_is_published_once_accepted_once_and_asked_for_again_when_changed(
    town: Town, notices: Callable[[Any], Any]
) -> None:
    chief = notices(await somebody(town, "chief", Grant("administrator", "*")))
    who = await somebody(town, "haneul")
    session = await town.sign_in("haneul")
    assert (await town.viewer(session.token)).due_notice == 0
    first = [await chief.PublishPrivacyNotice(wish(TEXTS, 0)) for _ in range(2)]
    assert first[0] == first[1]
    assert first[0].hashes["en"] == hashlib.sha256(TEXTS["en"].encode()).hexdigest()
    assert (await town.viewer(session.token)).due_notice == 1
    accepted = [
        await notices(who).AcceptPrivacyNotice(pb.AcceptPrivacyNoticeRequest(version=1, language=language))
        for language in ("ko", "en")
    ]
    assert accepted[0] == accepted[1]
    assert (accepted[0].language, accepted[0].hash) == ("ko", first[0].hashes["ko"])
    assert (await town.viewer(session.token)).due_notice == 0
    with pytest.raises(Conflict):
        await chief.PublishPrivacyNotice(wish({**TEXTS, "en": "New"}, 0))
    await chief.PublishPrivacyNotice(wish({**TEXTS, "en": "New"}, 1))
    assert (await town.viewer(session.token)).due_notice == 2
    with pytest.raises(Refused):
        await notices(who).AcceptPrivacyNotice(pb.AcceptPrivacyNoticeRequest(version=1, language="ko"))
    listed = (await chief.ListPrivacyNotices(pb.ListPrivacyNoticesRequest())).notices
    assert [(each.version, each.acceptances, dict(each.texts)) for each in listed] == [(2, 0, {}), (1, 1, {})]
    stranger = notices(ANONYMOUS)
    assert (await stranger.GetPrivacyNotice(pb.GetPrivacyNoticeRequest())).texts["en"] == "New"
    old = await stranger.GetPrivacyNotice(pb.GetPrivacyNoticeRequest(name="privacyNotices/1"))
    assert dict(old.texts) == TEXTS
    with pytest.raises(Missing):
        await stranger.GetPrivacyNotice(pb.GetPrivacyNoticeRequest(name="privacyNotices/3"))


async def test_whoever_registers_accepts_it_and_erasing_forgets_that(
    town: Town, notices: Callable[[Any], Any], database_of: Callable[[str], Database]
) -> None:
    chief = notices(await somebody(town, "chief", Grant("administrator", "*")))
    await chief.PublishPrivacyNotice(wish(TEXTS, 0))
    with pytest.raises(Invalid) as refused:
        await town.register("haneul")
    assert refused.value.reason == "NOTICE_NOT_ACCEPTED"
    person = await town.register("haneul", accepted_notice=1)
    mine = await notices(principal(person)).ListAcceptances(pb.ListAcceptancesRequest())
    assert [each.version for each in mine.acceptances] == [1]
    await town.system.ErasePerson(people.ErasePersonRequest(name=person.name))
    assert await database_of("people")["acceptances"].count_documents({"person": person.name}) == 0


async def test_only_administrators_of_everything_publish(town: Town, notices: Callable[[Any], Any]) -> None:
    for grant in (Grant("administrator", "areas/HB01"), Grant("official", "*")):
        with pytest.raises(Forbidden):
            await notices(await somebody(town, f"p{grant.role}", grant)).PublishPrivacyNotice(wish(TEXTS, 0))
    with pytest.raises(Unauthenticated):
        await notices(ANONYMOUS).AcceptPrivacyNotice(pb.AcceptPrivacyNoticeRequest(version=1, language="ko"))


def test_a_text_in_each_language_is_needed() -> None:
    with pytest.raises(Invalid) as missing:
        privacy_notice.publish(None, {"ko": "글", "en": " "}, 0, "people/a", now())
    assert missing.value.field == "text_en"
