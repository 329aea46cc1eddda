"""A small client of our own REST API that does not give up while a process restarts: every write is safe to repeat."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import aiohttp

from deploy.demo.content import Json

_PATIENCE_SECONDS = 120.0
_PASSING = frozenset({408, 409, 429, 500, 502, 503, 504})


class Refused(Exception):
    """The API said no, and would say it again."""


class Api:
    """One person's session (or nobody's)."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers={"Origin": url, "Accept-Language": "en"},
            timeout=aiohttp.ClientTimeout(total=60),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def sign_in(self, login: str, passphrase: str) -> str:
        """Answers the person's name."""
        viewer = await self.post("/sessions", {"login": login, "passphrase": passphrase})
        return str(viewer["person"]["name"])

    async def get(self, path: str) -> Json:
        return await self._call("GET", path)

    async def post(self, path: str, body: Json | None = None) -> Json:
        return await self._call("POST", path, json=body)

    async def put(self, path: str, body: Json) -> Json:
        return await self._call("PUT", path, json=body)

    async def patch(self, path: str, body: Json) -> Json:
        return await self._call("PATCH", path, json=body)

    async def upload(self, filename: str, data: bytes) -> str:
        """Answers the media's name."""
        media = await self._call(
            "POST",
            "/media",
            params={"filename": filename},
            data=data,
            headers={"Content-Type": "application/octet-stream"},
        )
        return str(media["name"])

    async def _call(self, method: str, path: str, **options: Any) -> Json:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            pause = 0.2
            while True:
                answer = await self._try(method, path, options)
                if answer is not None:
                    return answer
                await asyncio.sleep(pause)
                pause = min(2.0, pause * 1.5)

    async def _try(self, method: str, path: str, options: dict[str, Any]) -> Json | None:
        """None: worth trying again."""
        try:
            async with self._session.request(method, f"{self._url}/api/v1{path}", **options) as response:
                if response.status in _PASSING:
                    return None
                if response.status >= 400:
                    raise Refused(f"{method} {path}: {response.status} {await response.text()}")
                body: Json = await response.json() if response.content_type == "application/json" else {}
                return body
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
            return None
