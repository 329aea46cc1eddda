"""Events: the bus, the outbox that publishes, consumers that handle, dead letters."""

from __future__ import annotations

import sys


def _import_nats_without_aiohttp() -> None:
    """The NATS client imports aiohttp where it is installed, for WebSockets, which nobody here uses. It is a third of
    what a service imports when it starts."""
    if "aiohttp" in sys.modules:
        return
    sys.modules["aiohttp"] = None  # type: ignore[assignment]  # an import of it fails
    try:
        import nats  # noqa: F401
    finally:
        del sys.modules["aiohttp"]


_import_nats_without_aiohttp()
