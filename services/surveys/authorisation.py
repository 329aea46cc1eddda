"""Who may ask, and who may answer."""

from __future__ import annotations

from services.chassis.errors import Forbidden
from services.chassis.principal import Kind, Principal
from services.surveys.domain.poll import Poll
from services.surveys.store import Store


async def require_administrator(store: Store, caller: Principal, area: str) -> None:
    """Of this area or of one above it."""
    if caller.runs_everything:
        return
    caller.require("administrator")
    above = await store.areas_above(area)
    if not caller.scopes("administrator") & above:
        raise Forbidden("POLL_OUTSIDE_YOUR_AREA", field="area")


async def may_vote(store: Store, caller: Principal, poll: Poll) -> bool:
    """Residents of the poll's area, wherever in it they live."""
    return caller.kind is Kind.PERSON and poll.area in await store.areas_above(caller.area)
