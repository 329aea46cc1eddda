"""Prefetches the events of a durable consumer: the next ones arrive while those before are handled.

The client's own `fetch` starts two tasks for each message, and asks only once it is called.
"""

from __future__ import annotations

import asyncio
import json
from time import monotonic

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import Header
from nats.js.errors import APIError

MOST = 500
_EXPIRES_SECONDS = 5.0
_NO_MESSAGES = ("404", "408")


class Prefetcher:
    def __init__(self, client: Client, stream: str, durable: str) -> None:
        self._client = client
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._inbox = client.new_inbox()
        self._subscription: Subscription | None = None
        self._waiting: list[Msg] = []
        self._refusal: Msg | None = None
        self._outstanding = 0
        self._expires_at = 0.0
        self._arrived = asyncio.Event()

    async def batch(self) -> list[Msg]:
        """At least one message, in the order of the stream, and all others that have arrived.

        Raises TimeoutError if none arrives for some seconds, APIError if the broker has no such consumer.
        """
        if self._outstanding <= 0 or monotonic() > self._expires_at:
            await self._ask()
        if not self._waiting:
            await self._wait_for_arrival()
        if self._refusal:
            APIError.from_msg(self._refusal)  # which raises
        if not self._waiting:
            raise TimeoutError
        batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        return batch

    async def _ask(self) -> None:
        if self._subscription is None:
            self._subscription = await self._client.subscribe(self._inbox, cb=self._receive)
        request = {"batch": MOST, "expires": int(_EXPIRES_SECONDS * 1_000_000_000)}
        self._outstanding, self._expires_at = MOST, monotonic() + _EXPIRES_SECONDS + 1
        await self._client.publish(self._next, json.dumps(request).encode(), reply=self._inbox)

    async def _wait_for_arrival(self) -> None:
        """Until a message or the end of the request arrives; raises TimeoutError when that is overdue."""
        self._arrived.clear()
        async with asyncio.timeout(max(0.0, self._expires_at - monotonic())):
            await self._arrived.wait()

    async def _receive(self, message: Msg) -> None:
        status = message.headers and message.headers.get(Header.STATUS)
        if status:
            self._outstanding = 0
            self._refusal = None if status in _NO_MESSAGES else message
        else:
            self._outstanding -= 1
            self._waiting.append(message)
        self._arrived.set()

    async def close(self) -> None:
        """Returns untaken messages to the broker, which delivers them to the next who asks, at once."""
        if self._subscription:
            await self._subscription.unsubscribe()
        for message in self._waiting:
            await message.nak()
