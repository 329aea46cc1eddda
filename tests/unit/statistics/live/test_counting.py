"""What is counted from columns, and carried forward over changes, is what counting one by one finds."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from services.statistics.areas.tree import AreaTree
from services.statistics.facts.domain import Edition, FactBatch, Home, Traits
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.columns import Columns, Layers, milliseconds
from services.statistics.live.domain.counting import Counts, World, carry_over, count
from services.statistics.live.domain.questions import Ask, Question, part

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
DIMENSIONS = ("", "AGE", "SEX", "TARGET_GROUP", "COURSE", "TIME_PERIOD", "COURSE_DOMAIN")
RESIDENT, EMPLOYEE = Universe
PLACES = {
    "areas/P": {"P": "P", "A": "A", "B": "B", "B1": "B", "B2": "B"},
    "areas/B": {"B": "B", "B1": "B1", "B2": "B2"},
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
        Edition(f"courses/{chance.randrange(1, 4)}", chance.randrange(1, 3)),
        f"2026-Q{(enrolled.month + 2) // 3}",
        Traits(chance.choice(["", "F", "M", "_O"]), chance.choice([None, 12, 54, 55, 70]), groups),
        enrolled,
        later(),
        later(),
        later(),
    )


def plainly(all_of_them: list[Fact], ask: Ask) -> Counts:
    """One by one, as the words of the definitions say it."""
    people: dict[tuple[str, str], dict[str, list[tuple[bool, bool]]]] = defaultdict(lambda: defaultdict(list))
    for one in all_of_them:
        asked, until = ask.question, ask.question.as_of or datetime(9999, 1, 1, tzinfo=UTC)
        completed = one.completed is not None and one.completed <= until
        started = completed or (one.started is not None and one.started <= until)
        withdrawn = one.withdrawn is not None and one.withdrawn <= until
        if (
            one.enrolled <= until
            and (started or not withdrawn)
            and here(one, asked)
            and not (ask.but and takes(one, ask.but))
        ):
            for code in codes(one, asked.by):
                for place in [
                    asked.area,
                    *([place_of(one, asked.area)] if ask.inside and asked.area in PLACES else []),
                ]:
                    people[place, code][one.person].append((started, completed))
    return {cell: tally([*each.values()]) for cell, each in people.items()}


def here(one: Fact, asked: Question) -> bool:
    inside = {
        "areas/P": True,
        "areas/B": one.home.area in ("areas/B", "areas/B1", "areas/B2"),
        "organisations/o": one.home.organisation == "organisations/o",
    }
    return one.home.universe == asked.universe and inside[asked.area] and takes(one, asked)


def takes(one: Fact, asked: Question) -> bool:
    in_time = (asked.first or "0") <= one.quarter <= (asked.last or "9")
    return in_time and asked.course in ("", one.edition.course)


def place_of(one: Fact, area: str) -> str:
    found = PLACES[area].get(one.home.area.removeprefix("areas/"))
    return part(area, f"areas/{found}" if found else "_U")


def codes(one: Fact, by: str) -> list[str]:
    sex, age, flags = one.told
    bands = {None: "_U", 12: "Y_LT15", 54: "Y45T54", 55: "Y55T64", 70: "Y65T74"}
    domains = {("courses/1", 1): ["DC30_1"], ("courses/1", 2): ["DC30_1", "DC30_4"]}.get(
        (one.edition.course, one.edition.version), ["_U"]
    )
    every = ["DC30_1", "DC30_2", "DC30_3", "DC30_4", "DC30_5", "_U"]
    old = "_U_OLD" if age is None else "OLD" if age >= 55 else "N_OLD"
    known = {
        "DIS": "disability",
        "LOW": "low_income",
        "FAR": "farmer_fisher",
        "NKD": "defector",
        "MIG": "marriage_migrant",
    }
    flagged = ["_U"] if flags is None else [code if flag in flags else f"N_{code}" for code, flag in known.items()]
    return [
        "_T",
        *{
            "": [],
            "AGE": [bands[age]],
            "SEX": [sex or "_U"],
            "TARGET_GROUP": [old, *flagged],
            "COURSE": [one.edition.course],
            "TIME_PERIOD": [one.quarter],
            "COURSE_DOMAIN": [code if code in domains else f"N_{code}" for code in every],
        }[by],
    ]


def tally(persons: list[list[tuple[bool, bool]]]) -> tuple[int, ...]:
    started = [[began for began, _ in each] for each in persons]
    completed = [[done for _, done in each] for each in persons]
    return (
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


def questions(chance: random.Random) -> list[Ask]:
    out = []
    for by in DIMENSIONS:
        area, universe = chance.choice(
            [("areas/P", RESIDENT), ("areas/B", RESIDENT), ("organisations/o", EMPLOYEE), ("areas/P", EMPLOYEE)]
        )
        first, last = chance.choice([("", ""), ("2026-Q2", ""), ("2026-Q1", "2026-Q2")])
        day = chance.choice([None, BEGIN + timedelta(days=150)])
        asked = Question(area, universe, by, first, last, chance.choice(["", "courses/1"]), day)
        inside = chance.random() < 0.5
        out += [Ask(asked, inside), Ask(replace(asked, course="", first="", last=""), inside, but=asked)]
    return out


@pytest.mark.parametrize("seed", range(12))
def test_columns_count_as_one_by_one(seed: int) -> None:
    chance = random.Random(seed)
    known = facts(chance, 150, 60)
    held = Columns().holding(lot(known))
    for ask in questions(chance):
        assert count(held, ask, WORLD) == plainly(known, ask)


@pytest.mark.parametrize("seed", range(6))
def test_a_count_is_carried_over_changes(seed: int) -> None:
    chance = random.Random(seed)
    known = {one.enrolment: one for one in facts(chance, 100, 40)}
    held, asks = Layers.of(Columns().holding(lot(known.values()))), questions(chance)
    counts = {ask: count(held.whole, ask, WORLD) for ask in asks}
    for step in range(6):
        moved = [fact(chance, one.enrolment, one.person) for one in chance.sample(list(known.values()), 7)]
        new = [fact(chance, f"n{step}-{number}", f"p{chance.randrange(60)}") for number in range(chance.randrange(3))]
        known |= {one.enrolment: one for one in [*moved, *new]}
        held, gone, came = held.replaced(held.below.holding(lot([*moved, *new])))
        for ask in asks:
            counts[ask] = carry_over(counts[ask], count(gone, ask, WORLD), count(came, ask, WORLD))
            assert counts[ask] == plainly(list(known.values()), ask)
        if chance.random() < 0.4:
            assert all(count(held.whole, ask, WORLD) == counts[ask] for ask in asks)
    assert len(held.whole) == len(known)


def test_of_what_was_read_twice_the_last_counts() -> None:
    chance = random.Random(2)
    known = facts(chance, 30, 12)
    later = [fact(chance, one.enrolment, one.person) for one in known[:20]]
    newest = {one.enrolment: one for one in (*known, *later)}
    columns = Columns()
    once = columns.holding(lot(newest.values()))
    assert columns.holding(lot([*known, *later])).same(once)
    assert columns.joined([columns.holding(lot(known)), columns.holding(lot(later))]).same(once)


def test_a_change_leaves_what_lies_below_as_it_is() -> None:
    chance = random.Random(1)
    many = Columns().holding(lot(facts(chance, 2_000, 1_500)))
    held = Layers.of(many)
    for number in range(3):
        held, _, _ = held.replaced(many.holding(lot([fact(chance, f"e{number}", f"p{number}")])))
        assert held.below is many
    assert len(held.whole) >= 2_000
    held, _, _ = held.replaced(many.holding(lot([fact(chance, "e0", "p0")])))
    assert held.below is not many


def test_nobody_is_nothing() -> None:
    assert count(Columns(), Ask(Question("areas/P", Universe.RESIDENT, "SEX")), WORLD) == {}
