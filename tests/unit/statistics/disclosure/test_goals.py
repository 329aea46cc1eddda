"""What stays visible: a city's year by sex, age and group, and most of a province, with nothing sensitive open."""

from __future__ import annotations

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from deploy.demo.residents import Ending, residents
from services.statistics.areas.geography import Geography
from services.statistics.areas.tree import ReleaseAreas
from services.statistics.audit.whole_release import category_of
from services.statistics.disclosure.decisions import Decision, YearToDecide
from services.statistics.disclosure.layout import SPLIT
from services.statistics.disclosure.linked_tables import LinkedTable
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.dimensions import FLAGS
from services.statistics.figures.observation import AreaCode
from services.statistics.figures.periods import is_year, quarter_on, quarters_of
from services.statistics.figures.units import Unit, age_band, units
from services.statistics.releases import steps
from services.statistics.releases.domain.published_figures import Context
from services.statistics.releases.snapshot import EnrolmentSnapshot
from tests import thirty_cities

QUARTERS = tuple(f"2024-Q{number}" for number in range(1, 5))


def year_of(areas: int, enrolments: int, periods: tuple[str, ...]) -> YearToDecide:
    codes = [row["name"].removeprefix("areas/") for row in thirty_cities.areas(areas)]
    tree = tuple(AreaCode(code, codes[0] if place else "", "SGG", {}) for place, code in enumerate(codes))
    geography = Geography(tree, date(2026, 1, 31))
    snapshot = EnrolmentSnapshot(None, ZoneInfo("Asia/Seoul"))  # type: ignore[arg-type]
    courses = {row["_id"]: row for row in thirty_cities.courses()}
    rows = thirty_cities.facts_as_read(cities=areas, quarters=4, enrolments=enrolments)
    counted = list(units([snapshot._fact(row, geography, courses) for row in rows], geography.vintage))

    def by(field: str) -> dict[str, tuple[Unit, ...]]:
        return {quarter: tuple(unit for unit in counted if getattr(unit, field) == quarter) for quarter in QUARTERS}

    return YearToDecide(geography.areas, Policy(), periods, by("quarter"), by("finished"))


def decided(areas: int, enrolments: int, *periods: str) -> tuple[YearToDecide, LinkedTable, Decision]:
    year = year_of(areas, enrolments, periods)
    return year, year.table(), steps.decide_year(year)


def hidden_shares(table: LinkedTable, decision: Decision) -> dict[str, float]:
    """Of the counts by enrolments, persons and completions that are printed: of years, and of quarters."""
    printed = [cell for cell in table.counts if table.is_printed(cell) and cell[3] in SPLIT]
    every = Counter("year" if is_year(cell[0]) else "quarter" for cell in printed)
    hidden = Counter("year" if is_year(cell[0]) else "quarter" for cell in printed if cell in decision.hidden)
    return {level: hidden[level] / count for level, count in every.items()}


TOWNS = [f"HB010{number}" for number in range(1, 9)]
AUDIENCES = {f"c{number}": "RESIDENTS" for number in range(5)}
STATUS = {Ending.COMPLETED: "CMP", Ending.UNDER_WAY: "IPR", Ending.NOT_STARTED: "NST", Ending.WITHDREW: "WDR"}
LAST_YEAR, TODAY = "2025", date(2026, 11, 29)


def demo() -> YearToDecide:
    """The demo's learners, all in Hanbit, and what they began last year."""
    known = {flag.upper(): code for code, flag in FLAGS.items()}
    known["MARRIAGE_MIGRANT"] = "MIG"
    everybody = [
        Unit(
            person=person.login,
            quarter=quarter_on(attendance.enrolled_at.date()),
            area=person.area.removeprefix("areas/"),
            sex={"FEMALE": "F", "MALE": "M"}.get(person.sex, "_U"),
            age=age_band(attendance.enrolled_at.year - person.birth_year if person.birth_year else None),
            flags=None if person.groups is None else tuple(known[group] for group in person.groups),
            domains=(f"DC30_{int(attendance.course[1:]) + 1}",),
            status=STATUS[attendance.ending],
            days=3,
            hours=None,
            finished=quarter_on(attendance.enrolled_at.date()) if attendance.ending is Ending.COMPLETED else "",
        )
        for person in residents(TODAY, AUDIENCES, TOWNS)
        for attendance in person.attends
    ]
    areas = ReleaseAreas("HB01", {"HB01": tuple(TOWNS)})
    begun = {
        quarter: tuple(unit for unit in everybody if unit.quarter == quarter) for quarter in quarters_of(LAST_YEAR)
    }
    flow = {quarter: tuple(unit for unit in everybody if unit.finished == quarter) for quarter in begun}
    return YearToDecide(areas, Policy(), (LAST_YEAR,), begun, flow)


def test_the_demos_city_shows_its_year_by_sex_old_age_and_group_with_the_gaps() -> None:
    year = demo()
    decision = steps.decide_year(year)
    period = steps.Period(Context("RES", LAST_YEAR, year.areas, Policy(), {}), year.begun, decision, flow=year.flow)
    city = [figure for figure in steps.assemble(period).observations if figure.area == "HB01"]
    shown: dict[str, set[str]] = {}
    for figure in city:
        if figure.value is not None:
            shown.setdefault(category_of(figure), set()).add(figure.measure)
    for category in ("_T", "sex=F", "sex=M", "age=Y_GE65"):
        assert shown[category] >= {"ENR", "EPR", "CMP", "CPR"}, category
    groups = {category for category, measures in shown.items() if measures >= {"ENR", "EPR", "CMP", "CPR", "GAP_PP"}}
    assert len(groups) >= 3, groups


def test_most_of_a_province_is_shown_and_nothing_of_it_opens() -> None:
    year, table, decision = decided(17, 12_000, *QUARTERS, "2024")
    shares = hidden_shares(table, decision)
    assert shares["year"] <= 0.25
    assert shares["quarter"] <= 0.40
    assert not decision.given_up
    assert steps.attack_pattern(year, table, decision.hidden) == []
