"""What is counted from columns is what counting one by one finds."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from services.statistics.areas.tree import AreaTree
from services.statistics.facts.domain import Edition, FactBatch, Home, Traits
from services.statistics.figures.periods import quarter_of
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.counting import count
from services.statistics.live.domain.enrolment_arrays import Columns, milliseconds
from services.statistics.live.domain.lattice import Key, World
from services.statistics.live.domain.protection import Tally

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TREE = AreaTree.of(
    [
        {"name": f"areas/{name}", "parent": above and f"areas/{above}", "title": {}}
        for name, above in (("P", ""), ("A", "P"), ("B", "P"), ("B1", "B"), ("B2", "B"))
    ],
    [{"name": "organisations/o", "title": {}}],
)
COURSES: dict[str, dict[str, Any]] = {
    "courses/1": {"domains": ["1"], "versions": {"2": ["1", "4"]}},
    "courses/2": {"domains": []},
}
WORLD = World(TREE, COURSES)
RESIDENT, EMPLOYEE = Universe
PATHS = {
    "areas/P": ["areas/P", "areas/P areas/P"],
    "areas/A": ["areas/P", "areas/A"],
    "areas/B": ["areas/P", "areas/B", "areas/B areas/B"],
    "areas/B1": ["areas/P", "areas/B", "areas/B1"],
    "areas/B2": ["areas/P", "areas/B", "areas/B2"],
}


class Fact(NamedTuple):
    enrolment: str
    person: str
    home: Home
    edition: Edition
    quarter: str
    told: Traits
    enrolled: datetime
    started: datetime | None
    completed: datetime | None
    withdrawn: datetime | None


def lot(facts: Iterable[Fact]) -> FactBatch:
    def row(one: Fact) -> tuple[object, ...]:
        moments = [moment and milliseconds(moment) for moment in one[6:]]
        return (one.enrolment, one.person, *one.home, *one.edition, one.quarter, *one.told, *moments, 0)

    return FactBatch(*zip(*map(row, facts), strict=True))


def facts(chance: random.Random, count: int, persons: int) -> list[Fact]:
    return [fact(chance, f"e{number}", f"p{chance.randrange(persons)}") for number in range(count)]


def fact(chance: random.Random, enrolment: str, person: str) -> Fact:
    enrolled = BEGIN + timedelta(days=chance.randrange(200))

    def later() -> datetime | None:
        return enrolled + timedelta(days=chance.randrange(100)) if chance.random() < 0.5 else None

    organisation = chance.choice(["", "", "organisations/o"])
    area = chance.choice(["A", "B", "B1", "B2", "P", "gone"])
    groups = chance.choice([None, (), ("disability",), ("farmer_fisher", "low_income")])
    return Fact(
        enrolment,
        person,
        Home(Universe.EMPLOYEE if organisation else Universe.RESIDENT, organisation, f"areas/{area}"),
        Edition(
            f"courses/{chance.randrange(1, 4)}",
            chance.randrange(1, 3),
            chance.choice(["", "online", "face_to_face", "blended", "outreach"]),
        ),
        f"2026-Q{(enrolled.month + 2) // 3}",
        Traits(chance.choice(["", "F", "M", "_O"]), chance.choice([None, 12, 54, 55, 60, 70]), groups),
        enrolled,
        later(),
        later(),
        later(),
    )


def plainly(all_of_them: list[Fact], universe: Universe, until: datetime) -> dict[Key, Tally]:
    """One by one, as the words of the definitions say it."""
    people: dict[Key, dict[str, list[tuple[bool, bool]]]] = defaultdict(lambda: defaultdict(list))
    for fact in all_of_them:
        completed = fact.completed is not None and fact.completed < until
        started = completed or (fact.started is not None and fact.started < until)
        withdrawn = fact.withdrawn is not None and fact.withdrawn < until
        if fact.home.universe == universe and fact.enrolled < until and (started or not withdrawn):
            for place in places(fact.home, universe):
                done = quarter_of(fact.completed, UTC) if completed and fact.completed else ""
                when = [f"completed {done[:4]}", f"completed {done}"] if done else []
                for choice in ("", fact.quarter[:4], fact.quarter, fact.edition.course, *when):
                    for code in codes(fact, choice):
                        people[place, choice, code][fact.person].append((started, completed))
    return {cell: tally([*each.values()]) for cell, each in people.items()}


def places(home: Home, universe: Universe) -> list[str]:
    path = PATHS.get(home.area, ["areas/P", "areas/P _U"])
    office = home.organisation or "organisations none"
    return [office, *path] if universe is EMPLOYEE else path


def codes(fact: Fact, choice: str) -> list[str]:
    sex, age, flags = fact.told
    bands = {None: "_U", 12: "Y_LT15", 54: "Y45T54", 55: "Y55T64", 60: "Y55T64", 70: "Y65T74"}
    ages = [f"AGE {bands[age]}"]
    if age is not None:
        ages += ["AGE OLD"] if age >= 55 else ["AGE N_OLD", "TARGET_GROUP GEN" if flags == () else "not GEN"]
        ages += ["AGE Y_GE65"] if age >= 65 else []
        ages += ["AGE Y_GE60"] if age >= 60 else []
        ages += {55: ["AGE Y55T59"], 60: ["AGE Y60T64"]}.get(age, [])
    known = {
        "DIS": "disability",
        "LOW": "low_income",
        "FAR": "farmer_fisher",
        "NKD": "defector",
        "MIG": "marriage_migrant",
    }
    flagged = [f"TARGET_GROUP {code}" if flag in (flags or ()) else f"not {code}" for code, flag in known.items()]
    way = {"face_to_face": "F2F", "blended": "BLD", "outreach": "OUT"}.get(fact.edition.delivery, "ONL")
    of_person = ["_T", f"DELIVERY {way}", f"SEX {sex or '_U'}", *ages, *flagged]
    if choice.startswith(("courses/", "completed ")):
        return of_person
    taught = {("courses/1", 1): ["1"], ("courses/1", 2): ["1", "4"]}.get(
        (fact.edition.course, fact.edition.version), []
    )
    of_course = [f"COURSE_DOMAIN DC30_{each}" if each in taught else f"not DC30_{each}" for each in "12345"]
    return [*of_person, *of_course, *([f"COURSE {fact.edition.course}"] if choice else [])]


def tally(persons: list[list[tuple[bool, bool]]]) -> Tally:
    started = [[began for began, _ in each] for each in persons]
    completed = [[done for _, done in each] for each in persons]
    return Tally(
        sum(map(len, persons)),
        len(persons),
        sum(map(sum, started)),
        sum(map(any, started)),
        sum(not all(each) for each in started),
        sum(map(sum, completed)),
        sum(map(any, completed)),
        sum(not all(each) for each in completed),
        sum(any(began and not done for began, done in each) for each in persons),
    )


@pytest.mark.parametrize("seed", range(12))
def test_columns_count_as_one_by_one(seed: int) -> None:
    chance = random.Random(seed)
    known = facts(chance, 150, 60)
    held = Columns().holding(lot(known))
    for universe in Universe:
        for day in (150, 400):
            until = BEGIN + timedelta(days=day)
            assert count(held, universe, until, WORLD) == plainly(known, universe, until)


def test_of_what_was_read_twice_the_last_counts() -> None:
    chance = random.Random(2)
    known = facts(chance, 30, 12)
    later = [fact(chance, one.enrolment, one.person) for one in known[:20]]
    newest = {one.enrolment: one for one in (*known, *later)}
    columns = Columns()
    once = columns.holding(lot(newest.values()))
    assert columns.holding(lot([*known, *later])).same(once)
    assert columns.joined([columns.holding(lot(known)), columns.holding(lot(later))]).same(once)


def test_nobody_is_nothing() -> None:
    assert count(Columns(), RESIDENT, BEGIN, WORLD) == {}
