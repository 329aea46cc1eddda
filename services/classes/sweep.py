"""Settles by itself what is due: windows that close, offers that end, lots, minimum numbers."""

from __future__ import annotations

import asyncio
import random

from services.chassis.events.bus import check_cancelled
from services.chassis.observability import trace
from services.classes.store import Store

_SECONDS = 2.0


async def sweep(store: Store) -> None:
    """Until cancelled. Every process does it: who comes second finds nothing to do."""
    while True:
        check_cancelled()
        busy = False
        try:
            for class_ in await store.due():
                busy = True
                await _settle(store, class_)
        except Exception:
            trace.log().warning("sweep delayed", exc_info=True)
        await asyncio.sleep(0.05 if busy else random.uniform(_SECONDS / 2, _SECONDS))  # noqa: S311 - jitter


async def _settle(store: Store, class_: str) -> None:
    """A class that cannot be settled holds up no other."""
    try:
        await store.settle(class_)
    except Exception:
        trace.log().warning("class not settled", class_=class_, exc_info=True)
        await asyncio.sleep(_SECONDS)
