from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from services.chassis.errors import Forbidden, Refused
from services.statistics.areas.code_lists import (
    AreaChange,
    AreaVersion,
    areas_on,
    break_days,
    check_areas,
    check_changes,
    recast,
)
from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.decisions import Decision, EarlierCounts, YearToDecide
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.cohort import Enrolment
from services.statistics.figures.observation import Observation
from services.statistics.figures.refusal import InvalidValue
from services.statistics.figures.relations import ENR, EPR
from services.statistics.figures.rounding import rounded_text
from services.statistics.figures.units import Fact, Unit, units
from services.statistics.figures.universe import Universe
from services.statistics.reference_data.resident_bands import ResidentRow, check_table, tabulate
from services.statistics.releases.domain import builds, lifecycle
from services.statistics.releases.domain.lifecycle import Cost, FrozenFile, Release, State
from services.statistics.releases.domain.published_figures import Context
from services.statistics.releases.packing import (
    pack_decision,
    pack_observations,
    pack_units,
    unpack_decision,
    unpack_observations,
    unpack_units,
)
from services.statistics.releases.steps import Period, assemble, attack_pattern, decide_year, earlier_counts

TOWN = ReleaseAreas("P", {"P": ("A", "B", "C")})
QUARTER, YEAR = "2026-Q1", "2026"


def town(seed: int, count: int, quarters: tuple[str, ...] = ("2026-Q1",)) -> tuple[Unit, ...]:
    draw = random.Random(seed)
    return tuple(
        Unit(
            person=f"p{draw.randrange(count)}",
            quarter=draw.choice(quarters),
            area=draw.choices("ABC", (6, 3, 1))[0],
            sex=draw.choices(["F", "M", "_U"], (6, 4, 1))[0],
            age=draw.choice(["Y25T34", "Y55T64", "Y65T74", "Y_GE75"]),
            flags=None if draw.random() < 0.1 else ("FAR",) * (draw.random() < 0.2),
            domains=(f"DC30_{draw.randint(1, 3)}",),
            status=draw.choices(["CMP", "WDR", "IPR", "NST"], (6, 1, 2, 2))[0],
            days=draw.randint(0, 40),
            hours=Decimal(draw.randint(0, 900)) / 60,
        )
        for _ in range(count)
    )


def year(everyone: tuple[Unit, ...], **changes: Any) -> YearToDecide:
    """The year, all of whose people came in its first quarter."""
    units = {QUARTER: everyone}
    return replace(YearToDecide(TOWN, Policy(), (YEAR,), units, units), **changes)


def decided(everyone: tuple[Unit, ...], **changes: Any) -> Decision:
    return decide_year(year(everyone, **changes))


def test_the_gate_names_a_small_count_that_is_shown() -> None:
    asked = year(town(3, 300))
    table, decision = asked.table(), decide_year(asked)
    small = {cell for cell in decision.hidden if 0 < table.persons.get(cell, 0) < 5}
    assert small
    assert attack_pattern(asked, table, decision.hidden) == []
    for cell in sorted(small)[:6]:
        assert cell in attack_pattern(asked, table, decision.hidden - {cell})


def test_showing_secondary_suppressions_opens_others() -> None:
    asked = year(town(4, 120))
    table, decision = asked.table(), decide_year(asked)
    secondary = sorted(decision.hidden - decision.primary)
    assert secondary
    assert attack_pattern(asked, table, decision.hidden - set(secondary))


def test_persons_not_enrolments_decide_what_is_small() -> None:
    """4 persons with 3 enrolments each are still 4 persons."""
    many = [replace(town(5, 1)[0], person=f"p{n % 4}", area="C", status="CMP") for n in range(12)]
    rest = [replace(unit, area="A" if n % 2 else "B") for n, unit in enumerate(town(6, 100))]
    hidden = decided(tuple(many + rest)).hidden
    assert {(YEAR, "C", "_T", ENR), (YEAR, "C", "_T", EPR)} <= hidden
    assert len({area for _, area, category, measure in hidden if (category, measure) == ("_T", ENR)}) > 1


def test_an_empty_period_and_an_empty_town_are_zeros() -> None:
    made = assemble(Period(Context("RES", QUARTER, TOWN, Policy(), {}), {}, Decision()))
    totals = {one.measure: one.value or one.status for one in made.observations if one.area == "P" and _total(one)}
    assert (totals["ENR"], totals["CPR"], totals["COV"], totals["HRS"]) == ("0", "M", "L", "0")


def _total(one: Observation) -> bool:
    return {one.sex, one.age, one.group, one.domain} == {"_T"}


