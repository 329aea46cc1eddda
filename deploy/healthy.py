"""`python -m deploy.healthy`: exit status 0 while the process of this container serves; for a container engine.

It runs every few seconds in every container, so it imports nothing but sockets. A service opens its port when it is
ready and not before. The gateway is asked, for it can tell whether it reaches everything. Which process this is shows
in the address that a service is given on 0.0.0.0.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping

_SECONDS = 4.0
_NOT_A_SERVICE = ("IEUM_HEALTH_AT", "IEUM_HOST", "IEUM_METRICS_HOST")


def port_of_service(environment: Mapping[str, str]) -> int | None:
    """None in the gateway's container."""
    for name, value in environment.items():
        host, _, port = value.rpartition(":")
        if name.startswith("IEUM_") and name not in _NOT_A_SERVICE and host == "0.0.0.0":  # noqa: S104 - compared
            return int(port)
    return None


def check(environment: Mapping[str, str]) -> None:
    """Raises OSError while the process does not serve."""
    port = port_of_service(environment)
    gateway = int(environment.get("IEUM_PORT") or 8080)
    with socket.create_connection(("127.0.0.1", port or gateway), timeout=_SECONDS) as connection:
        if port is not None:
            return
        connection.sendall(b"GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        status = connection.makefile("rb").readline(200).decode("latin-1").strip()
    if " 200 " not in f"{status} ":
        raise OSError(f"the gateway answers {status!r}")


def main() -> int:
    try:
        check(os.environ)
    except (OSError, ValueError) as error:
        print(f"not healthy: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
