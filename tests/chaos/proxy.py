"""A bad line, made to order: passes bytes on to a store, or late, or not at all, or hangs up."""

from __future__ import annotations

import asyncio

_CHUNK = 65536


class Line:
    """From a port of its own on this machine to another."""

    def __init__(self) -> None:
        self.port = 0
        self._target = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._passing = asyncio.Event()
        self._passing.set()
        self._delay = 0.0
        self._refusing = False

    async def lay(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def lead_to(self, port: int) -> None:
        self._target = port

    def hang_up(self) -> None:
        """On everybody; who calls again gets through."""
        for writer in list(self._open):
            writer.transport.abort()

    def refuse(self) -> None:
        """Hang up, and again on everybody who calls, until `mend`."""
        self._refusing = True
        self.hang_up()

    def swallow(self) -> None:
        """Nothing passes and nothing is said, as when a cable is pulled, until `mend`."""
        self._passing.clear()

    def delay(self, seconds: float) -> None:
        self._delay = seconds

    def mend(self) -> None:
        self._refusing, self._delay = False, 0.0
        self._passing.set()

    async def take_up(self) -> None:
        if self._server:
            self._server.close()
        self.hang_up()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._connect(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner, outer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, outer}
        self._open |= both
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pass(reader, outer))
                ways.create_task(self._pass(inner, writer))
        except* OSError:
            pass
        finally:
            self._open -= both
            for each in both:
                each.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(_CHUNK):
            await self._passing.wait()
            if self._delay:
                await asyncio.sleep(self._delay)
            writer.write(chunk)
            await writer.drain()
        raise ConnectionResetError  # one side has gone, so the other way ends as well
