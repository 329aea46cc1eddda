"""Plans what persons are told: steps of their applications, changed dates, and a reminder before each session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from ieum.classes.v1 import classes_pb2, events_pb2
from ieum.progress.v1.events_pb2 import CertificateIssued, HelpOffered
from ieum.surveys.v1 import evaluations_pb2
from ieum.surveys.v1.events_pb2 import EvaluationAsked
from services.chassis.clock import moment, new_id, now
from services.chassis.events.bus import check_cancelled
from services.chassis.observability import trace
from services.notices.domain.hours import best_moment
from services.notices.domain.notice import Kind, Personal, notice_key, personal_notice, supersede
from services.notices.domain.preferences import route
from services.notices.store import Store
from services.notices.store.copies import ACTIVE, Applicant, Session

SOURCE = "classes"
REMINDED_BEFORE = timedelta(hours=24)
_NOT_AFTER = timedelta(hours=1)
"""A reminder that would come later than this before the session is not sent."""
_COLLECTED_FOR = timedelta(minutes=2)
"""Staff move several sessions one after another; whoever is told waits for the last of them."""
_URGENT = timedelta(hours=24)
_NEWS_FOR = timedelta(days=3)
"""A step that is heard of later than this, after a long outage or by a new installation, is no news any more."""
_SECONDS = 30.0

STEPS = {
    classes_pb2.RECEIVED: Kind.RECEIVED,
    classes_pb2.WAITING: Kind.WAITING,
    classes_pb2.OFFERED: Kind.OFFERED,
    classes_pb2.CONFIRMED: Kind.CONFIRMED,
    classes_pb2.DECLINED: Kind.DECLINED,
    classes_pb2.LAPSED: Kind.LAPSED,
    classes_pb2.REFUSED: Kind.REFUSED,
    classes_pb2.WITHDRAWN: Kind.WITHDRAWN,
    classes_pb2.APPLICATION_CANCELLED: Kind.CANCELLED,
}
VISIT_STEPS = {classes_pb2.VISIT_PLANNED: Kind.VISIT_PLANNED, classes_pb2.VISIT_REFUSED: Kind.VISIT_REFUSED}


class Planner:
    """Every notice has a key that follows from what it is about, so planning twice plans once."""

    def __init__(self, store: Store, zone: tzinfo, nudge: Callable[[], None]) -> None:
        self._store = store
        self._zone = zone
        self._nudge = nudge

    async def plan_step(self, event: events_pb2.ApplicationChanged) -> None:
        kind, happened = STEPS.get(event.state), moment(event.time) or now()
        if kind is None or event.reason == "PERSON_ERASED" or happened < now() - _NEWS_FOR:
            return
        personal = Personal(
            event.person,
            kind,
            class_=event.class_name,
            application=event.application,
            course=event.course,
            not_after=moment(event.until),
        )
        await self._plan(f"{_id(event.application)}.{kind}.{event.revision}", personal, now())
        self._nudge()

    async def plan_certificate(self, event: CertificateIssued) -> None:
        at = now()
        erased = await self._store.copies.is_erased(event.person)
        if erased or (moment(event.time) or at) < at - _NEWS_FOR:
            return
        personal = Personal(event.person, Kind.CERTIFICATE, course=event.course, certificate=event.certificate)
        await self._plan(f"{_id(event.certificate)}.{Kind.CERTIFICATE}", personal, at)
        self._nudge()

    async def plan_help(self, event: HelpOffered) -> None:
        at = now()
        offered = moment(event.time) or at
        if offered < at - _NEWS_FOR or await self._store.copies.is_erased(event.person):
            return
        personal = Personal(event.person, Kind.HELP, course=event.course, enrollment=event.enrollment)
        await self._plan(f"{_id(event.enrollment)}.{Kind.HELP}.{event.revision}", personal, at)
        self._nudge()

    async def drop_certificate(self, certificate: str) -> None:
        """It was revoked: what is not sent yet is not sent any more."""
        key = notice_key(SOURCE, f"{_id(certificate)}.{Kind.CERTIFICATE}")
        if await self._store.known([key]):
            await self._store.change(key, supersede)

    async def plan_evaluation(self, event: EvaluationAsked) -> None:
        until, at = moment(event.until), now()
        if until is None or until <= at or await self._store.copies.is_erased(event.person):
            return
        kind = Kind.FOLLOW_UP if event.kind == evaluations_pb2.FOLLOW_UP else Kind.EVALUATION
        personal = Personal(
            event.person, kind, class_=event.class_name, course=event.course, evaluation=event.evaluation,
            not_after=until,
        )  # fmt: skip
        await self._plan(f"{_id(event.evaluation)}.{_id(event.person)}.{kind}", personal, at)
        self._nudge()

    async def plan_visit(self, event: events_pb2.VisitChanged) -> None:
        """The answer to whoever asked for a visiting class."""
        kind, happened = VISIT_STEPS.get(event.state), moment(event.time) or now()
        erased = not event.person or await self._store.copies.is_erased(event.person)
        if kind is None or erased or happened < now() - _NEWS_FOR:
            return
        personal = Personal(
            event.person, kind, class_=event.class_name if kind is Kind.VISIT_PLANNED else "", visit=event.visit,
            area=event.area, reason=event.reason,
        )  # fmt: skip
        await self._plan(f"{_id(event.visit)}.{kind}.{event.revision}", personal, now())
        self._nudge()

    async def plan_account(
        self, kind: Kind, person: str, key: str, happened: datetime | None, until: datetime | None = None
    ) -> None:
        """What becomes of somebody's account; `until`: when it does. Where nothing else reaches them, the centres of
        their home area tell them."""
        at, copies = now(), self._store.copies
        if await copies.is_erased(person) or (happened or at) < at - _NEWS_FOR or (until and until <= at):
            return
        personal = Personal(person, kind, area=await copies.home(person), not_after=until)
        await self._plan(f"{_id(person)}.{kind}.{key}", personal, at)
        self._nudge()

    async def plan_dates(self, class_: str, session: int, revision: int, plan: events_pb2.ClassPlan) -> None:
        """One notice for all sessions that are moved or cancelled within minutes."""
        for applicant in await self._store.copies.applicants(class_, ACTIVE):
            earlier = await self._store.waiting(applicant.application, Kind.DATES)
            sessions = {session}
            for each in earlier:
                if each.personal and each.personal.version < revision:
                    sessions |= set(each.personal.sessions)
            personal = replace(
                _about(applicant, Kind.DATES),
                course=plan.course,
                sessions=tuple(sorted(sessions)),
                version=revision,
                urgent=_is_urgent(plan, session),
            )
            key = f"{_id(applicant.application)}.{Kind.DATES}.{revision}"
            await self._plan(key, personal, now() + _COLLECTED_FOR)
            for each in earlier:
                if each.personal and each.personal.version < revision:
                    await self._store.change(each.key, supersede)

    async def remind(self) -> None:
        """Until cancelled. Every process does it: who comes second finds nothing to do."""
        while True:
            check_cancelled()
            try:
                await self.plan_reminders(now())
            except Exception:
                trace.log().warning("reminders delayed", exc_info=True)
            await asyncio.sleep(_SECONDS)

    async def plan_reminders(self, at: datetime) -> None:
        """Of the sessions that begin within a day, for everybody with a seat. From what was heard: a broker that is
        away delays none."""
        planned = False
        for class_, session in await self._store.copies.beginning(at + _NOT_AFTER, at + REMINDED_BEFORE):
            seated = await self._store.copies.applicants(class_, ("CONFIRMED",))
            wanted = session.starts_at - REMINDED_BEFORE
            # Who got the seat later has just read when it begins.
            keys = {_reminder_key(each, session): each for each in seated if each.since < wanted}
            known = await self._store.known([notice_key(SOURCE, key) for key in keys])
            for key, applicant in keys.items():
                if notice_key(SOURCE, key) not in known:
                    planned = True
                    personal = replace(
                        _about(applicant, Kind.REMINDER),
                        sessions=(session.number,),
                        version=session.version,
                        not_after=session.starts_at - _NOT_AFTER,
                        secret=new_id() + new_id(),
                    )
                    await self._plan(key, personal, wanted)
        if planned:
            self._nudge()

    async def _plan(self, key: str, personal: Personal, wanted: datetime) -> None:
        preferences = await self._store.preferences_of(personal.person)
        channels = route(preferences, personal.kind)
        if not channels:
            return
        due_at = wanted if personal.urgent else best_moment(wanted, personal.not_after, preferences.quiet, self._zone)
        notice = personal_notice(SOURCE, key, personal, channels[0], now(), due_at)
        await self._store.plan(notice)


def _about(applicant: Applicant, kind: Kind) -> Personal:
    return Personal(applicant.person, kind, class_=applicant.class_, application=applicant.application)


def _reminder_key(applicant: Applicant, session: Session) -> str:
    return f"{_id(applicant.application)}.{Kind.REMINDER}.{session.number}.{session.version}"


def _is_urgent(plan: events_pb2.ClassPlan, number: int) -> bool:
    """It concerns today or tomorrow, so it does not wait for the morning."""
    starts = [moment(each.start_time) for each in plan.sessions if each.number == number]
    return any(start is not None and start - now() < _URGENT for start in starts)


def _id(name: str) -> str:
    return name.rpartition("/")[2]
