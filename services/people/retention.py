"""Goes through all accounts once a day: warns whose have not been used for long, and erases them when their day has
come. The same walk, without doing anything, says what would go."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pymongo.asynchronous.client_session import AsyncClientSession

from services.chassis.clock import now
from services.chassis.errors import Conflict, Refused
from services.chassis.events.bus import check_cancelled
from services.chassis.observability import trace
from services.people.domain import erasure_request, retention
from services.people.domain.audit import Action
from services.people.domain.erasure_request import BY_SCHEDULE
from services.people.domain.person import Person
from services.people.domain.retention import Schedule, Step, Unused
from services.people.store import Store
from services.people.store.erasing import erase

_SECONDS = 60.0
_AT_ONCE = 500
_MOST_SHOWN = 50


@dataclass(frozen=True)
class Account:
    person: Person
    used_at: datetime
    unused: Unused | None
    step: Step


@dataclass
class Plan:
    """What is to be done today. `shown`: the first accounts with whom anything is done."""

    accounts: int = 0
    steps: Counter[Step] = field(default_factory=Counter)
    shown: list[Account] = field(default_factory=list)
    old_entries: int = 0


async def sweep(store: Store) -> None:
    """Until cancelled. Every process looks; one of them does the work of a day."""
    while True:
        check_cancelled()
        try:
            await run_if_due(store, now())
        except Exception:
            trace.log().warning("retention delayed", exc_info=True)
        await asyncio.sleep(random.uniform(_SECONDS / 2, _SECONDS))  # noqa: S311 - jitter


async def plan(store: Store, schedule: Schedule, moment: datetime) -> Plan:
    """Changes nothing."""
    planned = Plan()
    async for lot in _lots(store, schedule, moment):
        for account in lot:
            planned.accounts += 1
            planned.steps[account.step] += 1
            if account.step is not Step.NOTHING and len(planned.shown) < _MOST_SHOWN:
                planned.shown.append(account)
    if schedule.audit_days:
        planned.old_entries = await store.retention.old_entries(moment - timedelta(days=schedule.audit_days))
    return planned


async def run_if_due(store: Store, moment: datetime) -> bool:
    """Whether this process did the work of the day."""
    schedule = await store.retention.schedule()
    if not schedule.is_on or schedule.next_run_at is None or schedule.next_run_at > moment:
        return False
    try:
        schedule = await store.retention.change(lambda current: retention.claim(current, moment))
    except Refused:
        return False  # another process was first
    await _Run(store, schedule, moment).work()
    return True


async def _lots(store: Store, schedule: Schedule, moment: datetime) -> AsyncIterator[list[Account]]:
    """All accounts that the schedule concerns, with what is to be done about each."""
    async for people in store.people.lots(_AT_ONCE):
        concerned = [each for each in people if retention.concerns(each)]
        used_at = await store.retention.used_at(concerned)
        warned = await store.retention.warned(used_at)
        yield [
            Account(
                each,
                used_at[each.id],
                warned.get(each.id),
                retention.step(warned.get(each.id), used_at[each.id], schedule.unused_days, moment),
            )
            for each in concerned
        ]


class _Run:
    def __init__(self, store: Store, schedule: Schedule, moment: datetime) -> None:
        self._store, self._schedule, self._moment = store, schedule, moment
        self._done: Counter[Step] = Counter()

    async def work(self) -> None:
        planned = await plan(self._store, self._schedule, self._moment)
        due = planned.steps[Step.ERASE]
        stops = retention.is_too_many(self._schedule, due, planned.accounts)
        async for lot in _lots(self._store, self._schedule, self._moment):
            for account in lot:
                if account.step is not Step.ERASE or not stops:
                    await self._take(account)
        await self._store.retention.change(
            lambda current: retention.stop(current, due) if stops else retention.go_on(current)
        )
        dropped = 0
        if days := self._schedule.audit_days:
            dropped = await self._store.retention.drop_entries(self._moment - timedelta(days=days))
        warned = self._done[Step.WARN] + self._done[Step.WARN_AGAIN]
        if warned or self._done[Step.ERASE] or dropped or stops:
            detail = f"warned {warned}, erased {self._done[Step.ERASE]}, audit entries {dropped}"
            stopped = f", stopped before {due}" if stops else ""
            await self._store.audit.add(Action.RETENTION_RAN, "", detail + stopped, actor="")

    async def _take(self, account: Account) -> None:
        person, unused, moment = account.person, self._store.retention.unused, self._moment
        match account.step:
            case Step.WARN:
                days = self._schedule.unused_days
                await unused.change(
                    person.id,
                    lambda current: retention.warn(current, person.name, account.used_at, days, moment),
                    start=Unused(),
                )
            case Step.WARN_AGAIN:
                await unused.change(person.id, lambda current: retention.warn_again(current, moment))
            case Step.FORGET_WARNING:
                await unused.change(person.id, retention.forget_warning)
            case Step.ERASE:
                await self._erase(account)
        self._done[account.step] += 1

    async def _erase(self, account: Account) -> None:
        """As a request that nobody has to decide on: an administrator has set the schedule, and the person was warned
        twice. One of their own is left to administrators. Whoever signs in at this moment is kept."""
        store, person, moment = self._store, account.person, self._moment
        asked, _ = await store.erasure_requests.ask(person.name, person.area, person.organisation, BY_SCHEDULE, moment)
        if asked.asked_by != BY_SCHEDULE:
            return

        async def check_unused(session: AsyncClientSession) -> None:
            await store.retention.check_used_at(person, account.used_at, session)

        try:
            await erase(
                store,
                person,
                moment,
                approve=(asked.id, lambda current: erasure_request.approve(current, "", moment)),
                check=check_unused,
            )
        except Conflict:
            await store.erasure_requests.change(asked.id, lambda current: erasure_request.take_back(current, moment))