def full(everyone: tuple[Unit, ...], population: dict[tuple[str, str, str], int] | None = None) -> list[Observation]:
    context = Context("RES", YEAR, TOWN, Policy(), population or {})
    units = {QUARTER: everyone}
    return list(assemble(Period(context, units, decided(everyone), flow=units)).observations)


def test_figures_keep_their_identities_and_hidden_ones_say_nothing() -> None:
    made = full(town(7, 250), {("P", "_T", "_T"): 9000})
    assert made == full(town(7, 250), {("P", "_T", "_T"): 9000})
    keys = [(o.measure, o.period, o.area, o.sex, o.age, o.group, o.domain) for o in made]
    assert len(keys) == len(set(keys))
    for one in made:
        hidden = (one.status, one.confidentiality) == ("Q", "N")
        assert hidden == (one.status == "Q")
        assert not hidden or (one.value, one.low, one.high, one.persons) == (None,) * 4
    whole = {one.measure: one for one in made if one.area == "P" and _total(one)}
    counts = {measure: int(whole[measure].value or -1) for measure in ("ENR", "CMP", "STR", "NST", "WDR", "IPR")}
    assert counts["ENR"] == counts["CMP"] + counts["WDR"] + counts["IPR"] + counts["NST"] == 250
    assert counts["STR"] == counts["ENR"] - counts["NST"]
    assert whole["CPR"].value == rounded_text(Fraction(100 * counts["CMP"], 250), 1)
    coverage = {one.area: (one.status, one.value is None) for one in made if one.measure == "COV" and _total(one)}
    assert coverage["P"] == ("A", False)
    assert coverage["A"] == ("L", True)


def test_what_is_stored_reads_back_the_same() -> None:
    everyone = town(8, 80)
    decision = replace(decided(everyone), given_up=frozenset({(YEAR, "A", "sex")}))
    made = tuple(full(everyone))
    assert unpack_units(pack_units(everyone)) == everyone
    assert unpack_decision(pack_decision(decision)) == decision
    assert unpack_observations(pack_observations(made)) == made
    assert pack_observations(made) == pack_observations(list(made))


def test_a_small_difference_to_an_earlier_release_is_hidden() -> None:
    everyone = town(9, 300)
    out = full(everyone)
    late = tuple(replace(everyone[0], person=f"late{n}", area="A") for n in range(3))
    before = earlier_counts([YEAR], out)
    assert (YEAR, "A", "_T", ENR) in decided(everyone + late, before=before).hidden
    assert decided(everyone, before=before).hidden == decided(everyone).hidden


def test_an_earlier_figure_that_still_holds_protects_nobody() -> None:
    everyone = town(10, 120)
    asked = year(everyone)
    decision = decide_year(asked)
    secondary = next(cell for cell in sorted(decision.hidden - decision.primary) if cell[3] == ENR)
    known = EarlierCounts({secondary: asked.table().counts[secondary]})
    again = decide_year(replace(asked, before=known))
    assert attack_pattern(replace(asked, before=known), asked.table(), again.hidden) == []
    assert secondary not in again.hidden


def test_the_quarter_is_the_citys_and_duplicates_across_its_end_count_once() -> None:
    def fact(person: str, at: datetime) -> Fact:
        return Fact(Enrolment(person, "c/1", at), "A", "F", 70, (), ("DC30_1",))

    midnight = datetime(2026, 4, 1)
    facts = [fact("p", midnight - timedelta(minutes=1)), fact("p", midnight + timedelta(hours=1)), fact("q", midnight)]
    counted = list(units(facts, date(2026, 6, 30)))
    assert [(one.person, one.quarter, one.age) for one in counted] == [
        ("p", "2026-Q1", "Y65T74"),
        ("q", "2026-Q2", "Y65T74"),
    ]


NOW = datetime(2026, 11, 1, tzinfo=UTC)
PLAN = Release(
    "r", "r", 1, {}, Universe.RESIDENT, "areas/P", ("2026-Q1",), NOW, NOW, planned_by="kim", k=5, method_version="1"
)


