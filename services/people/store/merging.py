"""Merging two accounts and separating them: both documents and the audit entry in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from pymongo.asynchronous.client_session import AsyncClientSession

from services.people.domain import merging
from services.people.domain.audit import Action
from services.people.domain.person import Outcome, Person

if TYPE_CHECKING:
    from services.people.store import Store


async def merge(store: Store, kept: Person, merged: Person, *, opens_kept: bool, moment: datetime) -> Person:
    """The account that is kept. Two merges that share an account wait for each other."""

    def rest(current: Person) -> Outcome:
        return merging.rest(current, kept.id, opens_kept=opens_kept, now=moment)

    return await _together(
        store, kept.id, merged, rest, lambda current: merging.keep(current, merged.id), Action.ACCOUNTS_MERGED
    )


async def separate(store: Store, merged: Person, moment: datetime) -> Person:
    """The account that rested."""
    await _together(
        store,
        merged.kept_as,
        merged,
        lambda current: merging.wake(current, moment),
        lambda current: merging.let_go(current, merged.id),
        Action.ACCOUNTS_SEPARATED,
    )
    return await store.people.get(merged.id)


async def _together(
    store: Store,
    kept: str,
    merged: Person,
    of_merged: Callable[[Person], Outcome],
    of_kept: Callable[[Person], Outcome],
    action: Action,
) -> Person:
    """Safe to repeat."""

    async def work(session: AsyncClientSession) -> Person:
        before = await store.people.entities.change(kept, of_kept, session=session)
        _, events = await store.people.entities.change_with_events(merged.id, of_merged, session=session)
        if events:
            both = [merged.name, f"people/{kept}"]
            await store.audit.add(action, merged.name, f"kept: people/{kept}", subjects=both, session=session)
        return before

    return await store.together(work, (store.people.entities, merged.id))
