"""Erasing a person: account, answers, sessions, tokens, second factors, card and the names on certificates, in one
transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.errors import Conflict
from services.people.domain import equality, person
from services.people.domain.audit import Action
from services.people.domain.erasure_request import ErasureRequest
from services.people.domain.erasure_request import Outcome as RequestOutcome
from services.people.domain.person import RUNS_EVERYTHING, Outcome, Person

if TYPE_CHECKING:
    from services.people.store import Store


async def erase_unused(store: Store, before: Person, moment: datetime, by: str) -> None:
    """An account that never had a passphrase or a card: there is nothing beside it, so that thousands can be written in
    batches. Raises Conflict where it was changed meanwhile. Safe to repeat."""

    def verb(current: Person) -> Outcome:
        if not current.erased and (current.etag, current.passphrase_hash) != (before.etag, ""):
            raise Conflict("PERSON_CHANGED")
        return person.erase(current, 2, moment)

    await store.people.change(before.id, verb)
    await store.cards.remove_all(before.id)  # made at the same moment
    await store.audit.add(Action.PERSON_ERASED, before.name, "file of people taken back", actor=by)


async def erase(
    store: Store,
    before: Person,
    moment: datetime,
    *,
    also_last_administrator: bool = False,
    approve: tuple[str, Callable[[ErasureRequest], RequestOutcome]] | None = None,
    check: Callable[[AsyncClientSession], Awaitable[None]] | None = None,
) -> None:
    """Safe to repeat. `approve`: the number of the request that is approved with it. What `check` raises stops all. The
    last administrator is refused, unless they were erased already in a life that a restored backup does not know of.
    With an account go those that were merged into it."""
    erased: list[str] = []

    async def work(session: AsyncClientSession) -> None:
        current = await store.people.entities.change(before.id, lambda same: (same, []), session=session)
        if check:
            await check(session)
        erased.clear()
        erased.extend([before.id, *current.merged])
        await forget(session, before.id)
        if approve:
            await store.erasure_requests.change(*approve, session)
        for merged in current.merged:
            await forget(session, merged)

    async def forget(session: AsyncClientSession, key: str) -> None:
        name = f"people/{key}"
        counted = key == before.id and RUNS_EVERYTHING in before.grants and not also_last_administrator
        others = await store.people.administrators(session) if counted else 2
        await store.recorded(
            session,
            store.people.entities,
            key,
            lambda current: person.erase(current, others, moment),
            Action.PERSON_ERASED,
            name,
        )
        await store.equality.change(name, lambda current: equality.close(current, moment), session)
        await store.sessions.remove_all(key, session)
        await store.tokens.remove_all(key, session)
        await store.second_factors.remove_all(key, session)
        await store.identities.remove_all(key, session)
        await store.cards.remove_all(key, session)
        await store.mail_links.remove_all(key, session)
        await store.certificates.remove_all(key, session)
        await store.privacy_notices.remove_all(name, session)
        await store.imports.forget(key, session)
        await store.told_apart.forget(key, session)
        await store.retention.forget(key, session)

    await store.together(work)
    for key in erased:
        await store.people.entities.nudge(key)
        await store.equality.entities.nudge(store.equality.key_of(f"people/{key}"))
