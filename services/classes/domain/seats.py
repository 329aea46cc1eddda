"""Seats: who applies, who gets one, who gives it back. Every way that frees a seat ends in `settle`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.chassis.errors import Invalid, Refused
from services.classes.domain.application import Application, Channel, Holder, State, Universe, stepped
from services.classes.domain.course_class import Class, ClassState, Counts
from services.classes.domain.details import Rule
from services.classes.domain.draw import Entry, rank_of
from services.classes.domain.offers import ACCEPTED_FOR, offer_deadline

SeatOutcome = tuple[Class, Application]
_COUNTED = {
    State.RECEIVED: "received",
    State.WAITING: "waiting",
    State.OFFERED: "offered",
    State.CONFIRMED: "confirmed",
}


@dataclass(frozen=True)
class Applicant:
    """Who applies: where they live, what they hold in other classes, what they have completed, and who entered it.

    `areas` is the home area and all above it.
    """

    person: str
    area: str = ""
    areas: frozenset[str] = frozenset()
    organisation: str = ""
    universe: Universe = Universe.RESIDENT
    completed: frozenset[str] = frozenset()
    group: int = 0
    channel: Channel = Channel.WEB
    by: str = ""


def counted(class_: Class, before: Application, after: Application) -> Class:
    """The class with its counters as one application's change leaves them."""
    counts = class_.counts
    for application, by in ((before, -1), (after, 1)):
        if name := _COUNTED.get(application.state):
            counts = replace(counts, **{name: getattr(counts, name) + by})
    return class_ if counts == class_.counts else replace(class_, counts=counts)


def apply(class_: Class, application: Application, holder: Holder, applicant: Applicant, now: datetime) -> SeatOutcome:
    """First come: a seat if one is free and nobody waits. Otherwise it is kept until the window closes. An active
    application is answered as it stands; after a final step a new one begins behind all others."""
    if application.active:
        return class_, application
    _require_window(class_, now)
    _require_admitted(class_, applicant)
    _require_free_time(class_, holder)
    begun = replace(
        application,
        channel=applicant.channel,
        area=applicant.area,
        organisation=applicant.organisation,
        universe=applicant.universe,
        first_timer=holder.seats == 0,
        group=_group(class_, applicant.group),
        ticket=class_.next_ticket,
        note="",
    )
    received = stepped(begun, State.RECEIVED, now, applicant.by)
    after = replace(class_, next_ticket=class_.next_ticket + 1)
    admission = class_.details.admission
    if admission.rule is Rule.GROUPS:
        received = replace(received, rank=f"{received.group:02}.{received.ticket:09}")
    elif admission.rule is Rule.FIRST_COME:
        received = replace(received, rank=f"{received.ticket:09}")
        state = State.CONFIRMED if class_.seats_left else State.WAITING
        received = stepped(received, state, now)
    return counted(after, application, received), received


def _require_window(class_: Class, now: datetime) -> None:
    admission = class_.details.admission
    if class_.state is ClassState.CANCELLED:
        raise Refused("CLASS_CANCELLED")
    if class_.state is not ClassState.PUBLISHED or (class_.starts_at and now >= class_.starts_at):
        raise Refused("APPLICATIONS_CLOSED")
    if admission.opens_at and now < admission.opens_at:
        raise Refused("APPLICATIONS_NOT_OPEN", opens_at=admission.opens_at.isoformat())
    if admission.closes_at and now >= admission.closes_at:
        raise Refused("APPLICATIONS_CLOSED")


def _require_admitted(class_: Class, applicant: Applicant) -> None:
    audience, admission = class_.details.audience, class_.details.admission
    if audience.area and audience.area not in applicant.areas:
        raise Refused("CLASS_FOR_OTHER_AREA")
    if audience.organisation and audience.organisation != applicant.organisation:
        raise Refused("CLASS_FOR_OTHER_ORGANISATION")
    missing = [course for course in admission.requires_all if course not in applicant.completed]
    if not missing and admission.requires_any and not applicant.completed.intersection(admission.requires_any):
        missing = list(admission.requires_any)
    if missing:
        raise Refused("PREREQUISITE_MISSING", courses=",".join(missing))


def _require_free_time(class_: Class, holder: Holder) -> None:
    if clash := holder.clash(class_.times, class_.id):
        raise Refused("CLASS_CLASHES", class_=clash)
    most = class_.details.admission.most_in_term
    if most and holder.in_term(class_.details.term, class_.id) >= most:
        raise Refused("TERM_LIMIT_REACHED", most=most)


def _group(class_: Class, group: int) -> int:
    """1 for the first priority group; whoever is in none comes after all."""
    groups = class_.details.admission.groups
    if not 0 <= group <= len(groups):
        raise Invalid("GROUP_UNKNOWN", field="group")
    return group or len(groups) + 1


def withdraw(class_: Class, application: Application, by: str, reason: str, now: datetime) -> SeatOutcome:
    return _ended(class_, application, State.WITHDRAWN, by, reason, now)


