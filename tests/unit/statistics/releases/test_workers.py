from __future__ import annotations

import asyncio
import time
from functools import partial

import pytest

from services.statistics.releases.workers import Workers


async def test_work_is_ended_in_the_middle_and_the_next_is_done_by_new_processes() -> None:
    workers = Workers(1)
    try:
        assert await workers.run(partial(max, 2, 3)) == 3
        long = asyncio.create_task(workers.run(partial(time.sleep, 600)))
        await asyncio.sleep(0.1)
        workers.stop()
        with pytest.raises((Exception, asyncio.CancelledError)):
            await asyncio.wait_for(long, 20)
        assert await workers.run(partial(max, 4, 5)) == 5
    finally:
        workers.stop()
