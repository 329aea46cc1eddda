"""The test server as the gateway really runs: who goes away cancels nothing that was begun.

The library's own cancels it, and a file just opened for a page that was closed is then never closed.
"""

from __future__ import annotations

from typing import Any

from aiohttp import test_utils
from aiohttp.web_runner import BaseRunner


class Served(test_utils.TestServer):
    __test__ = False

    async def _make_runner(self, **kwargs: Any) -> BaseRunner:
        return await super()._make_runner(**kwargs | {"handler_cancellation": False})
