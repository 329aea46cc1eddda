"""The SMS channel: text messages through an HTTP gateway, as docs/sms-gateway.md describes the request.

`IEUM_SMS_URL`   where messages are posted
`IEUM_SMS_FROM`  the sender's number; in Korea it has to be registered beforehand with whoever runs the gateway
The token stands in the file `sms_token` of the secrets directory.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from services.chassis.observability import trace
from services.notices.channel import AddressRefused, Interrupted, Never, NotNow, ServerAway
from services.notices.domain.notice import Notice
from services.notices.domain.preferences import checked_telephone
from services.notices.letters.letter import Letter
from services.notices.settings import NoticesSettings

_SECONDS = 30.0
_LONGEST_REASON = 200
_ADDRESS_REFUSED = (404, 410)
_OURS_REFUSED = (401, 403)


@dataclass(frozen=True)
class SmsGateway:
    url: str
    sender: str
    token: str = field(default="", repr=False)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[SmsTransport]:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
            yield SmsTransport(session, self.url)

    def write(self, notice: Notice, letter: Letter) -> Mapping[str, str]:
        """`id` is the same at each attempt: a gateway that has the message already answers as if it took it again."""
        return {
            "id": f"{notice.key}.{notice.channel}",
            "from": self.sender,
            "text": letter.short,
            "language": letter.language,
        }

    async def report(self, trouble: str) -> None:
        if trouble:
            trace.log().warning("SMS gateway away", reason=trouble)


class SmsTransport:
    is_open = True

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def send(self, message: Mapping[str, str], address: str) -> None:
        body, headers = {**message, "to": address}, {"Idempotency-Key": message["id"]}
        try:
            async with self._session.post(self._url, json=body, headers=headers, allow_redirects=False) as answer:
                status, reason = answer.status, _describe(answer.status, await answer.text(), address)
        except aiohttp.ClientConnectorError as error:
            raise ServerAway(_describe(0, str(error), address)) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Interrupted(_describe(0, str(error) or type(error).__name__, address)) from error
        _check(status, reason)


def _check(status: int, reason: str) -> None:
    if 200 <= status < 300:
        return
    if status in _OURS_REFUSED:
        raise ServerAway(reason)
    if status in _ADDRESS_REFUSED:
        raise AddressRefused(reason)
    if status in (408, 425, 429) or status >= 500:
        raise NotNow(reason)
    raise Never(reason)


def _describe(status: int, text: str, address: str) -> str:
    """One printable line without the number."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return f"{status or ''} {line}".strip().replace(address, "...")[:_LONGEST_REASON]


def gateway(settings: NoticesSettings) -> SmsGateway | None:
    """None where SMS is off: an address or a sender is missing, or there is no public address for links."""
    parts = urlsplit(settings.sms_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not settings.public_url:
        return None
    sender = checked_telephone(settings.sms_from)
    path = settings.secrets / "sms_token"
    token = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    return SmsGateway(settings.sms_url, sender, token) if sender else None
