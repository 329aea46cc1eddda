from __future__ import annotations

import asyncio
from contextlib import suppress

from services.chassis.events.bus import check_cancelled
from services.chassis.tasks import cancel


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


async def test_a_task_that_lost_a_cancellation_is_cancelled_again() -> None:
    """As asyncio.wait_for loses it, when it arrives together with the result."""
    lost = 0

    async def loop() -> None:
        nonlocal lost
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        lost += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(loop())
    await asyncio.sleep(0)
    await asyncio.wait_for(cancel(task), 5)
    assert task.cancelled()
    assert lost == 1
