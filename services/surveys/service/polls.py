# ruff: noqa: N802 - gRPC method names are the contract's
"""Polls."""

from __future__ import annotations

import asyncio

from ieum.surveys.v1 import surveys_pb2 as pb
from services.chassis.clock import new_id, now
from services.chassis.errors import Forbidden
from services.chassis.principal import acting, caller
from services.chassis.store.paging import page_size
from services.surveys import authorisation
from services.surveys.domain import poll as rules
from services.surveys.domain import sealing
from services.surveys.domain.poll import Poll
from services.surveys.messages.polls import poll_key, poll_to_message, wanted_poll
from services.surveys.service.base import Methods


class PollMethods(Methods):
    async def CreatePoll(self, request: pb.CreatePollRequest, context: object) -> pb.Poll:
        principal = caller()
        await authorisation.require_administrator(self._store.areas, principal, request.area)
        wanted = rules.checked(wanted_poll(request, principal.person), now())
        if known := await self._store.polls.find(wanted.id):
            return await self._shown(rules.create(known, wanted, b"", b"", "", now())[0])
        key, file = await asyncio.to_thread(sealing.new_key), f"{wanted.id}.{new_id()}"
        # The file first: a poll without it could never be counted.
        await asyncio.to_thread(self._key_files.write, file, key.filed)
        created = await self._store.polls.create(
            wanted.id, lambda stored: rules.create(stored, wanted, key.public, key.stored, file, now())
        )
        if created.key_file != file:  # the same request, sent twice
            await asyncio.to_thread(self._key_files.destroy, file)
        return await self._shown(created)

    async def GetPoll(self, request: pb.GetPollRequest, context: object) -> pb.Poll:
        return await self._shown(await self._store.polls.get(poll_key(request.name)))

    async def ListPolls(self, request: pb.ListPollsRequest, context: object) -> pb.ListPollsResponse:
        polls, token = await self._store.polls.page(page_size(request.page_size), request.page_token)
        return pb.ListPollsResponse(polls=[await self._shown(each) for each in polls], next_page_token=token)

    async def CastVote(self, request: pb.CastVoteRequest, context: object) -> pb.CastVoteResponse:
        principal = caller()
        person, poll = principal.require_person(), await self._store.polls.get(poll_key(request.name))
        rules.require_option(poll, request.option, now())
        if not await authorisation.may_vote(self._store.areas, principal, poll):
            raise Forbidden("POLL_FOR_OTHER_AREA")
        await self._store.polls.ballots.put(poll.id, person, sealing.seal(poll.public_key, request.option))
        return pb.CastVoteResponse()

    async def ListOwnBallots(self, request: pb.ListOwnBallotsRequest, context: object) -> pb.ListOwnBallotsResponse:
        polls = await self._store.polls.with_ballot_of(acting().require_person())
        return pb.ListOwnBallotsResponse(polls=[poll_to_message(each, voted=True) for each in polls])

    async def _shown(self, poll: Poll) -> pb.Poll:
        principal = acting()
        eligible = await authorisation.may_vote(self._store.areas, principal, poll)
        voted = eligible and await self._store.polls.ballots.has(poll.id, principal.person)
        return poll_to_message(poll, eligible=eligible, voted=voted)
