"""What happens when its time has come."""

from __future__ import annotations

import asyncio
from datetime import tzinfo

from services.chassis.events.bus import check_cancelled
from services.chassis.observability import trace
from services.surveys.store import Store
from services.surveys.store.key_files import KeyFiles
from services.surveys.sweep import polls
from services.surveys.sweep.evaluations import Evaluator

_SECONDS = 5.0
_ROUNDS_BETWEEN_EVALUATIONS = 12


async def sweep(store: Store, key_files: KeyFiles, zone: tzinfo) -> None:
    """Until cancelled. Each process does it: whoever comes second finds nothing to do."""
    evaluator, number = Evaluator(store, key_files, zone), 0
    while True:
        check_cancelled()
        try:
            await polls.count_due(store.polls, key_files)
            if number % _ROUNDS_BETWEEN_EVALUATIONS == 0:
                await evaluator.run()
        except Exception:
            trace.log().warning("counting delayed", exc_info=True)
        number += 1
        await asyncio.sleep(_SECONDS)
