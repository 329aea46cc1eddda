"""The areas of a release after areas were merged, divided and renamed; the places are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

from services.statistics.areas.code_lists import AreaChange, AreaVersion
from services.statistics.areas.geography import Geography, ResidentCounts, build_geography, recast_residents
from services.statistics.figures.observation import AreaCode, Observation
from services.statistics.releases.domain.recasting import recast_observations

FIRST, LAST_OLD, CHANGED = date(2020, 1, 1), date(2026, 6, 30), date(2026, 7, 1)
BEFORE, AFTER = date(2026, 3, 31), date(2026, 12, 31)
ONE = Fraction(1)


def old(code: str) -> AreaVersion:
    return AreaVersion(code, "90", "SGG", {"en": code}, FIRST, LAST_OLD)


def new(code: str) -> AreaVersion:
    return AreaVersion(code, "90", "SGG", {"en": code}, CHANGED)


TOP = AreaVersion("90", "", "SIDO", {"en": "90"}, FIRST)
LIST = [TOP, *map(old, ("901", "902", "903", "904")), *map(new, ("905", "906", "907", "908"))]
WHOLE = [
    AreaChange("901", "905", CHANGED, ONE),
    AreaChange("902", "905", CHANGED, ONE),
    AreaChange("904", "908", CHANGED, ONE),
]
DIVIDED = [AreaChange("903", "906", CHANGED, Fraction(3, 5)), AreaChange("903", "907", CHANGED, Fraction(2, 5))]
STAYED = [TOP, *map(old, ("901", "902", "904")), replace(old("903"), valid_to=None), *map(new, ("905", "908"))]


def geography(day: date) -> Geography:
    found = build_geography(LIST, WHOLE + DIVIDED, "90", day, {"905": (1, 2)})
    assert found
    return found


def everybody(**residents: int) -> ResidentCounts:
    return {(name.removeprefix("a"), "_T", "_T"): count for name, count in residents.items()}


def test_people_of_merged_and_renamed_areas_are_counted_in_the_area_that_includes_them_now() -> None:
    found = geography(AFTER)
    assert [found.home(code) for code in ("901", "902", "904")] == ["905", "905", "908"]


def test_people_of_a_divided_area_are_counted_in_the_nearest_area_that_holds_all_its_parts() -> None:
    assert geography(AFTER).home("903") == "90"


def test_only_what_was_divided_breaks_its_series_and_only_in_the_period_of_the_change() -> None:
    found = geography(AFTER)
    broken = [(code, period) for code in ("905", "906", "907", "908", "90") for period in ("2026-Q2", "2026-Q3", "2026")
              if found.breaks_in(code, period)]  # fmt: skip
    assert broken == [("906", "2026-Q3"), ("906", "2026"), ("907", "2026-Q3"), ("907", "2026")]


def test_a_release_as_of_an_earlier_day_has_the_areas_of_that_day() -> None:
    found = geography(BEFORE)
    assert [area.code for area in found.codes] == ["90", "901", "902", "903", "904"]
    assert found.home("905") is None


def test_a_list_without_the_top_area_on_that_day_makes_no_geography() -> None:
    assert build_geography(LIST, WHOLE, "91", AFTER, {}) is None
    assert build_geography(LIST, WHOLE, "90", date(2019, 12, 31), {}) is None


def test_areas_keep_their_place_on_the_map() -> None:
    assert AreaCode("905", "90", "SGG", {"en": "905"}, (1, 2)) in geography(AFTER).codes


def test_residents_of_merged_areas_are_added() -> None:
    found = build_geography(STAYED, WHOLE, "90", AFTER, {})
    assert found
    table = everybody(a90=100, a901=10, a902=20, a903=40, a904=30)
    assert recast_residents(table, found, BEFORE) == everybody(a90=100, a903=40, a905=30, a908=30)


def test_residents_of_a_divided_area_are_not_guessed_for_its_parts_and_stay_known_above_it() -> None:
    table = everybody(a90=100, a901=10, a902=20, a903=40, a904=30)
    assert recast_residents(table, geography(AFTER), BEFORE) == everybody(a90=100, a905=30, a908=30)


def test_an_area_that_lost_or_won_another_has_the_residents_of_what_lies_in_it_now() -> None:
    other = AreaVersion("80", "", "SIDO", {"en": "80"}, FIRST)
    winner = replace(old("801"), parent="80", valid_to=None)
    heir = replace(new("802"), parent="80")
    steps = [AreaChange("901", "802", CHANGED, ONE)]
    found = build_geography(
        [TOP, other, winner, heir, old("901"), replace(old("902"), valid_to=None)], steps, "80", AFTER, {}
    )
    assert found
    table = everybody(a90=30, a901=10, a902=20, a80=5, a801=5)
    assert {area: count for (area, _, _), count in recast_residents(table, found, BEFORE).items()} == {
        "80": 15, "801": 5, "802": 10, "90": 30, "902": 20,
    }  # fmt: skip


def observation(area: str, measure: str, unit: str, value: str | None) -> Observation:
    codes = ("resident", "Q", "2026-Q2", area, "_T", "_T", "_T", "_T")
    hidden = value is None
    return Observation(measure, *codes, value, "Q" if hidden else "A", "N" if hidden else "F", unit)


def test_a_merged_area_has_the_sum_of_two_published_counts_but_not_of_hidden_ones_or_rates() -> None:
    published = [
        *(observation(area, "ENR", "NUMBER", value) for area, value in (("901", "7"), ("902", "8"), ("904", "9"))),
        *(observation(area, "CMP", "NUMBER", value) for area, value in (("901", "5"), ("902", None))),
        *(observation(area, "CPR", "PT", "50.0") for area in ("901", "902")),
    ]
    made = recast_observations(published, {"901": "905", "902": "905", "904": "908"})
    assert [(one.area, one.measure, one.value, one.status) for one in made] == [
        ("905", "ENR", "15", "A"),
        ("908", "ENR", "9", "A"),
        ("905", "CMP", None, "Q"),
        ("905", "CPR", None, "O"),
    ]


def test_residents_counted_after_the_change_stay_as_they_are() -> None:
    table = everybody(a90=100, a905=30, a906=24, a907=16, a908=30)
    assert recast_residents(table, geography(AFTER), CHANGED) == table
