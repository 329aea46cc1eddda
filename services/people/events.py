"""Events that the people service handles: what other services answered or changed and the audit log must show."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from google.protobuf.timestamp_pb2 import Timestamp

from ieum.classes.v1.events_pb2 import ApplicationChanged, AttendanceMarked, KitTaken
from ieum.enrollment.v1.events_pb2 import Enrolled
from ieum.notices.v1.events_pb2 import ContactsViewed
from ieum.people.v1.events_pb2 import (
    EqualityAnswersGiven,
    PersonErased,
    PersonMoved,
    PersonRegistered,
    RolesChanged,
)
from ieum.progress.v1.events_pb2 import CertificateIssued, GridExported, RecordChangedByHand
from ieum.statistics.v1 import events_pb2 as statistics
from ieum.statistics.v1.statistics_pb2 import Dimension
from ieum.surveys.v1.events_pb2 import CommentDecided
from services.chassis.clock import moment
from services.chassis.events.bus import Bus, Handlers
from services.people.domain.audit import Action
from services.people.store import Store
from services.people.store.audit import AuditStore
from services.people.store.ledger import ErasureLedger

_ANNOUNCED_SECONDS = 5
_PACKAGE = "ieum.people.v1"
_CHANGES = {
    statistics.RecipientsChanged.ADDED: "added",
    statistics.RecipientsChanged.CHANGED: "changed",
    statistics.RecipientsChanged.REMOVED: "removed",
}

_Step = statistics.ReleaseStepTaken
_STEPS = {
    _Step.PLANNED: Action.RELEASE_PLANNED,
    _Step.BUILD_CANCELLED: Action.RELEASE_BUILD_CANCELLED,
    _Step.APPROVED: Action.RELEASE_APPROVED,
    _Step.PUBLISHED: Action.RELEASE_PUBLISHED,
    _Step.CORRECTION_PLANNED: Action.RELEASE_CORRECTION_PLANNED,
    _Step.WITHDRAWN: Action.RELEASE_WITHDRAWN,
}


class _Notice(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def time(self) -> Timestamp: ...


def progress_handlers(store: Store) -> Handlers:
    async def on_exported(event: GridExported) -> None:
        await _add(store.audit, event, Action.EXPORTED, event.course, f"class grid of {event.course}")

    async def on_changed(event: RecordChangedByHand) -> None:
        what = "completed" if event.change == RecordChangedByHand.COMPLETED else f"quiz {event.quiz} reset"
        detail = f"{what} in {event.course}"
        await _add(store.audit, event, Action.RECORD_CHANGED_BY_HAND, event.person, detail, [event.person])

    return {GridExported: on_exported, RecordChangedByHand: on_changed}


def notice_handlers(store: Store) -> Handlers:
    async def on_viewed(event: ContactsViewed) -> None:
        detail = "notices" if event.person else f"whom to tell: {event.count}"
        seen = event.person or "people"
        await _add(store.audit, event, Action.PERSONAL_DATA_VIEWED, seen, detail, event.persons)

    return {ContactsViewed: on_viewed}


def survey_handlers(store: Store) -> Handlers:
    async def on_decided(event: CommentDecided) -> None:
        detail = "shown" if event.shown else "hidden"
        await _add(store.audit, event, Action.COMMENT_DECIDED, event.evaluation, f"{event.comment}: {detail}")

    return {CommentDecided: on_decided}


def kit_handlers(store: Store) -> Handlers:
    async def on_taken(event: KitTaken) -> None:
        action = Action.KIT_REVOKED if event.revoked else Action.KIT_TAKEN
        await _add(store.audit, event, action, event.class_name, event.kit)

    return {KitTaken: on_taken}


def enrolment_handlers(store: Store) -> Handlers:
    async def on_enrolled(event: Enrolled) -> None:
        """Whoever has begun to learn is not taken back with the list that they came from."""
        await store.imports.mark_touched(event.person.removeprefix("people/"))

    return {Enrolled: on_enrolled}


def application_handlers(store: Store) -> Handlers:
    async def on_changed(event: ApplicationChanged) -> None:
        await store.imports.mark_touched(event.person.removeprefix("people/"))

    return {ApplicationChanged: on_changed}


def use_handlers(store: Store) -> tuple[Handlers, Handlers]:
    """Of enrollment and of classes: somebody learns who perhaps never signs in, because staff enter it for them."""

    async def note(person: str, time: Timestamp) -> None:
        key, at = person.removeprefix("people/"), moment(time)
        if key and at:
            await store.retention.note_use(key, at)
            # Use and erasure may come in either order: each looks for the other after its own write.
            found = await store.people.find(key)
            if found is None or found.erased:
                await store.retention.forget(key)

    async def on_enrolled(event: Enrolled) -> None:
        await note(event.person, event.time)

    async def on_applied(event: ApplicationChanged) -> None:
        if event.reason != "PERSON_ERASED":
            await note(event.person, event.time)

    async def on_attended(event: AttendanceMarked) -> None:
        await note(event.person, event.time)

    return {Enrolled: on_enrolled}, {ApplicationChanged: on_applied, AttendanceMarked: on_attended}


def certificate_handlers(store: Store) -> Handlers:
    async def on_issued(event: CertificateIssued) -> None:
        """Keeps the holder's name. Certificates of earlier releases get the name that their holder has now."""
        key = event.person.removeprefix("people/")
        name = (await store.people.names([key])).get(key)
        if name:
            await store.certificates.keep(event.certificate.removeprefix("certificates/"), key, name)

    return {CertificateIssued: on_issued}


