"""Erasing a person: account, answers, sessions, tokens, second factors, card and the names on certificates, in one
transaction."""

from __future__ import annotations

from collections.abc import Callable
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
) -> None:
    """Safe to repeat. `approve`: the number of the request that is approved with it. The last administrator is refused,
    unless they were erased already in a life that a restored backup does not know of."""

    async def work(session: AsyncClientSession) -> None:
        counted = RUNS_EVERYTHING in before.grants and not also_last_administrator
        others = await store.people.administrators(session) if counted else 2
        await store.recorded(
            session,
            store.people.entities,
            before.id,
            lambda current: person.erase(current, others, moment),
            Action.PERSON_ERASED,
            before.name,
        )
        if approve:
            await store.erasure_requests.change(*approve, session)
        await store.equality.change(before.name, lambda current: equality.close(current, moment), session)
        await store.sessions.remove_all(before.id, session)
        await store.tokens.remove_all(before.id, session)
        await store.second_factors.remove_all(before.id, session)
        await store.identities.remove_all(before.id, session)
        await store.cards.remove_all(before.id, session)
        await store.certificates.remove_all(before.id, session)
        await store.privacy_notices.remove_all(before.name, session)
        await store.imports.forget(before.id, session)
        await store.told_apart.forget(before.id, session)

    answers = (store.equality.entities, store.equality.key_of(before.name))
    await store.together(work, (store.people.entities, before.id), answers)
