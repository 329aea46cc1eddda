"""Hands one mail after the other to the mail server, and says what became of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import aiosmtplib

from services.chassis.observability import trace
from services.statistics.distribution.settings import Mail

TIMEOUT_SECONDS = 30.0
ATTEMPT_SECONDS = 90.0
"""Of one mail in all: well within its lease."""
_LONGEST_REASON = 200


class ServerAway(Exception):
    """The server cannot be used at all just now: nothing was tried, no mail is to blame."""


class Interrupted(Exception):
    """It went away in the middle: perhaps it has the mail, perhaps not."""


class NotNow(Exception):
    """Refused for the time being (4xx)."""


class Never(Exception):
    """Refused for good (5xx)."""


class Transport:
    """An open connection."""

    def __init__(self, client: aiosmtplib.SMTP, sender: str) -> None:
        self._client = client
        self._sender = sender

    async def send(self, message: EmailMessage, address: str) -> None:
        """Returns once the server has said that it has the mail."""
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await self._client.sendmail(self._sender, [address], message.as_bytes())
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _verdict(error.recipients[0]) from error
        except aiosmtplib.SMTPSenderRefused as error:
            # Of all our mails alike: the setting, not the recipient, is to be put right.
            raise ServerAway(said(error)) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _verdict(error) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise Interrupted(said(error)) from error


@asynccontextmanager
async def connected(mail: Mail) -> AsyncIterator[Transport]:
    """Raises ServerAway when there is nobody, or nobody who takes our name and password."""
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
        raise ServerAway(said(error)) from error
    try:
        yield Transport(client, mail.sender.addr_spec)
    finally:
        await _leave(client)


async def _leave(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=5)
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        trace.log().info("mail server left without a word", reason=said(error))
    finally:
        client.close()


def _verdict(error: aiosmtplib.SMTPResponseException) -> Exception:
    if error.code == 421:  # the server closes the connection
        return ServerAway(said(error))
    return (Never if error.code >= 500 else NotNow)(said(error))


def said(error: Exception) -> str:
    """For officials to read: the server's code and words, in one printable line."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        text = f"{error.code} {error.message}"
    else:
        text = str(error) or type(error).__name__
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line[:_LONGEST_REASON]