def erasure_handlers(store: Store, ledger: ErasureLedger, bus: Bus) -> Handlers:
    async def on_erased(event: PersonErased) -> None:
        """Notes the erasure where no restored backup can undo it, and takes earlier events of the person out."""
        await asyncio.to_thread(ledger.add, event.person, _dated(event.time))
        card, key = store.equality.key_of(event.person), event.person.removeprefix("people/")
        async with asyncio.timeout(_ANNOUNCED_SECONDS):
            while await store.equality.is_announcing(card):  # noqa: ASYNC110 - the broker is what is waited for
                await asyncio.sleep(0.1)
        await bus.take_out_all(_PACKAGE, f"{EqualityAnswersGiven.DESCRIPTOR.full_name}.{card}")
        for kind in (PersonRegistered, PersonMoved, RolesChanged):
            await bus.take_out_all(_PACKAGE, f"{kind.DESCRIPTOR.full_name}.{key}")
        await store.erasure_requests.finish(event.person, _dated(event.time))

    return {PersonErased: on_erased}


def statistics_handlers(store: Store) -> Handlers:
    audit = store.audit

    async def on_table_queried(event: statistics.TableQueried) -> None:
        await _add(audit, event, Action.STATISTICS_QUERIED, event.area, f"chosen: {_choice(event)}")

    async def on_table_exported(event: statistics.TableExported) -> None:
        await _add(audit, event, Action.EXPORTED, event.area, f"statistics of {event.area}")

    async def on_working_figures_viewed(event: statistics.WorkingFiguresViewed) -> None:
        await _add(audit, event, Action.WORKING_FIGURES_VIEWED, event.area, f"for: {event.purpose}")

    async def on_recipients_exported(event: statistics.RecipientsExported) -> None:
        await _add(audit, event, Action.EXPORTED, "list", "mailing list")

    async def on_recipients_changed(event: statistics.RecipientsChanged) -> None:
        if event.change == statistics.RecipientsChanged.IMPORTED:
            subject, detail = "", f"offices read: {event.count}"
        else:
            detail = f"office {_CHANGES[event.change]}: {event.recipient}"
            is_gone = event.change == statistics.RecipientsChanged.REMOVED
            subject = event.recipient if is_gone else event.area
        await _add(audit, event, Action.RECIPIENTS_CHANGED, subject, detail)

    async def on_release_discarded(event: statistics.ReleaseDiscarded) -> None:
        await _add(audit, event, Action.RELEASE_DISCARDED, event.release, f"release of {event.area}")

    async def on_step_taken(event: statistics.ReleaseStepTaken) -> None:
        at = moment(event.publish_time)
        detail = f"release of {event.area}" + (f", out on {at.isoformat()}" if at else "")
        await _add(audit, event, _STEPS[event.step], event.release, detail)

    return {
        statistics.TableQueried: on_table_queried,
        statistics.TableExported: on_table_exported,
        statistics.WorkingFiguresViewed: on_working_figures_viewed,
        statistics.RecipientsExported: on_recipients_exported,
        statistics.RecipientsChanged: on_recipients_changed,
        statistics.ReleaseDiscarded: on_release_discarded,
        statistics.ReleaseStepTaken: on_step_taken,
    }


async def _add(
    audit: AuditStore, notice: _Notice, action: Action, subject: str, detail: str, subjects: Sequence[str] = ()
) -> None:
    """Adds one entry for each notice, dated when it happened."""
    time = _dated(notice.time)
    await audit.add(
        action, subject, detail, actor=notice.actor, request_id=notice.id, time=time, subjects=list(subjects)
    )


def _choice(event: statistics.TableQueried) -> str:
    """The choice in field names and codes, not in words of a language."""
    as_of = moment(event.as_of)
    parts = {
        "by": Dimension.Name(event.by) if event.by else "",
        "course": event.course,
        "from": event.from_quarter,
        "to": event.to_quarter,
        "as of": as_of.isoformat() if as_of else "",
        "periods": " ".join(event.periods),
    }
    return ", ".join(f"{name} {value}" for name, value in parts.items() if value)


def _dated(stamp: Timestamp) -> datetime:
    time = moment(stamp)
    if time is None:
        raise ValueError("event without its time")
    return time
