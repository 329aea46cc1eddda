"""The RPC door of the distribution: who gets the releases of an area, and who has them.

Whoever looks after an area keeps its recipients. Addresses are shown to nobody else, and to no API token.
"""

from __future__ import annotations

from dataclasses import replace

from google.protobuf.empty_pb2 import Empty

from ieum.statistics.v1 import distribution_pb2 as pb
from ieum.statistics.v1 import distribution_pb2_grpc, events_pb2
from ieum.statistics.v1.events_pb2 import RecipientsChanged
from services.chassis.clock import new_id, now, stamp
from services.chassis.errors import Invalid, Missing, Problem, Refused
from services.chassis.events.audit_events import AuditEvents
from services.chassis.principal import acting
from services.chassis.store.paging import decode_token, encode_token, page_size
from services.chassis.token_access import Access
from services.statistics import authorisation
from services.statistics.areas.tree import EVERYWHERE, AreaTree
from services.statistics.distribution import domain
from services.statistics.distribution.domain import Delivery, Recipient
from services.statistics.distribution.messages import (
    delivery_to_message,
    mail_state_to_message,
    recipient_to_message,
)
from services.statistics.distribution.store import Distribution
from services.statistics.distribution.summaries import Summaries
from services.statistics.facts.store import Facts
from services.statistics.releases.domain.lifecycle import Release, State
from services.statistics.releases.messages import observation_to_message
from services.statistics.releases.store import Releases

TOKEN_ACCESS = dict.fromkeys(("ListDeliveries", "GetMailState"), Access("statistics.read"))

FIELDS = ("area", "office", "address", "language")
MOST_ROWS = 2_000


