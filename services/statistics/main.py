"""The statistics service: hears every other service, holds facts, answers with tables."""

from __future__ import annotations

from ieum.notices.v1.notices_pb2_grpc import add_NoticeSourceServiceServicer_to_server
from ieum.statistics.v1.distribution_pb2_grpc import add_DistributionServiceServicer_to_server
from ieum.statistics.v1.questions_pb2_grpc import add_QuestionServiceServicer_to_server
from ieum.statistics.v1.releases_pb2_grpc import add_ReleaseServiceServicer_to_server
from ieum.statistics.v1.statistics_pb2_grpc import add_StatisticsServiceServicer_to_server
from ieum.statistics.v1.working_pb2_grpc import add_WorkingViewServiceServicer_to_server
from services.chassis.events.audit_events import AuditEvents
from services.chassis.run import Frame, main_with
from services.statistics.disclosure.policy import Policy
from services.statistics.distribution.events import notice_handlers, release_handlers
from services.statistics.distribution.question_mails import QuestionMails
from services.statistics.distribution.question_service import QuestionService
from services.statistics.distribution.question_store import Questions
from services.statistics.distribution.service import TOKEN_ACCESS as DISTRIBUTION_ACCESS
from services.statistics.distribution.service import DistributionService
from services.statistics.distribution.source_service import SummarySource
from services.statistics.distribution.store import Distribution
from services.statistics.distribution.summaries import Summaries
from services.statistics.facts.events import Listener
from services.statistics.facts.store import Facts
from services.statistics.live.daily import DailyStates
from services.statistics.live.overviews import Overviews
from services.statistics.live.own_facts import OwnFacts
from services.statistics.live.residents import Residents
from services.statistics.live.service import TOKEN_ACCESS, StatisticsService
from services.statistics.live.store import LiveStates
from services.statistics.live.working_service import WorkingViewService
from services.statistics.live.working_store import WorkingLooks
from services.statistics.reference_data.geographies import Geographies
from services.statistics.reference_data.store import References
from services.statistics.releases.builder import Builder
from services.statistics.releases.edition import EditionBuilder
from services.statistics.releases.previews import Previews
from services.statistics.releases.publisher import Publisher
from services.statistics.releases.service import TOKEN_ACCESS as RELEASE_ACCESS
from services.statistics.releases.service import ReleaseService
from services.statistics.releases.snapshot import EnrolmentSnapshot
from services.statistics.releases.store import Releases
from services.statistics.settings import StatisticsSettings


async def compose(frame: Frame[StatisticsSettings]) -> None:
    key, zone = frame.settings.pseudonym_key, frame.settings.zone
    facts, audit = Facts(frame.database, key, zone), AuditEvents(frame.bus)
    await facts.prepare()
    server = frame.offer("ieum.statistics.v1.StatisticsService", TOKEN_ACCESS)
    releases, references = Releases(frame.database, frame.outbox, key), References(frame.database)
    geographies, live_states = Geographies(facts, references, zone), LiveStates(frame.database)
    residents, k = Residents(geographies, references, zone), int(frame.settings.fewest_persons)
    await live_states.prepare()
    days = DailyStates(facts, live_states, zone, k)
    add_StatisticsServiceServicer_to_server(StatisticsService(days, residents, audit, OwnFacts(facts, key), k), server)
    looks = WorkingLooks(frame.database)
    await looks.prepare()
    server = frame.offer("ieum.statistics.v1.WorkingViewService", {})
    add_WorkingViewServiceServicer_to_server(WorkingViewService(days, facts, looks, audit), server)
    await releases.prepare()
    await references.prepare()
    enrolments = EnrolmentSnapshot(facts, zone)
    builder = Builder(releases, enrolments, geographies, references)
    publisher = Publisher(releases, EditionBuilder(releases, facts, frame.settings))
    server = frame.offer("ieum.statistics.v1.ReleaseService", RELEASE_ACCESS)
    add_ReleaseServiceServicer_to_server(
        ReleaseService(releases, facts, builder, publisher, Previews(enrolments, geographies), audit, zone, k), server
    )
    if frame.settings.worker == 0:  # one builder is enough; it looks every second what others were asked for
        frame.keep_running(builder.run)
        frame.keep_running(publisher.run)
        frame.keep_running(days.run)
    await _distribute(frame, releases, facts, audit, days, residents, k)
    listener = Listener(facts, key, zone)
    for package, handlers in listener.handlers().items():
        frame.hear(package, handlers)


async def _distribute(
    frame: Frame[StatisticsSettings],
    releases: Releases,
    facts: Facts,
    audit: AuditEvents,
    days: DailyStates,
    residents: Residents,
    k: int,
) -> None:
    store = Distribution(frame.database, frame.outbox)
    await store.prepare()
    summaries = Summaries(store, releases, facts)
    server = frame.offer("ieum.statistics.v1.DistributionService", DISTRIBUTION_ACCESS)
    service = DistributionService(store, releases, facts, summaries, audit)
    add_DistributionServiceServicer_to_server(service, server)
    questions = Questions(frame.database, frame.outbox)
    await questions.prepare()
    server = frame.offer("ieum.statistics.v1.QuestionService", {})
    add_QuestionServiceServicer_to_server(QuestionService(questions, store, facts), server)
    mails = QuestionMails(questions, store, facts, days, Overviews(residents, Policy(k=k)))
    if frame.settings.worker == 0:
        frame.keep_running(mails.run)
    server = frame.offer("ieum.notices.v1.NoticeSourceService", {})
    add_NoticeSourceServiceServicer_to_server(SummarySource(summaries, mails), server)
    frame.hear("ieum.statistics.v1", release_handlers(summaries))
    frame.hear("ieum.notices.v1", notice_handlers(store))


if __name__ == "__main__":
    main_with(StatisticsSettings, "statistics", compose)
