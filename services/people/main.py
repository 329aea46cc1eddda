"""Composition root of the people service."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ieum.notices.v1.notices_pb2_grpc import (
    add_ContactSourceServiceServicer_to_server,
    add_NoticeSourceServiceServicer_to_server,
)
from ieum.people.v1 import (
    cards_pb2_grpc,
    counter_pb2_grpc,
    imports_pb2_grpc,
    mail_links_pb2_grpc,
    people_pb2_grpc,
    privacy_pb2_grpc,
    retention_pb2_grpc,
)
from services.chassis.run import Frame, main_with
from services.people.domain.person import Role
from services.people.domain.second_factor import Requirement
from services.people.events import (
    application_handlers,
    certificate_handlers,
    enrolment_handlers,
    erasure_handlers,
    kit_handlers,
    notice_handlers,
    progress_handlers,
    statistics_handlers,
    survey_handlers,
    use_handlers,
)
from services.people.passphrases import Passphrases
from services.people.retention import sweep as retention_sweep
from services.people.service import TOKEN_ACCESS, PeopleService, cards, counter, imports, mail_links, privacy, retention
from services.people.service.contacts import ContactSource
from services.people.service.letters import AccountLetters
from services.people.settings import NO_ROLE, PeopleSettings
from services.people.store import Store
from services.people.store.ledger import ErasureLedger
from services.people.store.old_events import OldEvents
from services.people.sweep import sweep


async def compose(frame: Frame[PeopleSettings]) -> None:
    store = Store(frame.database, frame.outbox, frame.settings.pseudonym_key)
    await store.prepare()
    await OldEvents(frame.database, frame.bus, frame.settings.pseudonym_key).replace()
    server = frame.offer("ieum.people.v1.PeopleService", TOKEN_ACCESS)
    people = PeopleService(store, Passphrases(), _requirement(frame.settings), frame.settings.backup_days)
    people_pb2_grpc.add_PeopleServiceServicer_to_server(people, server)
    privacy_pb2_grpc.add_PrivacyServiceServicer_to_server(
        privacy.PrivacyService(people), frame.offer("ieum.people.v1.PrivacyService", privacy.TOKEN_ACCESS)
    )
    counter_pb2_grpc.add_CounterServiceServicer_to_server(
        counter.CounterService(store), frame.offer("ieum.people.v1.CounterService", counter.TOKEN_ACCESS)
    )
    cards_pb2_grpc.add_CardServiceServicer_to_server(
        cards.CardService(people), frame.offer("ieum.people.v1.CardService", {})
    )
    retention_pb2_grpc.add_RetentionServiceServicer_to_server(
        retention.RetentionService(store), frame.offer("ieum.people.v1.RetentionService", retention.TOKEN_ACCESS)
    )
    mail_links_pb2_grpc.add_MailLinkServiceServicer_to_server(
        mail_links.MailLinkService(people), frame.offer("ieum.people.v1.MailLinkService", {})
    )
    add_NoticeSourceServiceServicer_to_server(
        AccountLetters(store), frame.offer("ieum.notices.v1.NoticeSourceService", {})
    )
    add_ContactSourceServiceServicer_to_server(
        ContactSource(store), frame.offer("ieum.notices.v1.ContactSourceService", {})
    )
    imports_pb2_grpc.add_PeopleImportServiceServicer_to_server(
        imports.PeopleImportService(store), frame.offer("ieum.people.v1.PeopleImportService", {})
    )
    frame.keep_running(partial(sweep, store))
    frame.keep_running(partial(retention_sweep, store))
    learning, classes = use_handlers(store)
    frame.hear("ieum.enrollment.v1", learning, apart="use")
    frame.hear("ieum.classes.v1", classes, apart="use")
    frame.hear("ieum.enrollment.v1", enrolment_handlers(store), apart="imports")
    frame.hear("ieum.classes.v1", application_handlers(store), apart="imports")
    frame.hear("ieum.progress.v1", progress_handlers(store))
    frame.hear("ieum.progress.v1", certificate_handlers(store), apart="certificates")
    frame.hear("ieum.statistics.v1", statistics_handlers(store))
    frame.hear("ieum.notices.v1", notice_handlers(store))
    frame.hear("ieum.surveys.v1", survey_handlers(store))
    frame.hear("ieum.classes.v1", kit_handlers(store))
    ledger = ErasureLedger(frame.settings.erasure_ledger)
    ledger.begin()
    frame.hear("ieum.people.v1", erasure_handlers(store, ledger, frame.bus), apart="erasures")


def _requirement(settings: PeopleSettings) -> Requirement:
    named = settings.second_factor_roles
    roles = () if named == NO_ROLE else (Role(name) for name in named.split(","))
    return Requirement(frozenset(roles), timedelta(days=settings.second_factor_grace_days))


if __name__ == "__main__":
    main_with(PeopleSettings, "people", compose)
