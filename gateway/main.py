"""Runs the gateway: `python -m gateway.main`."""

from __future__ import annotations

import asyncio
import signal

import uvloop
from aiohttp import web

from gateway.app import create_app
from gateway.settings import GatewaySettings
from services.chassis import measure, trace

_GRACE_SECONDS = 10.0


async def serve(settings: GatewaySettings, stop: asyncio.Event) -> None:
    """Until `stop` is set; requests under way are answered first."""
    runner = web.AppRunner(create_app(settings), access_log=None, shutdown_timeout=_GRACE_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port, reuse_port=False).start()
        trace.log().info("listening", address=settings.host, port=settings.port)
        await stop.wait()
    finally:
        await runner.cleanup()


def main() -> None:
    settings = GatewaySettings()
    trace.configure_logging("gateway", settings.log_level)

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        with measure.exposed(settings, "gateway"):
            await serve(settings, stop)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop if settings.uvloop else None) as runner:
        runner.run(run())


if __name__ == "__main__":
    main()
