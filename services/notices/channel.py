"""What the sender needs of a channel, and what a channel says instead of taking a message."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from services.notices.domain.notice import Notice
from services.notices.letters.letter import Letter


class ServerAway(Exception):
    """The server cannot be used at all for now: it does not answer, or refuses us before any recipient is named."""


class Interrupted(Exception):
    """The connection broke in the middle: the server may have the message or not."""


class NotNow(Exception):
    """Refused for the time being."""


class Never(Exception):
    """Refused for good."""


class AddressRefused(Never):
    """Refused for good because of the address: no other message will reach it either."""


class Transport(Protocol):
    """An open connection."""

    @property
    def is_open(self) -> bool: ...

    async def send(self, message: Any, address: str) -> None:
        """Returns once the server has confirmed that it has the message; else raises one of the above."""


class Channel(Protocol):
    def connected(self) -> AbstractAsyncContextManager[Transport]:
        """Raises ServerAway when nobody answers."""

    def write(self, notice: Notice, letter: Letter) -> Any:
        """The message, the same at each attempt, so that a repeat is recognised."""

    async def report(self, trouble: str) -> None:
        """Keeps for pages what the server answers instead of taking messages; "" when it takes them."""
