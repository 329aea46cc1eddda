"""Which events of other services ask for a notice. Each may arrive twice and in any order."""

from __future__ import annotations

from collections.abc import Callable

from ieum.classes.v1 import classes_pb2, events_pb2
from ieum.people.v1.events_pb2 import (
    AccountMailRequested,
    AccountsMerged,
    AccountUnused,
    PersonErased,
    PersonMoved,
    PersonRegistered,
    PlacesImported,
    RolesChanged,
)
from ieum.progress.v1.events_pb2 import CertificateIssued, CertificateRevoked, HelpOffered
from ieum.statistics.v1.events_pb2 import SummaryRequested
from ieum.surveys.v1.events_pb2 import EvaluationAsked
from services.chassis.clock import moment, now
from services.chassis.events.bus import Handlers
from services.notices.domain.notice import Kind
from services.notices.messages import class_plan
from services.notices.planner import Planner
from services.notices.store import Store

ClassEvent = (
    events_pb2.ClassPublished
    | events_pb2.ClassChanged
    | events_pb2.ClassCancelled
    | events_pb2.SessionMoved
    | events_pb2.SessionCancelled
)


def statistics_handlers(store: Store, nudge: Callable[[], None]) -> Handlers:
    async def on_summary_requested(event: SummaryRequested) -> None:
        await store.request("statistics", event.request, moment(event.request_time) or now(), event.revision)
        nudge()

    return {SummaryRequested: on_summary_requested}


def people_handlers(store: Store, nudge: Callable[[], None], planner: Planner) -> Handlers:
    async def on_mail_requested(event: AccountMailRequested) -> None:
        await store.request("people", event.request, moment(event.request_time) or now(), event.revision)
        nudge()

    async def on_home(event: PersonRegistered | PersonMoved) -> None:
        await store.copies.keep_home(event.person, event.area, event.revision)

    async def on_places(event: PlacesImported) -> None:
        await store.copies.areas.keep({area.name: area.parent for area in event.areas}, event.revision)

    async def on_erased(event: PersonErased) -> None:
        await store.forget(event.person)

    async def on_roles(event: RolesChanged) -> None:
        await store.revoke_centre_calendars(event.person)

    async def on_merged(event: AccountsMerged) -> None:
        await planner.plan_account(
            Kind.ACCOUNT_MERGED, event.kept, f"{event.person.rpartition('/')[2]}.{event.revision}", moment(event.time)
        )

    async def on_unused(event: AccountUnused) -> None:
        until = moment(event.erase_time)
        key = f"{event.warning}.{event.revision}"
        await planner.plan_account(Kind.ACCOUNT_UNUSED, event.person, key, moment(event.time), until)

    return {
        AccountMailRequested: on_mail_requested,
        AccountsMerged: on_merged,
        AccountUnused: on_unused,
        RolesChanged: on_roles,
        PersonRegistered: on_home,
        PersonMoved: on_home,
        PersonErased: on_erased,
        PlacesImported: on_places,
    }


def progress_handlers(planner: Planner) -> Handlers:
    async def on_issued(event: CertificateIssued) -> None:
        await planner.plan_certificate(event)

    async def on_revoked(event: CertificateRevoked) -> None:
        await planner.drop_certificate(event.certificate)

    async def on_help(event: HelpOffered) -> None:
        await planner.plan_help(event)

    return {CertificateIssued: on_issued, CertificateRevoked: on_revoked, HelpOffered: on_help}


def survey_handlers(planner: Planner) -> Handlers:
    async def on_asked(event: EvaluationAsked) -> None:
        await planner.plan_evaluation(event)

    return {EvaluationAsked: on_asked}


def class_handlers(store: Store, planner: Planner) -> Handlers:
    async def on_plan(event: ClassEvent) -> None:
        await store.copies.keep_class(event.class_name, event.revision, class_plan(event.plan, moment(event.time)))

    async def on_session(event: events_pb2.SessionMoved | events_pb2.SessionCancelled) -> None:
        await on_plan(event)
        await planner.plan_dates(event.class_name, event.session.number, event.revision, event.plan)

    async def on_application(event: events_pb2.ApplicationChanged) -> None:
        state = classes_pb2.ApplicationState.Name(event.state)
        since = moment(event.time) or now()
        if await store.copies.keep_application(
            event.application, event.revision, event.person, event.class_name, state, since
        ):
            await planner.plan_step(event)

    async def on_visit(event: events_pb2.VisitChanged) -> None:
        await planner.plan_visit(event)

    return {
        events_pb2.VisitChanged: on_visit,
        events_pb2.ClassPublished: on_plan,
        events_pb2.ClassChanged: on_plan,
        events_pb2.ClassCancelled: on_plan,
        events_pb2.SessionMoved: on_session,
        events_pb2.SessionCancelled: on_session,
        events_pb2.ApplicationChanged: on_application,
    }
