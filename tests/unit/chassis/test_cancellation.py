from __future__ import annotations

import asyncio
from contextlib import suppress

from services.chassis.events.bus import check_cancelled


async def test_a_loop_ends_although_what_it_waited_for_lost_the_cancellation() -> None:
    rounds = 0

    async def loop() -> None:
        nonlocal rounds
        while True:
            check_cancelled()
            rounds += 1
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    task = asyncio.create_task(loop())
    await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=5)
    assert task in done
    assert task.cancelled()
    assert rounds == 1
