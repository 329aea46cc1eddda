"""`python -m deploy.healthy`: exit status 0 while the process of this container does its work; for a container engine.

Which process it is, its address tells: a service is given an address on 0.0.0.0, the gateway none.
"""

from __future__ import annotations

import asyncio
import os
import sys

from deploy import ready
from services.chassis import tls
from services.chassis.config import Settings
from services.registry import SERVICES, variable_of


async def look() -> None:
    for name in SERVICES:
        host, _, port = os.environ.get(variable_of(name), "").rpartition(":")
        if host == "0.0.0.0":  # noqa: S104 (compared, not bound)
            return await ready.service_serves(f"127.0.0.1:{port}", tls.identity(Settings()))
    await ready.gateway_answers(f"http://127.0.0.1:{os.environ.get('IEUM_PORT') or 8080}/readyz")


def main() -> int:
    try:
        asyncio.run(look())
    except Exception as error:
        print(f"not healthy: {error!r}"[:500], file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
