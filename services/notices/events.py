"""Which events of other services ask for a notice."""

from __future__ import annotations

from collections.abc import Callable

from ieum.statistics.v1.events_pb2 import SummaryRequested
from services.chassis.clock import moment, now
from services.chassis.events.bus import Handlers
from services.notices.store import Store


def statistics_handlers(store: Store, nudge: Callable[[], None]) -> Handlers:
    async def on_summary_requested(event: SummaryRequested) -> None:
        await store.request("statistics", event.request, moment(event.request_time) or now(), event.revision)
        nudge()

    return {SummaryRequested: on_summary_requested}
