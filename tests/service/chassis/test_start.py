from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from services.chassis.config import Settings
from services.chassis.run import Frame, serve
from tests.chaos.proxy import Line


async def compose(frame: Frame) -> None:
    await frame.database["tallies"].create_index("count")


async def test_a_service_that_starts_before_its_stores_waits_for_them(settings: Settings) -> None:
    to_mongod, to_broker = Line(), Line()
    for line, url in ((to_mongod, settings.mongo_url), (to_broker, settings.nats_url)):
        await line.lay()
        line.lead_to(urlsplit(url).port or 0)
        line.refuse()
    through = {
        "mongo_url": f"mongodb://127.0.0.1:{to_mongod.port}/?directConnection=true",
        "nats_url": f"nats://127.0.0.1:{to_broker.port}",
    }
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve("people", compose, settings.model_copy(update=through), stop, ready))
    try:
        for line in (to_mongod, to_broker):
            await asyncio.sleep(0.5)
            assert not ready.done()
            assert not serving.done()
            line.mend()
        async with asyncio.timeout(20):
            await ready
    finally:
        stop.set()
        await serving
        await asyncio.gather(to_mongod.take_up(), to_broker.take_up())
