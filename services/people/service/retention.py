# ruff: noqa: N802 - gRPC method names are the contract's
"""The retention schedule: read by anybody, set by administrators of everything, who may look first what it would do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ieum.people.v1 import retention_pb2 as pb
from ieum.people.v1.retention_pb2_grpc import RetentionServiceServicer
from services.chassis.clock import moment, now, stamp
from services.chassis.principal import Kind, acting
from services.chassis.token_access import Access
from services.people import authorisation
from services.people.domain import retention
from services.people.domain.audit import Action
from services.people.domain.retention import LIMITS, Schedule, Step
from services.people.messages import resources
from services.people.retention import Account, plan
from services.people.store import Store

TOKEN_ACCESS = {"GetRetention": Access("people.read", open=True)}
_WARNINGS = {Step.WARN: 1, Step.WARN_AGAIN: 2}


@dataclass
class RetentionService(RetentionServiceServicer):
    store: Store

    async def GetRetention(self, request: pb.GetRetentionRequest, context: object) -> pb.Retention:
        return await self._message(await self.store.retention.schedule())

    async def SetRetention(self, request: pb.SetRetentionRequest, context: object) -> pb.Retention:
        await authorisation.require_everywhere(self.store)
        acting().require_proof()
        before = await self.store.retention.schedule()
        seen, by, at = moment(request.set_time), acting().person, now()
        changed = await self.store.retention.change(
            lambda current: retention.set_days(current, request.unused_days, request.audit_days, seen, by, at)
        )
        if (before.unused_days, before.audit_days) != (changed.unused_days, changed.audit_days):
            detail = f"unused accounts {changed.unused_days} days, audit log {changed.audit_days} days; 0 is for ever"
            await self.store.audit.add(Action.RETENTION_SET, "", detail)
        return await self._message(changed)

    async def PreviewRetention(self, request: pb.PreviewRetentionRequest, context: object) -> pb.RetentionPreview:
        await authorisation.require_everywhere(self.store)
        current, at = await self.store.retention.schedule(), now()
        wanted, _ = retention.set_days(
            replace(current, set_at=None), request.unused_days, request.audit_days, None, "", at
        )
        planned = await plan(self.store, wanted, at)
        shown = [each.person.name for each in planned.shown]
        if shown and not acting().is_system:
            await self.store.audit.add(Action.PERSONAL_DATA_VIEWED, "people", "unused accounts", subjects=shown)
        due = planned.steps[Step.ERASE]
        return pb.RetentionPreview(
            accounts=planned.accounts,
            warned=planned.steps[Step.WARN],
            warned_again=planned.steps[Step.WARN_AGAIN],
            erased=due,
            kept=planned.steps[Step.FORGET_WARNING],
            audit_entries=planned.old_entries,
            stops=retention.is_too_many(wanted, due, planned.accounts),
            people=map(_account, planned.shown),
        )

    async def AllowRetention(self, request: pb.AllowRetentionRequest, context: object) -> pb.Retention:
        await authorisation.require_everywhere(self.store)
        acting().require_proof()
        before, at = await self.store.retention.schedule(), now()
        changed = await self.store.retention.change(lambda current: retention.allow(current, request.count, at))
        if before.stopped and not changed.stopped:
            await self.store.audit.add(Action.RETENTION_SET, "", f"lets {request.count} accounts go at once")
        return await self._message(changed)

    async def _message(self, schedule: Schedule) -> pb.Retention:
        message = pb.Retention(
            unused_days=schedule.unused_days,
            audit_days=schedule.audit_days,
            set_time=stamp(schedule.set_at),
            unused_least=LIMITS["unused_days"].least,
            audit_least=LIMITS["audit_days"].least,
            most=LIMITS["audit_days"].most,
        )
        caller = acting()
        if caller.is_system or caller.holds(authorisation.ADMINISTRATOR):
            message.stopped = schedule.stopped
            message.MergeFrom(pb.Retention(run_time=stamp(schedule.last_run_at)))
        if caller.kind is Kind.PERSON and (own := await self.store.people.find(resources.person_key(caller.person))):
            used_at = (await self.store.retention.used_at([own]))[own.id]
            unused = (await self.store.retention.warned([own.id])).get(own.id)
            is_warned = unused and unused.warned_at and used_at <= unused.warned_at
            erase_at = unused.erase_at if unused and is_warned else None
            message.MergeFrom(pb.Retention(own_use_time=stamp(used_at), own_erase_time=stamp(erase_at)))
        return message


def _account(each: Account) -> pb.UnusedAccount:
    return pb.UnusedAccount(
        person=resources.person_to_message(each.person),
        use_time=stamp(each.used_at),
        warning=_WARNINGS.get(each.step, 0),
        erased=each.step is Step.ERASE,
    )
