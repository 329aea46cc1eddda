"""The events of a durable consumer, asked for before they are wanted: the next come while those before are handled.

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
_NOTHING_CAME = ("404", "408")


class Pull:
    def __init__(self, client: Client, stream: str, durable: str) -> None:
        self._client = client
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._inbox = client.new_inbox()
        self._subscription: Subscription | None = None
        self._waiting: list[Msg] = []
        self._refusal: Msg | None = None
        self._owed = 0
        self._until = 0.0
        self._stirred = asyncio.Event()

    async def batch(self) -> list[Msg]:
        """At least one, in the order of the stream, and whatever has come by now.

        Raises TimeoutError where nothing came for some seconds, APIError where the broker has no such consumer.
        """
        if self._owed <= 0 or monotonic() > self._until:
            await self._ask()
        if not self._waiting:
            await self._stir()
        if self._refusal:
            APIError.from_msg(self._refusal)  # which raises
        if not self._waiting:
            raise TimeoutError
        batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        return batch

    async def _ask(self) -> None:
        if self._subscription is None:
            self._subscription = await self._client.subscribe(self._inbox, cb=self._heard)
        asked = {"batch": MOST, "expires": int(_EXPIRES_SECONDS * 1_000_000_000)}
        self._owed, self._until = MOST, monotonic() + _EXPIRES_SECONDS + 1
        await self._client.publish(self._next, json.dumps(asked).encode(), reply=self._inbox)

    async def _stir(self) -> None:
        """Returns when a message or the end of the request has come, or is overdue."""
        self._stirred.clear()
        async with asyncio.timeout(max(0.0, self._until - monotonic())):
            await self._stirred.wait()

    async def _heard(self, message: Msg) -> None:
        status = message.headers and message.headers.get(Header.STATUS)
        if status:
            self._owed = 0
            self._refusal = None if status in _NOTHING_CAME else message
        else:
            self._owed -= 1
            self._waiting.append(message)
        self._stirred.set()

    async def close(self) -> None:
        """What nobody took goes to whoever asks next, at once."""
        if self._subscription:
            await self._subscription.unsubscribe()
        for message in self._waiting:
            await message.nak()
