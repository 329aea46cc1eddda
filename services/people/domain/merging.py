"""Two accounts of one person: one is kept and stands for both, the other rests. Nothing is moved from one to the other,
so that separating them leaves each as it was.

There is only one step between them: an account that rests keeps no other, and one that keeps others never rests. So no
chain and no circle can come about, whatever happens at the same moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.chassis.errors import Refused
from services.people.domain.person import Event, Merged, Outcome, Person, Separated, SessionsEnded, check_in_use

SEPARABLE_FOR = timedelta(days=30)
MOST_MERGED = 20


def rest(person: Person, kept: str, *, opens_kept: bool, now: datetime) -> Outcome:
    """`kept`: the id of the account that stands for both from now on."""
    if person.kept_as == kept:
        return person, []
    check_in_use(person)
    if person.id == kept:
        raise Refused("SAME_ACCOUNT")
    if person.merged:
        raise Refused("ACCOUNT_KEEPS_OTHERS")
    if person.is_staff:
        raise Refused("MERGED_HOLDS_ROLE")
    # A code of the desk is for choosing a passphrase, which a resting account has no use for.
    rests = replace(
        person,
        kept_as=kept,
        merge_time=now,
        opens_kept=opens_kept and not person.passphrase_must_change,
        epoch=person.epoch + 1,
    )
    return rests, [Merged(rests, now), SessionsEnded(rests, now)]


def keep(person: Person, merged: str) -> Outcome:
    """Stands for the account with the id `merged` too."""
    check_in_use(person)
    if merged in person.merged:
        return person, []
    if len(person.merged) >= MOST_MERGED:
        raise Refused("TOO_MANY_MERGED", most=str(MOST_MERGED))
    return replace(person, merged=(*person.merged, merged)), []


def wake(person: Person, now: datetime) -> Outcome:
    """Stands for itself again."""
    if not person.kept_as:
        return person, []
    if person.erased:
        raise Refused("PERSON_ERASED")
    if now > separable_until(person):
        raise Refused("SEPARATION_TOO_LATE", days=str(SEPARABLE_FOR.days))
    kept = person.kept_as
    awake = replace(person, kept_as="", merge_time=None, opens_kept=False)
    events: list[Event] = [Separated(awake, kept, now)]
    return awake, events


def let_go(person: Person, merged: str) -> Outcome:
    return replace(person, merged=tuple(each for each in person.merged if each != merged)), []


def separable_until(person: Person) -> datetime:
    assert person.merge_time is not None  # noqa: S101 - set with kept_as
    return person.merge_time + SEPARABLE_FOR
