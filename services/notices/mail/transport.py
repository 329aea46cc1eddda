"""Hands mails to the mail server over one SMTP connection, and raises what the server says instead of taking one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import aiosmtplib

from services.chassis.observability import trace
from services.notices.channel import AddressRefused, Interrupted, Never, NotNow, ServerAway
from services.notices.mail.settings import Mail

TIMEOUT_SECONDS = 30.0
ATTEMPT_SECONDS = 90.0
"""For one mail in all, well within its lease."""
_LONGEST_REASON = 200


class Transport:
    """An open connection."""

    def __init__(self, client: aiosmtplib.SMTP, sender: str) -> None:
        self._client = client
        self._sender = sender

    @property
    def is_open(self) -> bool:
        """False once the server has ended the connection, as it does with 421: too many mails for one recipient's
        domain, for example. The next mail then needs another connection."""
        return self._client.is_connected

    async def send(self, message: EmailMessage, address: str) -> None:
        """Returns once the server has confirmed that it has the mail."""
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await self._client.sendmail(self._sender, [address], message.as_bytes())
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            kind = AddressRefused if refused.code >= 500 else NotNow
            raise kind(describe(refused, address)) from error
        except aiosmtplib.SMTPSenderRefused as error:
            # It would refuse all our mails alike: the setting is wrong, not the recipient.
            raise ServerAway(describe(error, address)) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _verdict(error, address) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise Interrupted(describe(error, address)) from error


@asynccontextmanager
async def connected(mail: Mail) -> AsyncIterator[Transport]:
    """Raises ServerAway when nobody answers, or refuses our name and password."""
    server = mail.server
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls,
        start_tls=server.starttls,
        username=server.user or None,
        password=server.password or None,
        timeout=TIMEOUT_SECONDS,
        local_hostname=mail.sender.domain,
    )
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        client.close()
        raise ServerAway(describe(error)) from error
    try:
        yield Transport(client, mail.sender.addr_spec)
    finally:
        await _leave(client)


async def _leave(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=5)
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        trace.log().info("mail server closed the connection without a reply", reason=describe(error))
    finally:
        client.close()


def _verdict(error: aiosmtplib.SMTPResponseException, address: str) -> Exception:
    reason = describe(error, address)
    return Never(reason) if error.code >= 500 else NotNow(reason)


def describe(error: Exception, address: str = "") -> str:
    """For officials to read: the server's code and words, in one printable line. Servers like to repeat the address;
    it is left out, because this line is announced, and streams are kept."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        text = f"{error.code} {error.message}"
    else:
        text = str(error) or type(error).__name__
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if address:
        line = re.sub(re.escape(address), "...", line, flags=re.IGNORECASE)
    return line[:_LONGEST_REASON]