class DistributionService(distribution_pb2_grpc.DistributionServiceServicer):
    def __init__(
        self, store: Distribution, releases: Releases, facts: Facts, summaries: Summaries, audit: AuditEvents
    ) -> None:
        self._store = store
        self._releases = releases
        self._facts = facts
        self._summaries = summaries
        self._audit = audit

    async def ListRecipients(self, request: pb.ListRecipientsRequest, context: object) -> pb.ListRecipientsResponse:
        tree = await self._facts.areas()
        areas = authorisation.own_areas(acting(), tree)
        if request.area:
            _require_area(tree, request.area)
            areas = tree.below(request.area)
        size, last = page_size(request.page_size), decode_token(request.page_token, str, str, str)
        if request.export and not last:
            acting().require_proof()
            await self._audit.publish(events_pb2.RecipientsExported())
        rows = await self._store.page(areas, last, size + 1)
        token = encode_token(rows[size - 1].area, rows[size - 1].office, rows[size - 1].key) if rows[size:] else ""
        return pb.ListRecipientsResponse(recipients=map(recipient_to_message, rows[:size]), next_page_token=token)

    async def GetRecipient(self, request: pb.GetRecipientRequest, context: object) -> pb.Recipient:
        return recipient_to_message(await self._mine(request.name))

    async def CreateRecipient(self, request: pb.CreateRecipientRequest, context: object) -> pb.Recipient:
        added = await self._store.add(await self._check(request.recipient))
        await self._announce(RecipientsChanged.ADDED, added)
        return recipient_to_message(added)

    async def UpdateRecipient(self, request: pb.UpdateRecipientRequest, context: object) -> pb.Recipient:
        existing = await self._mine(request.recipient.name)
        paths = list(request.update_mask.paths) or list(FIELDS)
        if unknown := [path for path in paths if path not in FIELDS]:
            raise Invalid("UPDATE_MASK_UNKNOWN", field="update_mask", path=", ".join(unknown))
        wanted = replace(existing, **{path: getattr(request.recipient, path) for path in paths})
        changed = domain.check_recipient(wanted)
        _require_area(await self._facts.areas(), changed.area)
        if changed != existing:
            changed = replace(changed, changed_by=acting().person, changed_at=now())
        changed = await self._store.put(existing.key, changed)
        await self._announce(RecipientsChanged.CHANGED, changed)
        return recipient_to_message(changed)

    async def DeleteRecipient(self, request: pb.DeleteRecipientRequest, context: object) -> Empty:
        recipient = await self._mine(request.name, removed=True)
        await self._store.remove(recipient.key, acting().person)
        await self._announce(RecipientsChanged.REMOVED, recipient)
        return Empty()

    async def ImportRecipients(
        self, request: pb.ImportRecipientsRequest, context: object
    ) -> pb.ImportRecipientsResponse:
        if len(request.recipients) > MOST_ROWS:
            raise Invalid("RECIPIENTS_TOO_MANY", field="recipients", most=MOST_ROWS)
        given = [await self._check_row(number, row) for number, row in enumerate(request.recipients, 1)]
        counts = {"added": 0, "changed": 0, "unchanged": 0}
        for recipient in given:
            counts[await self._import(recipient)] += 1
        await self._audit.publish(RecipientsChanged(change=RecipientsChanged.IMPORTED, count=len(given)))
        return pb.ImportRecipientsResponse(**counts)

    async def ListDeliveries(self, request: pb.ListDeliveriesRequest, context: object) -> pb.ListDeliveriesResponse:
        tree = await self._facts.areas()
        areas = authorisation.own_areas(acting(), tree)
        size, last = page_size(request.page_size), decode_token(request.page_token, str)
        rows = await self._store.deliveries_of(request.release, areas, last, size + 1)
        offices = await self._store.offices({row.recipient for row in rows})
        shown = [delivery_to_message(row, offices.get(row.recipient, "")) for row in rows[:size]]
        token = encode_token(rows[size - 1].key) if rows[size:] else ""
        return pb.ListDeliveriesResponse(deliveries=shown, next_page_token=token)

    async def SendSummary(self, request: pb.SendSummaryRequest, context: object) -> pb.Delivery:
        recipient = await self._mine(request.recipient)
        release = await self._published(request.release)
        if release.corrected_by and await self._summaries.is_published(release.corrected_by):
            raise Refused("RELEASE_CORRECTED", newer=release.corrected_by.removeprefix("releases/"))
        if recipient.area not in await self._summaries.areas(release):
            raise Refused("RECIPIENT_ELSEWHERE")
        delivery = await self._store.plan(release.name, recipient)
        if request.round:
            delivery = await self._store.deliveries.change(
                delivery.key, lambda stored: domain.send_again(stored, request.round, now())
            )
        return delivery_to_message(delivery, recipient.office)

    async def GetMailState(self, request: pb.GetMailStateRequest, context: object) -> pb.MailState:
        acting().require(*authorisation.ROLES)
        return mail_state_to_message(await self._store.mail_state())

    async def GetReceipt(self, request: pb.GetReceiptRequest, context: object) -> pb.Receipt:
        return await self._receipt(await self._store.by_secret(request.secret))

    async def ConfirmReceipt(self, request: pb.ConfirmReceiptRequest, context: object) -> pb.Receipt:
        delivery = await self._store.by_secret(request.secret)
        return await self._receipt(
            await self._store.deliveries.change(delivery.key, lambda stored: domain.confirm_receipt(stored, now()))
        )

    async def _announce(self, change: RecipientsChanged.Change.ValueType, recipient: Recipient) -> None:
        """After the change, which is safe to repeat: where this fails, the repeat announces it."""
        name = f"recipients/{recipient.key}"
        await self._audit.publish(RecipientsChanged(change=change, recipient=name, area=recipient.area))

    async def _receipt(self, delivery: Delivery) -> pb.Receipt:
        release = await self._published(delivery.release)
        recipient = await self._store.recipient(delivery.recipient)
        area = delivery.area.removeprefix("areas/")
        figures = domain.headlines(await self._summaries.headlines(release), area) if delivery.received_at else ()
        newer = release.corrected_by if await self._summaries.is_published(release.corrected_by) else ""
        return pb.Receipt(
            release=release.name,
            title=dict(release.title),
            area=delivery.area,
            area_title=dict((await self._facts.areas()).title(delivery.area)),
            office=recipient.office,
            language=recipient.language,
            receive_time=stamp(delivery.received_at),
            figures=map(observation_to_message, figures),
            corrected_by=newer,
        )

    async def _check(self, row: pb.Recipient) -> Recipient:
        _require_area(await self._facts.areas(), row.area)
        by, moment = acting().person, now()
        fresh = Recipient(new_id(), row.area, row.office, row.address, row.language, moment, by, moment)
        return domain.check_recipient(fresh)

    async def _check_row(self, number: int, row: pb.Recipient) -> Recipient:
        try:
            return await self._check(row)
        except Problem as problem:
            problem.details["row"] = str(number)
            raise

    async def _import(self, recipient: Recipient) -> str:
        existing = await self._store.at(recipient.area, recipient.address)
        if existing is None:
            await self._store.add(recipient)
            return "added"
        if (existing.office, existing.language) == (recipient.office, recipient.language):
            return "unchanged"
        await self._store.put(existing.key, replace(recipient, key=existing.key, created_at=existing.created_at))
        return "changed"

    async def _mine(self, name: str, *, removed: bool = False) -> Recipient:
        """Recipients of other areas are answered as if they did not exist."""
        acting().require(*authorisation.ROLES)
        prefix, _, key = name.partition("/")
        recipient = await self._store.recipients.find(key) if prefix == "recipients" else None
        if recipient is None or (recipient.removed and not removed):
            raise Missing("RECIPIENT_NOT_FOUND")
        if not authorisation.looks_after(acting(), await self._facts.areas(), recipient.area):
            raise Missing("RECIPIENT_NOT_FOUND")
        return recipient

    async def _published(self, name: str) -> Release:
        release = await self._releases.entities.find(name.removeprefix("releases/"))
        if release is None or release.state is not State.PUBLISHED:
            raise Missing("RELEASE_NOT_FOUND")
        return release


def _require_area(tree: AreaTree, area: str) -> None:
    if area == EVERYWHERE or not area.startswith("areas/"):
        raise Invalid("AREA_NEEDED", field="area")
    authorisation.require_area(acting(), tree, area)
