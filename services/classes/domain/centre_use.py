"""How the centres of an area are used: seats, hours, visits, and help at the desk counted apart from courses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.chassis.errors import Invalid
from services.classes.domain.course_class import Class

FEWEST = 5
"""Smaller numbers of people are not shown, nor what would give them away by subtracting."""
LONGEST_DAYS = 400


@dataclass(frozen=True)
class Where:
    """A centre, or with an empty `centre` all that is taught elsewhere in the area."""

    area: str
    centre: str


@dataclass(frozen=True)
class Visitor:
    """Who holds or held a seat."""

    person: str
    area: str
    first_timer: bool


@dataclass(frozen=True)
class Attended:
    """One person at one session."""

    class_: str
    session: int
    application: str
    minutes: int


@dataclass(frozen=True)
class Use:
    """`offered_minutes`: of all seats. People are None where they would be too few to be shown."""

    where: Where
    classes: int = 0
    sessions: int = 0
    cancelled_sessions: int = 0
    seats: int = 0
    taken: int = 0
    offered_minutes: int = 0
    attended_minutes: int = 0
    visits: int = 0
    people: int | None = 0
    first_timers: int | None = 0
    residents: int | None = 0
    help_times: int = 0
    help_minutes: int = 0


def use_of(
    classes: Sequence[Class],
    attended: Iterable[Attended],
    visitors: Mapping[str, Visitor],
    help_: Mapping[Where, tuple[int, int]],
    days: tuple[str, str],
    within: Mapping[str, Collection[str]],
) -> list[Use]:
    """Of the sessions on these days, both included. `help_`: times and minutes. `within`: of each area all that lies
    in it."""
    marks = defaultdict[str, list[Attended]](list)
    for each in attended:
        marks[each.class_].append(each)
    by_place = defaultdict[Where, list[Class]](list)
    for class_ in classes:
        by_place[Where(class_.details.place.area, class_.details.place.centre)].append(class_)
    places = sorted({*by_place, *help_}, key=lambda where: (where.area, where.centre))
    return [
        _use(where, by_place[where], marks, visitors, help_.get(where, (0, 0)), days, within.get(where.area, ()))
        for where in places
    ]


def _use(
    where: Where,
    classes: Sequence[Class],
    marks: Mapping[str, Sequence[Attended]],
    visitors: Mapping[str, Visitor],
    help_: tuple[int, int],
    days: tuple[str, str],
    within: Collection[str],
) -> Use:
    sessions = [(each, one) for each in classes for one in each.details.sessions if days[0] <= one.date <= days[1]]
    held = [(class_, session) for class_, session in sessions if session.planned]
    counted = {(class_.id, session.number) for class_, session in held}
    there = [
        each
        for class_ in {class_.id for class_, _ in held}
        for each in marks.get(class_, ())
        if (each.class_, each.session) in counted and each.minutes > 0
    ]
    known = [visitors[each.application] for each in there if each.application in visitors]
    people = {each.person: each for each in known}
    taught = {class_.id: class_ for class_, _ in held}.values()
    return Use(
        where,
        classes=len(taught),
        sessions=len(held),
        cancelled_sessions=len(sessions) - len(held),
        seats=sum(class_.details.seats for class_ in taught),
        taken=sum(class_.counts.confirmed for class_ in taught),
        offered_minutes=sum(session.minutes * class_.details.seats for class_, session in held),
        attended_minutes=sum(each.minutes for each in there),
        visits=len(there),
        people=_shown(len(people)),
        first_timers=_part(sum(each.first_timer for each in people.values()), len(people)),
        residents=_part(sum(each.area in within for each in people.values()), len(people)),
        help_times=help_[0],
        help_minutes=help_[1],
    )


def _shown(people: int) -> int | None:
    return None if 0 < people < FEWEST else people


def _part(part: int, whole: int) -> int | None:
    """None too where the rest would be too few."""
    return None if None in (_shown(part), _shown(whole - part), _shown(whole)) else part


def check_days(days: int) -> None:
    if days < 0 or days > LONGEST_DAYS:
        raise Invalid("PERIOD_TOO_LONG", field="until_date", days=LONGEST_DAYS)
