"""Everything that the services hold about the person who asks, each asked as that person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from gateway.backend.classes import list_applications
from gateway.backend.clients import Clients
from ieum.classes.v1 import classes_pb2
from ieum.enrollment.v1.enrollment_pb2 import Enrollment, ListEnrollmentsRequest
from ieum.notices.v1 import notices_pb2
from ieum.people.v1 import people_pb2
from ieum.people.v1.cards_pb2 import Card, ListCardsRequest
from ieum.people.v1.counter_pb2 import DeskRecord, GetDeskRecordRequest
from ieum.people.v1.mail_links_pb2 import EmailConfirmation, GetEmailConfirmationRequest
from ieum.people.v1.privacy_pb2 import Acceptance, ListAcceptancesRequest
from ieum.people.v1.retention_pb2 import GetRetentionRequest, Retention
from ieum.progress.v1.progress_pb2 import ListProgressRequest, Progress
from ieum.statistics.v1.questions_pb2 import ListQuestionsRequest, Question
from ieum.statistics.v1.statistics_pb2 import ListOwnFactsRequest, ListOwnFactsResponse
from ieum.surveys.v1.evaluations_pb2 import Evaluation, ListEvaluationsRequest
from ieum.surveys.v1.surveys_pb2 import ListOwnBallotsRequest, Poll
from services.chassis.errors import Missing
from services.chassis.principal import Principal

FORMAT, VERSION = "ieum-my-data", 1
_AT_ONCE = 200
_MOST = 5_000
_HELPERS, _OFFICIALS = ("instructor", "administrator"), ("official", "administrator")
T = TypeVar("T")


@dataclass(frozen=True)
class AuditPage:
    """Entries of the audit log, and who their actors are."""

    entries: Sequence[people_pb2.AuditEntry] = ()
    following: str = ""
    actors: Mapping[str, people_pb2.AuditActor] = field(default_factory=dict)


@dataclass(frozen=True)
class MyData:
    account: people_pb2.Person
    sessions: Sequence[people_pb2.Session]
    tokens: Sequence[people_pb2.Token]
    second_factors: people_pb2.SecondFactors
    cards: Sequence[Card]
    email_confirmation: EmailConfirmation
    desk_record: DeskRecord
    acceptances: Sequence[Acceptance]
    erasure_requests: Sequence[people_pb2.ErasureRequest]
    retention: Retention
    equality_answers: people_pb2.EqualityAnswers
    enrollments: Sequence[Enrollment]
    progress: Sequence[Progress]
    applications: Sequence[classes_pb2.Application]
    classes: Mapping[str, classes_pb2.Class]
    visits: Sequence[classes_pb2.Visit]
    help_given: Sequence[classes_pb2.Help]
    kits: Sequence[classes_pb2.Kit]
    preferences: notices_pb2.Preferences
    notices: Sequence[notices_pb2.Notice]
    calendars: Sequence[notices_pb2.Calendar]
    sealed_ballots: Sequence[Poll]
    evaluations: Sequence[Evaluation]
    counted: ListOwnFactsResponse
    saved_questions: Sequence[Question]
    own_acts: AuditPage
    acts_of_others: AuditPage

    def as_json(self) -> dict[str, Any]:
        """For the download: the names of the fields, and what the services answered."""
        content = {name: _plain(value) for name, value in vars(self).items() if name != "classes"}
        return {"format": FORMAT, "version": VERSION, **content}


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return MessageToDict(value, preserving_proto_field_name=True)
    if isinstance(value, AuditPage):
        names = {actor: who.display_name for actor, who in value.actors.items()}
        return [_plain(each) | {"actor_name": names.get(each.actor, "")} for each in value.entries]
    return [_plain(each) for each in value]


async def gather(clients: Clients, principal: Principal) -> MyData:
    """Nothing is left out where a service is away: then the whole is refused."""
    me, people, notices = principal.require_person(), clients.people, clients.notices
    applications = await list_applications(clients, person=me)
    return MyData(
        account=await people.GetPerson(people_pb2.GetPersonRequest(name=me)),
        sessions=(await people.ListSessions(people_pb2.ListSessionsRequest(parent=me))).sessions,
        tokens=(await people.ListTokens(people_pb2.ListTokensRequest(parent=me))).tokens,
        second_factors=await people.GetSecondFactors(people_pb2.GetSecondFactorsRequest(parent=me)),
        cards=(await clients.cards.ListCards(ListCardsRequest(people=[me]))).cards,
        email_confirmation=await clients.mail_links.GetEmailConfirmation(GetEmailConfirmationRequest(person=me)),
        desk_record=await clients.counter.GetDeskRecord(GetDeskRecordRequest(name=me)),
        acceptances=(await clients.privacy.ListAcceptances(ListAcceptancesRequest())).acceptances,
        retention=await clients.retention.GetRetention(GetRetentionRequest()),
        erasure_requests=(await people.ListErasureRequests(people_pb2.ListErasureRequestsRequest(person=me))).requests,
        equality_answers=await people.GetEqualityAnswers(
            people_pb2.GetEqualityAnswersRequest(name=f"{me}/equalityAnswers")
        ),
        enrollments=await _all(
            clients.enrollment.ListEnrollments, ListEnrollmentsRequest(person=me), lambda page: page.enrollments
        ),
        progress=await _all(clients.progress.ListProgress, ListProgressRequest(person=me), lambda page: page.progress),
        applications=applications,
        classes=await _classes(clients, {each.class_name for each in applications}),
        visits=await _all(clients.classes.ListVisits, classes_pb2.ListVisitsRequest(), lambda page: page.visits),
        help_given=await _help(clients, principal),
        kits=(await clients.classes.ListKits(classes_pb2.ListKitsRequest())).kits,
        preferences=await notices.GetPreferences(notices_pb2.GetPreferencesRequest(person=me)),
        notices=await _all(notices.ListNotices, notices_pb2.ListNoticesRequest(person=me), lambda page: page.notices),
        calendars=(await notices.ListCalendars(notices_pb2.ListCalendarsRequest())).calendars,
        sealed_ballots=(await clients.surveys.ListOwnBallots(ListOwnBallotsRequest())).polls,
        evaluations=(await clients.surveys.ListEvaluations(ListEvaluationsRequest())).evaluations,
        counted=await clients.statistics.ListOwnFacts(ListOwnFactsRequest()),
        saved_questions=await _questions(clients, principal),
        own_acts=await all_entries(clients, by_me=True),
        acts_of_others=await all_entries(clients, by_me=False),
    )


async def _classes(clients: Clients, names: set[str]) -> dict[str, classes_pb2.Class]:
    found = {}
    for name in sorted(names):
        try:
            found[name] = await clients.classes.GetClass(classes_pb2.GetClassRequest(name=name))
        except Missing:
            continue  # taken back to a draft: its title is not public
    return found


async def _help(clients: Clients, principal: Principal) -> Sequence[classes_pb2.Help]:
    if not any(map(principal.holds, _HELPERS)):
        return ()
    return await _all(clients.classes.ListHelp, classes_pb2.ListHelpRequest(), lambda page: page.help)


async def _questions(clients: Clients, principal: Principal) -> Sequence[Question]:
    if not any(map(principal.holds, _OFFICIALS)):
        return ()
    return (await clients.questions.ListQuestions(ListQuestionsRequest())).questions


async def entries_page(clients: Clients, token: str, size: int, *, by_me: bool) -> AuditPage:
    """A page of what others did with one's data, or of what one did."""
    request = people_pb2.ListOwnAuditEntriesRequest(page_size=size, page_token=token, by_me=by_me)
    answer = await clients.people.ListOwnAuditEntries(request)
    return AuditPage(answer.entries, answer.next_page_token, dict(answer.actors))


async def all_entries(clients: Clients, *, by_me: bool) -> AuditPage:
    entries: list[people_pb2.AuditEntry] = []
    actors: dict[str, people_pb2.AuditActor] = {}
    token = ""
    while len(entries) < _MOST:
        page = await entries_page(clients, token, _AT_ONCE, by_me=by_me)
        entries += page.entries
        actors |= page.actors
        token = page.following
        if not token:
            break
    return AuditPage(entries, token, actors)


async def _all(ask: Callable[[Any], Awaitable[Any]], request: Any, listed: Callable[[Any], Sequence[T]]) -> Sequence[T]:
    found: list[T] = []
    request.page_size = _AT_ONCE
    while len(found) < _MOST:
        page = await ask(request)
        found += listed(page)
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    return found
