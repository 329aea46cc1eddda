"""Text messages, against an HTTP gateway of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from services.notices.channel import AddressRefused, Interrupted, Never, NotNow, ServerAway
from services.notices.domain.notice import Channel, Kind, Personal, personal_notice
from services.notices.letters.letter import Letter
from services.notices.settings import NoticesSettings
from services.notices.sms import SmsGateway, gateway

NOW = datetime(2027, 3, 2, 3, tzinfo=UTC)
NOTICE = personal_notice("classes", "a.confirmed.1", Personal("people/kim", Kind.CONFIRMED), Channel.SMS, NOW, NOW)
LETTER = Letter("김영희", "01012345678", "ko", "", "", "", short="자리가 확정되었어요. https://ieum.test/a")


@dataclass
class StandIn:
    """Keeps what it got; answers as told, or hangs up."""

    status: int = 202
    hangs_up: bool = False
    got: list[tuple[dict[str, Any], dict[str, str]]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((await request.json(), dict(request.headers)))
        if self.hangs_up and request.transport:
            request.transport.close()
        return web.Response(status=self.status, text="no such number: 01012345678")


@pytest.fixture
async def stand_in() -> AsyncIterator[tuple[StandIn, SmsGateway]]:
    made, app = StandIn(), web.Application()
    app.router.add_post("/messages", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    yield made, SmsGateway(f"http://127.0.0.1:{port}/messages", "0212345678", "token")
    await runner.cleanup()


async def send(channel: SmsGateway) -> None:
    async with channel.connected() as transport:
        await transport.send(channel.write(NOTICE, LETTER), LETTER.address)


async def test_a_text_message_is_posted_under_the_same_id_each_time(stand_in: tuple[StandIn, SmsGateway]) -> None:
    made, channel = stand_in
    for _ in range(2):
        await send(channel)
    (body, headers), again = made.got
    assert body == {
        "id": "classes.a.confirmed.1.sms", "from": "0212345678", "to": "01012345678",
        "text": "자리가 확정되었어요. https://ieum.test/a", "language": "ko",
    }  # fmt: skip
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer token", body["id"])
    assert again[0] == body


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(401, ServerAway), (404, AddressRefused), (422, Never), (429, NotNow), (503, NotNow), (302, Never)],
)
async def test_each_answer_means_one_thing(
    stand_in: tuple[StandIn, SmsGateway], status: int, verdict: type[Exception]
) -> None:
    stand_in[0].status = status
    with pytest.raises(verdict) as raised:
        await send(stand_in[1])
    assert str(raised.value) == f"{status} no such number: ..."


async def test_a_broken_connection_leaves_open_whether_the_message_arrived(
    stand_in: tuple[StandIn, SmsGateway],
) -> None:
    stand_in[0].hangs_up = True
    with pytest.raises(Interrupted):
        await send(stand_in[1])
    with pytest.raises(ServerAway):
        await send(SmsGateway("http://127.0.0.1:1/messages", "0212345678"))


def test_without_address_sender_or_links_no_text_messages_are_sent() -> None:
    given = {"sms_url": "https://sms.test/v1", "sms_from": "02-1234-5678", "public_url": "https://ieum.test"}
    on = gateway(NoticesSettings.model_validate(given))
    assert on is not None
    assert on.sender == "0212345678"
    for name in given:
        assert gateway(NoticesSettings.model_validate({**given, name: ""})) is None
