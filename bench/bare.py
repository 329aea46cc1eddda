"""Bare servers, the baseline: `python -m bench.bare aiohttp|grpc` prints its address and serves until SIGTERM."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import grpc.aio
import uvloop
from aiohttp import web
from google.protobuf.wrappers_pb2 import BytesValue


async def _hello(request: web.Request) -> web.Response:
    return web.json_response({"hello": "world"})


async def _aiohttp() -> str:
    app = web.Application()
    app.router.add_get("/", _hello)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    return f"{host}:{port}"


class _Echo(grpc.GenericRpcHandler):
    def service(self, details: Any) -> Any:
        async def echo(request: BytesValue, context: Any) -> BytesValue:
            return request

        return grpc.unary_unary_rpc_method_handler(echo, BytesValue.FromString, BytesValue.SerializeToString)


async def _grpc() -> tuple[grpc.aio.Server, str]:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((_Echo(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, f"127.0.0.1:{port}"


async def _serve(what: str) -> None:
    if what == "aiohttp":
        print(await _aiohttp(), flush=True)
        await asyncio.Event().wait()
    server, address = await _grpc()
    print(address, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(sys.argv[1]))
