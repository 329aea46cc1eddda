"""Counts polls once they have closed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.chassis.clock import now
from services.chassis.observability import trace
from services.surveys.domain import poll as rules
from services.surveys.domain.poll import Poll
from services.surveys.domain.sealing import Opener, WrongHalves
from services.surveys.store.key_files import KeyFiles
from services.surveys.store.polls import PollStore

_LAST_VOTES = timedelta(seconds=30)
"""A vote that came in time may still be on its way to the database."""


async def count_due(store: PollStore, key_files: KeyFiles) -> None:
    for poll in await store.due(now() - _LAST_VOTES):
        await count(store, key_files, poll)
    for poll in await store.uncleared():
        await clear(store, key_files, poll)


async def count(store: PollStore, key_files: KeyFiles, poll: Poll) -> None:
    """All ballots at once, in memory; one write with nothing but the counts. Killed in between, it is done again with
    the same result."""
    half = await asyncio.to_thread(key_files.read, poll.key_file)
    try:
        opener = Opener(poll.key_half, half or b"")
    except WrongHalves:
        trace.log().error("the key file of a poll is lost", poll=poll.id)
        await store.change(poll.id, rules.void)
    else:
        sealed = await store.ballots.sealed(poll.id)
        choices = await asyncio.to_thread(lambda: [opener.open(each) for each in sealed])
        await store.change(poll.id, lambda stored: rules.finish(stored, choices, now()))
    await clear(store, key_files, poll)


async def clear(store: PollStore, key_files: KeyFiles, poll: Poll) -> None:
    """Safe to repeat. The key goes first: without it the ballots are noise."""
    await asyncio.to_thread(key_files.destroy, poll.key_file)
    await store.ballots.drop(poll.id)
    await store.change(poll.id, rules.clear)
