"""Runs the gateway: `python -m gateway.main`."""

from __future__ import annotations

import asyncio
import gc
import resource
import signal
import socket
import sys

import uvloop
from aiohttp import web

from gateway.app import create_app
from gateway.http import monitoring
from gateway.settings import GatewaySettings
from services.chassis import metrics
from services.chassis.observability import trace

_GRACE_SECONDS = 10.0
_DRAIN_SECONDS = 1.0


async def serve(settings: GatewaySettings, stop: asyncio.Event) -> None:
    """Serves until `stop` is set, then answers the requests under way and returns."""
    app = create_app(settings)
    runner = web.AppRunner(
        app, access_log=None, shutdown_timeout=_GRACE_SECONDS, keepalive_timeout=settings.idle_seconds
    )
    await runner.setup()
    try:
        sites = [_public(settings, runner), *([_monitored(settings, runner)] if settings.watched_at else [])]
        for site in sites:
            await site.start()
        trace.log().info("listening", address=settings.host, port=settings.port)
        await stop.wait()
        app[monitoring.ENDING].set()
        for site in sites:
            await site.stop()
        await _drain(runner)
    finally:
        await runner.cleanup()


def _public(settings: GatewaySettings, runner: web.AppRunner) -> web.BaseSite:
    if settings.listen_fd < 0:
        return web.TCPSite(runner, settings.host, settings.port, reuse_port=False)
    return web.SockSite(runner, socket.socket(fileno=settings.listen_fd), backlog=1024)


def _monitored(settings: GatewaySettings, runner: web.AppRunner) -> web.BaseSite:
    host, _, port = settings.watched_at.rpartition(":")
    return web.TCPSite(runner, host, int(port))


async def _drain(runner: web.AppRunner) -> None:
    """Waits at most a second for clients to close their connections, as the answers sent meanwhile ask them to."""
    for _ in range(50):
        if runner.server is None or not runner.server.connections:
            return
        await asyncio.sleep(_DRAIN_SECONDS / 50)


def _allow_many_connections() -> None:
    """Raises the limit of open files, usually 1,000, because each visitor's connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    settings = GatewaySettings()
    if missing := settings.what_is_missing():
        sys.exit(missing)
    trace.configure_logging("gateway", settings.log_level)
    _allow_many_connections()
    # Exempts the imported modules from garbage collection, which would scan them for 50 ms each time.
    gc.freeze()

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        with metrics.exposed(settings, "gateway"), trace.recorded("gateway"):
            await serve(settings, stop)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop if settings.uvloop else None) as runner:
        runner.run(run())


if __name__ == "__main__":
    main()
