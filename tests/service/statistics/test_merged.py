"""Accounts of one person that were merged count as one person, in whatever order it is heard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from google.protobuf.message import Message

from ieum.enrollment.v1 import enrollment_pb2 as enrollment
from ieum.enrollment.v1.events_pb2 import Enrolled
from ieum.people.v1 import people_pb2 as people
from ieum.people.v1.events_pb2 import AccountsMerged, AccountsSeparated, EqualityAnswersGiven, PersonErased
from services.chassis.clock import stamp
from services.chassis.principal import pseudonym
from services.chassis.store.mongo import Database
from services.statistics.facts.events import Listener
from services.statistics.facts.merged import combined
from services.statistics.facts.store import Facts
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.enrolment_arrays import PERSON, Columns

KEY, AUGUST = b"k" * 32, datetime(2026, 8, 3, 1, tzinfo=UTC)
EVERYBODY = ("kept", "merged", "third")


def enrolled(person: str) -> Enrolled:
    return Enrolled(
        enrollment=f"enrollments/{person}",
        person=f"people/{person}",
        course="courses/c",
        version=1,
        run=1,
        residence=enrollment.Residence(area="areas/A", universe=enrollment.RESIDENT),
        enrol_time=stamp(AUGUST),
        revision=1,
    )


def answered(person: str, *, born: int = 0, sex: people.Sex.ValueType = people.SEX_UNSPECIFIED) -> Message:
    name = pseudonym(KEY, f"people/{person}")
    return EqualityAnswersGiven(pseudonym=name, birth_year=born, sex=sex, revision=1)


MERGES = (
    AccountsMerged(person="people/merged", kept="people/third", revision=2),
    AccountsSeparated(person="people/merged", kept="people/third", revision=3),
    AccountsMerged(person="people/merged", kept="people/kept", revision=4),
)
UNDONE = AccountsSeparated(person="people/merged", kept="people/kept", revision=5)


class Counted:
    def __init__(self, database: Database) -> None:
        self.facts = Facts(database, KEY)
        self._listener = Listener(self.facts, KEY, UTC)

    async def hear(self, *events: Message) -> None:
        for event in events:
            heard = self._listener.on_learning if isinstance(event, Enrolled) else self._listener.on_people
            await heard([event])

    async def persons(self) -> dict[str, tuple[str, str, int]]:
        """Of each enrolment whom it counts for, and what is known of them."""
        who = {pseudonym(KEY, f"people/{name}"): name for name in EVERYBODY}
        rows = [row async for row in self.facts.rows({"universe": Universe.RESIDENT})]
        names = {pseudonym(KEY, f"enrollments/{name}"): name for name in EVERYBODY}
        found = {
            names[row["_id"]]: (who[row["person"]], row["traits"].get("sex", ""), row["traits"].get("birth_year", 0))
            for row in rows
        }
        # The live table reads the same persons and answers.
        async for lot in self.facts.for_tables():
            columns = zip(lot.enrolment, lot.person, lot.sex, strict=True)
            assert {names[key]: (who[person], sex) for key, person, sex in columns} == {
                name: (person, sex) for name, (person, sex, _) in found.items()
            }
        return found


@pytest.fixture
async def counted(database_of: Callable[[str], Database]) -> Counted:
    counted = Counted(database_of("statistics"))
    await counted.facts.prepare()
    return counted


async def test_whatever_comes_first_two_accounts_count_as_one_person(counted: Counted) -> None:
    both = ("kept", "F", 1949)
    others = [enrolled("merged"), answered("merged", born=1949, sex=people.MALE), enrolled("third")]
    last = [enrolled("kept"), answered("kept", sex=people.FEMALE)]
    for merges in permutations(MERGES):
        await counted.facts.forget_all()
        await counted.hear(*merges[:2], *others, merges[2], *last, *merges)
        # The answer is that of the account that is kept; what it left out, the other's.
        assert await counted.persons() == {"kept": both, "merged": both, "third": ("third", "", 0)}


async def test_separated_they_count_as_before(counted: Counted) -> None:
    known = [*map(enrolled, EVERYBODY), answered("merged", born=1949, sex=people.MALE)]
    await counted.hear(*known)
    before = await counted.persons()
    for order in permutations([*MERGES, UNDONE]):
        await counted.hear(*order)
        assert await counted.persons() == before


async def test_with_an_erased_person_their_answers_are_gone_from_both(counted: Counted) -> None:
    await counted.hear(enrolled("merged"), enrolled("kept"), answered("merged", born=1949), MERGES[2])
    await counted.hear(*(PersonErased(person=f"people/{each}", revision=9) for each in ("kept", "merged")))
    assert await counted.persons() == {"kept": ("kept", "", 0), "merged": ("kept", "", 0)}


async def test_who_follows_what_was_written_reads_merged_persons_again(counted: Counted) -> None:
    """As the live table does from day to day."""
    await counted.hear(*map(enrolled, EVERYBODY))
    held = Columns()
    since = None
    for event, persons in ((answered("third", born=1950), 3), (MERGES[2], 2), (UNDONE, 3)):
        await counted.hear(event)
        lots = [lot async for lot in counted.facts.for_tables(since)]
        held = held.joined([held.holding(lot) for lot in lots])
        assert (len(held), len(set(held.table[PERSON].tolist()))) == (3, persons)
        since = datetime.fromtimestamp(max(lot.changed[-1] for lot in lots) / 1000, UTC)


def test_each_answer_is_that_of_the_first_account_that_gave_it() -> None:
    given: dict[str, Any] = {"birth_year": 0, "sex": "F", "groups": [], "groups_answered": False}
    other = {"birth_year": 1949, "sex": "M", "groups": ["farmer_fisher"], "groups_answered": True}
    assert combined([given, other]) == {**other, "sex": "F"}
    assert combined([{}, {}]) == {"birth_year": 0, "sex": "", "groups": [], "groups_answered": False}
    # Whoever answered that they belong to no group has answered.
    assert combined([given | {"groups_answered": True}, other])["groups"] == []
