"""What happens to a class by itself: windows close, lots are drawn, free seats go to the first in line, offers lapse.

`lapsing` and `wanted` say which applications the next step needs, and `settle` takes it. The store repeats this until
nothing is wanted, at the end of every change and from a sweep. Who comes second finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.classes.domain.application import Application, State, stepped
from services.classes.domain.course_class import Class, ClassCancelled, ClassChanged, ClassEvent, ClassState, cancel
from services.classes.domain.details import Rule
from services.classes.domain.draw import Entry, draw
from services.classes.domain.offers import LAPSES_AFTER, offer_deadline
from services.classes.domain.seats import each_counted, entry_of, with_lot

AT_ONCE = 100
"""How many applications one step may change: a transaction is to stay short."""


DRAWN_FROM = (State.RECEIVED,)


class Task(StrEnum):
    DRAW = "draw"
    RANK = "rank"
    LAPSE = "lapse"
    FILL = "fill"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Wanted:
    """Up to `limit` applications in these states, by rank; 0 for all."""

    task: Task
    states: tuple[State, ...]
    limit: int = AT_ONCE
    due_before: datetime | None = None


Settled = tuple[Class, list[Application]]


def advance(class_: Class, now: datetime) -> tuple[Class, tuple[ClassEvent, ...]]:
    """The moments of the class itself: its window closes, the minimum is decided, its last session ends."""
    events: tuple[ClassEvent, ...] = ()
    admission = class_.details.admission
    if class_.state is ClassState.PUBLISHED and _closes(class_, now):
        class_ = replace(class_, state=ClassState.CLOSED)
        events = (ClassChanged(class_, now),)
    if class_.open and admission.decided_at and now >= admission.decided_at and not class_.decided:
        class_ = replace(class_, decided=True)
        if class_.counts.active < admission.minimum:
            class_, cancelled = cancel(class_, "TOO_FEW", now)
            events = tuple(event for event in cancelled if isinstance(event, ClassCancelled))
    if class_.open and now >= class_.ends_at:
        class_ = replace(class_, state=ClassState.OVER)
        events = (ClassChanged(class_, now),)
    return class_, events


def _closes(class_: Class, now: datetime) -> bool:
    closes, start = class_.details.admission.closes_at, class_.starts_at
    return any(moment is not None and now >= moment for moment in (closes, start))


def lapsing(class_: Class, now: datetime) -> Wanted | None:
    """Offers that may have ended, of which only they themselves know."""
    if not class_.counts.offered:
        return None
    return Wanted(Task.LAPSE, (State.OFFERED,), due_before=lapses_before(now))


def lapses_before(now: datetime) -> datetime:
    """Offers until then have ended."""
    return now - LAPSES_AFTER


def wanted(class_: Class, now: datetime) -> Wanted | None:
    """The next task, or None."""
    counts = class_.counts
    if class_.state is ClassState.CANCELLED:
        active = (State.RECEIVED, State.WAITING, State.OFFERED, State.CONFIRMED)
        return Wanted(Task.CANCEL, active) if counts.active else None
    if class_.state is not ClassState.CLOSED and class_.state is not ClassState.PUBLISHED:
        return None
    if class_.state is ClassState.CLOSED and counts.received:
        if class_.details.admission.rule is Rule.LOT and class_.draw is None:
            # The word is typed in by staff, who start the draw with it.
            return None if class_.details.admission.public_word else Wanted(Task.DRAW, DRAWN_FROM, limit=0)
        return Wanted(Task.RANK, DRAWN_FROM)
    if class_.free and counts.waiting and offer_deadline(class_, now):
        return Wanted(Task.FILL, (State.WAITING,), limit=min(class_.free, AT_ONCE))
    return None


def settle(class_: Class, task: Task, applications: Sequence[Application], now: datetime, word: str = "") -> Settled:
    """One step of the task. A draw only decides the seed; the ranks follow in steps of their own."""
    match task:
        case Task.DRAW:
            return drawn(class_, [entry_of(class_, application) for application in applications], word, now), []
        case Task.RANK:
            class_, ranked = each_counted(class_, applications, lambda drawn, each: _ranked(drawn, each, now))
            return replace(class_, filling=bool(class_.counts.received or class_.free)), ranked
        case Task.LAPSE:
            return each_counted(class_, applications, lambda _, each: stepped(each, State.LAPSED, now))
        case Task.CANCEL:
            reason = class_.reason
            return each_counted(
                class_, applications, lambda _, each: stepped(each, State.CANCELLED, now, reason=reason)
            )
        case Task.FILL:
            return _filled(class_, applications, now)


def drawn(class_: Class, entries: Sequence[Entry], word: str, now: datetime) -> Class:
    """Does nothing where the lot was drawn."""
    return class_ if class_.draw else replace(class_, draw=draw(class_.secret, entries, word, now))


def _ranked(class_: Class, application: Application, now: datetime) -> Application:
    return stepped(with_lot(class_, application), State.WAITING, now)


def _filled(class_: Class, waiting: Sequence[Application], now: datetime) -> Settled:
    until = offer_deadline(class_, now)

    def seated(_: Class, application: Application) -> Application:
        if class_.filling:
            return stepped(application, State.CONFIRMED, now)
        return replace(stepped(application, State.OFFERED, now), until=until)

    after, changed = each_counted(class_, waiting[: class_.free], seated)
    if after.filling and not (after.free and after.counts.waiting):
        after = replace(after, filling=False)
    return after, changed
