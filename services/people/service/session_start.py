"""How a session begins, once everything that had to be proved is proved."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import replace

from ieum.people.v1 import people_pb2
from services.chassis.clock import now, stamp
from services.chassis.errors import Unauthenticated
from services.people.domain import second_factor, sessions
from services.people.domain.audit import Action
from services.people.domain.person import Person
from services.people.domain.second_factor import SecondFactors
from services.people.messages import resources
from services.people.service.base import ServiceBase
from services.people.store.sessions import key_of


class SessionStart(ServiceBase):
    async def begin_or_await(
        self, owner: Person, shared_device: bool, agent: str, device_marks: Iterable[str]
    ) -> people_pb2.SignInResponse:
        """After the first proof: a session, or for whoever has a second factor the wait for it."""
        owner = await self._kept(owner)
        factors = await self.store.second_factors.of(owner.id)
        if not factors.is_set_up:
            return await self.begin_session(owner, shared_device, agent, device_marks)
        secret = secrets.token_urlsafe(32)
        attempt = second_factor.begin_attempt(owner, shared_device, agent[: sessions.AGENT_LENGTH], now())
        await self.store.second_factors.begin(secret, attempt)
        return people_pb2.SignInResponse(
            attempt=secret, attempt_expire_time=stamp(attempt.expire_time), has_passkey=bool(factors.passkeys)
        )

    async def begin_session(
        self, owner: Person, shared_device: bool, agent: str, device_marks: Iterable[str], *, card_at: str = ""
    ) -> people_pb2.SignInResponse:
        """`card_at`: the computer of a centre at which somebody came in with a card; it gets no mark."""
        owner = await self._kept(owner)
        secret = secrets.token_urlsafe(32)
        factors = await self._factors(owner)
        due = None if factors.is_set_up else factors.due_time
        session = sessions.begin(
            owner,
            shared_device,
            now(),
            agent,
            second_factor_due=due,
            second_factor=factors.is_set_up,
            by_card=bool(card_at),
        )
        marks = (mark for mark in device_marks if self.store.device_owner(mark) == owner.id)
        await asyncio.gather(
            self.store.audit.add(
                Action.SIGNED_IN, owner.name, f"card at {card_at}" if card_at else "", actor=owner.name
            ),
            self.store.sessions.begin(key_of(secret), session),
            self.store.retention.note_use(owner.id, session.begin_time),
        )
        return people_pb2.SignInResponse(
            token=secret,
            viewer=resources.session_viewer_to_message(owner, key_of(secret), session),
            device_mark="" if card_at else next(marks, "") or self.store.device_mark(owner.id),
        )

    async def _kept(self, owner: Person) -> Person:
        """The account that was kept where this one rests. Staff decided whether its sign-in still opens anything; an
        account with a role is opened by its own alone."""
        if not owner.kept_as:
            return owner
        kept = await self.store.people.get(owner.kept_as)
        if not owner.opens_kept or kept.is_staff:
            raise Unauthenticated("ACCOUNT_MERGED", login=kept.login)
        return kept

    async def _factors(self, owner: Person) -> SecondFactors:
        """From now on with a day on which one is due, for whoever needs one."""
        factors = self.store.second_factors
        if not self.second_factor.concerns(owner):
            return replace(await factors.of(owner.id), due_time=None)
        grace, moment = self.second_factor.grace, now()
        return await factors.entities.change(
            owner.id, lambda current: second_factor.give_grace(current, grace, moment), start=SecondFactors()
        )