def test_a_release_is_signed_by_two_and_out_only_after_its_embargo() -> None:
    building, _ = builds.request(PLAN, (), "kim", NOW)
    made, _ = builds.finish(building, Cost(cells=1))
    with pytest.raises(Forbidden, match="SECOND_OFFICIAL_NEEDED"):
        lifecycle.approve(made, "kim")
    approved, _ = lifecycle.approve(made, "lee")
    assert lifecycle.approve(approved, "lee") == (approved, [])
    at = NOW + timedelta(days=1)
    scheduled, _ = lifecycle.publish(approved, at, NOW)
    assert lifecycle.end_embargo(scheduled, at)[0].state is State.SCHEDULED, "no files yet"
    files = (FrozenFile("release.json", "", {}, 1, "x"),)
    assert lifecycle.attach_files(scheduled, files, "x", NOW) == (scheduled, []), "they say another time"
    frozen, _ = lifecycle.attach_files(scheduled, files, "x", at)
    assert lifecycle.end_embargo(frozen, NOW) == (frozen, [])
    out, facts = lifecycle.end_embargo(frozen, at)
    assert (out.state, len(facts)) == (State.PUBLISHED, 1)
    assert lifecycle.end_embargo(out, at) == (out, [])
    assert lifecycle.publish(out, NOW, at) == (out, [])
    assert lifecycle.publish(frozen, at + timedelta(milliseconds=3), NOW) == (frozen, [])
    for one, moment in ((frozen, NOW), (frozen, at), (out, at)):
        with pytest.raises(Refused, match="RELEASE_TIME_SET"):
            lifecycle.publish(one, at + timedelta(hours=1), moment)
    with pytest.raises(Refused, match="RELEASE_TIME_SET"):
        lifecycle.publish(frozen, NOW, NOW)
    assert lifecycle.publish(scheduled, at + timedelta(hours=1), NOW)[0].publish_at == at + timedelta(hours=1)
    with pytest.raises(Refused):
        lifecycle.approve(out, "park")


def test_a_year_brings_its_quarters_and_must_be_over() -> None:
    assert lifecycle.expand_periods(["2025", "2026-Q1"], date(2026, 4, 1)) == (
        *(f"2025-Q{n}" for n in range(1, 5)),
        "2026-Q1",
        "2025",
    )
    with pytest.raises(Refused, match="PERIOD_NOT_OVER"):
        lifecycle.expand_periods(["2026-Q1"], date(2026, 3, 31))


def version(code: str, since: str, until: str = "", parent: str = "") -> AreaVersion:
    end = date.fromisoformat(until) if until else None
    return AreaVersion(code, parent, "SGG", {"en": code}, date.fromisoformat(since), end)


def test_area_lists_change_over_time_and_counts_can_be_recast() -> None:
    areas = [version("42", "2020-01-01", "2023-06-10"), version("51", "2023-06-11"), version("B", "2020-01-01")]
    check_areas(areas)
    assert set(areas_on(areas, date(2023, 6, 10))) == {"42", "B"}
    assert set(areas_on(areas, date(2023, 6, 11))) == {"51", "B"}
    day = date(2024, 1, 1)
    steps = check_changes(
        [
            AreaChange("42", "51", date(2023, 6, 11), Fraction(1)),
            *(AreaChange("B", f"B{n}", day, Fraction(1, 4)) for n in range(4)),
        ]
    )
    assert recast({"42": 7, "B": 8}, steps) == {"51": 7, "B0": 2, "B1": 2, "B2": 2, "B3": 2}
    assert break_days("51", steps, date(2023, 1, 1), date(2023, 12, 31)) == [date(2023, 6, 11)]
    with pytest.raises(InvalidValue, match="add up to"):
        check_changes(steps[1:-1])
    with pytest.raises(InvalidValue, match="twice"):
        check_areas([*areas, version("51", "2024-01-01")])
    with pytest.raises(InvalidValue, match="not in the list"):
        check_areas([version("x", "2020-01-01", parent="y")])


def residents(*rows: tuple[str, str, int]) -> list[ResidentRow]:
    return [ResidentRow("A", sex, age, count, line) for line, (sex, age, count) in enumerate(rows, 2)]


def test_single_years_and_bands_become_the_releases_bands_only_where_they_fit() -> None:
    single = tabulate(residents(*(("F", str(age), 1) for age in range(100)), ("F", "100+", 2)))
    assert (single["A", "F", "_T"], single["A", "F", "Y65T74"], single["A", "F", "Y_GE75"]) == (102, 10, 27)
    tens = tabulate(residents(*(("_T", f"{age}-{age + 9}", 10) for age in range(0, 100, 10)), ("_T", "100+", 1)))
    assert tens == {("A", "_T", "_T"): 101, ("A", "_T", "Y_GE60"): 41}
    fives = residents(*((s, f"{age}-{age + 4}", 5) for s in "FM" for age in range(0, 100, 5)))
    assert tabulate(fives)["A", "_T", "Y15T24"] == 20


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ((("F", "0-9", 1), ("F", "0-9", 2)), 3, "already"),
        ((("F", "0-9", 1), ("F", "5-14", 2)), 3, "overlaps"),
        ((("F", "0-9", 1), ("F", "_T", 2)), 3, "add up"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_its_line(
    rows: tuple[tuple[str, str, int], ...], line: int, says: str
) -> None:
    with pytest.raises(InvalidValue, match=says) as refused:
        check_table(residents(*rows))
    assert refused.value.line == line
