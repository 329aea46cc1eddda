"""Ends tasks for certain."""

from __future__ import annotations

import asyncio

_AGAIN_AFTER_SECONDS = 0.2


async def cancel(*tasks: asyncio.Task[None]) -> None:
    """Returns when all have ended; what they raised stays with them.

    A task is cancelled again until it ends, because `asyncio.wait_for` on Python 3.11 loses a cancellation that arrives
    together with its result.
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=_AGAIN_AFTER_SECONDS)
