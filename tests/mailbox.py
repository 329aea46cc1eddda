"""A real SMTP server in this process, which a test may stop, start again, make refuse, or make interrupt the sender."""

from __future__ import annotations

import asyncio
import email
import ssl
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

TAKEN = "250 OK"


async def _nothing() -> None:
    return None


class Mailbox:
    """`replies`: what is answered at RCPT to an address instead of 250. `before_data`, `before_yes`: awaited at RCPT,
    and when the mail is stored but not yet acknowledged."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.replies: dict[str, str] = {}
        self.before_data: Callable[[], Awaitable[None]] = _nothing
        self.before_yes: Callable[[], Awaitable[None]] = _nothing
        self.login: tuple[str, str] | None = None
        self.tls: ssl.SSLContext | None = None
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        options: dict[str, Any] = {"enable_SMTPUTF8": False, "hostname": "mail.test", "tls_context": self.tls}
        if self.login:
            options |= {"authenticator": self._check, "auth_required": True, "auth_require_tls": self.tls is not None}
        self._server = await loop.create_server(lambda: SMTP(self, loop=loop, **options), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if address in str(mail["To"])]

    @property
    def addresses(self) -> list[str]:
        return sorted(mail["To"].addresses[0].addr_spec for mail in self.mails)

    def _check(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = (data.login.decode(), data.password.decode()) == self.login
        return AuthResult(success=right, handled=False)  # the library answers

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        await self.before_data()
        if address in self.replies:
            if self.replies[address].startswith("421"):
                # As the standard has it, such a reply ends the connection.
                asyncio.get_running_loop().call_later(0.02, server.transport.close)
            return self.replies[address]
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        self.raw.append(envelope.content)
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        await self.before_yes()
        return TAKEN
