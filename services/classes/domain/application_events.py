"""What an application's change means to others. Found by comparison, so that no way of changing one can forget it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.classes.domain.application import Application, State
from services.classes.domain.course_class import Class


@dataclass(frozen=True)
class ApplicationEvent:
    """`person` is also that of somebody who was erased by this change."""

    application: Application
    person: str
    class_: Class
    time: datetime


class ApplicationChanged(ApplicationEvent): ...


class SeatGiven(ApplicationEvent): ...


@dataclass(frozen=True)
class SeatFreed(ApplicationEvent):
    seat_time: datetime | None


def changes(before: Application, after: Application, class_: Class, now: datetime) -> tuple[ApplicationEvent, ...]:
    if before.steps == after.steps:
        return ()
    person = before.person or after.person
    events: list[ApplicationEvent] = []
    had, has = before.state is State.CONFIRMED, after.state is State.CONFIRMED
    same_seat = had and has and before.seat_time == after.seat_time
    if had and not same_seat:
        events.append(SeatFreed(after, person, class_, now, before.seat_time))
    if has and not same_seat:
        events.append(SeatGiven(after, person, class_, now))
    return (ApplicationChanged(after, person, class_, now), *events)