def decline(class_: Class, application: Application, by: str, now: datetime) -> SeatOutcome:
    """Final for this place in line. Declining twice, or after the offer has lapsed, changes nothing."""
    if application.state in (State.DECLINED, State.LAPSED):
        return class_, application
    if application.state is not State.OFFERED:
        raise Refused("NO_OFFER")
    return _ended(class_, application, State.DECLINED, by, "", now)


def accept(class_: Class, application: Application, by: str, now: datetime) -> SeatOutcome:
    """`now` is when the press arrived: one in the minute that the offer names always counts."""
    if application.state is State.CONFIRMED:
        return class_, application
    if application.state is State.LAPSED:
        raise Refused("OFFER_LAPSED")
    if application.state is not State.OFFERED or application.until is None:
        raise Refused("NO_OFFER")
    if now >= application.until + ACCEPTED_FOR:
        raise Refused("OFFER_LAPSED")
    return _changed(class_, application, stepped(application, State.CONFIRMED, now, by))


def refuse(class_: Class, application: Application, by: str, reason: str, note: str, now: datetime) -> SeatOutcome:
    """By staff, who say why."""
    class_, ended = _ended(class_, application, State.REFUSED, by, reason, now)
    return class_, ended if ended is application else replace(ended, note=note)


def offer(class_: Class, application: Application, by: str, reason: str, note: str, now: datetime) -> SeatOutcome:
    """By staff, out of turn; needs a free seat, for which a reservation may be lifted first."""
    if application.state in (State.OFFERED, State.CONFIRMED):
        return class_, application
    until = offer_deadline(class_, now)
    if application.state is not State.WAITING or until is None:
        raise Refused("NOT_WAITING")
    if not class_.free:
        raise Refused("NO_SEAT_FREE")
    offered = replace(stepped(application, State.OFFERED, now, by, reason), until=until, note=note)
    return _changed(class_, application, offered)


def seat_by_hand(
    class_: Class,
    application: Application,
    applicant: Applicant,
    reason: str,
    note: str,
    walk_in: bool,
    now: datetime,
    later: bool = False,
) -> SeatOutcome:
    """By staff, with a reason: past the window and past the line. Takes a reserved seat where no other is free.
    `later`: entered after the class, with the time at which it was given."""
    if application.state is State.CONFIRMED:
        return class_, application
    if not class_.open and not (later and class_.state is ClassState.OVER):
        raise Refused("CLASS_NOT_OPEN")
    if not class_.free and application.state is not State.OFFERED:
        if not class_.details.reserved:
            raise Refused("NO_SEAT_FREE")
        class_ = replace(class_, details=replace(class_.details, reserved=class_.details.reserved - 1))
    if not application.active:
        application_now = replace(
            application,
            channel=applicant.channel,
            area=applicant.area,
            organisation=applicant.organisation,
            universe=applicant.universe,
            ticket=class_.next_ticket,
            walk_in=walk_in,
        )
        class_ = replace(class_, next_ticket=class_.next_ticket + 1)
    else:
        application_now = with_lot(class_, application)
    confirmed = replace(stepped(application_now, State.CONFIRMED, now, applicant.by, reason), note=note)
    return _changed(class_, application, confirmed)


def _ended(class_: Class, application: Application, state: State, by: str, reason: str, now: datetime) -> SeatOutcome:
    if not application.active:
        return class_, application
    return _changed(class_, application, stepped(with_lot(class_, application), state, now, by, reason))


def entry_of(class_: Class, application: Application) -> Entry:
    first = not class_.details.admission.first_timers_first or application.first_timer
    return Entry(application.id, 0 if first else 1)


def with_lot(class_: Class, application: Application) -> Application:
    """Once the lot is drawn, everybody who took part has a rank, also who withdraws before the line is written."""
    if class_.draw is None or application.state is not State.RECEIVED:
        return application
    return replace(application, rank=rank_of(class_.draw.seed, entry_of(class_, application)))


def _changed(class_: Class, before: Application, after: Application) -> SeatOutcome:
    return counted(class_, before, after), after


Step = Callable[[Class, Application], Application]


def each_counted(class_: Class, applications: Sequence[Application], step: Step) -> tuple[Class, list[Application]]:
    changed: list[Application] = []
    for before in applications:
        after = step(class_, before)
        class_ = counted(class_, before, after)
        changed.append(after)
    return class_, changed


def recounted(applications: Sequence[Application]) -> Counts:
    """What the counters of a class have to be, for tests and for whoever doubts them."""
    states = [application.state for application in applications]
    return Counts(**{name: states.count(state) for state, name in _COUNTED.items()})


def next_look(class_: Class, now: datetime) -> datetime | None:
    """When the sweep has to look at the class again; None once nothing can happen any more."""
    admission = class_.details.admission
    if class_.state in (ClassState.OVER, ClassState.DRAFT, ClassState.NEW, ClassState.CANCELLED):
        return None
    moments = [class_.ends_at]
    if class_.state is ClassState.PUBLISHED:
        moments += [moment for moment in (admission.closes_at, class_.starts_at) if moment]
    if admission.decided_at and not class_.decided:
        moments.append(admission.decided_at)
    return max(min(moments), now + timedelta(seconds=1))
