from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.statistics.figures.cohort import Cohort, Enrolment, Exclusion, Status, check_dates
from services.statistics.figures.measures import Counts, count, quantile, rates
from services.statistics.figures.refusal import InvalidValue

QUARTER = Cohort(date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 31))


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}")


def enrolled(
    person: str,
    on: str = "07-10",
    began: str = "",
    completed: str = "",
    withdrew: str = "",
    *,
    run: str = "r1",
    hours: str = "",
    test: bool = False,
) -> Enrolment:
    began_on, completed_on, withdrew_on = (day(text) if text else None for text in (began, completed, withdrew))
    spent = Decimal(hours) if hours else None
    return Enrolment(person, run, day(on), began_on, completed_on, withdrew_on, spent, test)


def statuses(*enrolments: Enrolment, cohort: Cohort = QUARTER) -> dict[str, int]:
    return {code.value: n for code, n in count(enrolments, cohort).by_status.items() if n}


@pytest.mark.parametrize(
    ("enrolment", "code"),
    [
        (enrolled("never began"), "NST"),
        (enrolled("began", began="07-11"), "IPR"),
        (enrolled("completed", began="07-11", completed="07-20"), "CMP"),
        (enrolled("completed on the as-of date", began="07-11", completed="10-31"), "CMP"),
        (enrolled("completed after the as-of date", began="07-11", completed="11-01"), "IPR"),
        (enrolled("completed, first activity never recorded", completed="07-20"), "CMP"),
        (enrolled("began after the as-of date", began="11-01"), "NST"),
        (enrolled("withdrew", began="07-11", withdrew="07-12"), "WDR"),
        (enrolled("withdrew after the as-of date", began="07-11", withdrew="11-01"), "IPR"),
        (enrolled("will withdraw without having begun", withdrew="11-01"), "NST"),
        (enrolled("left after completing", began="07-11", completed="07-20", withdrew="07-21"), "CMP"),
        (enrolled("came back and completed", began="07-11", withdrew="07-12", completed="07-20"), "CMP"),
        (enrolled("came back too late", began="07-11", withdrew="07-12", completed="11-20"), "WDR"),
    ],
    ids=lambda value: value.person if isinstance(value, Enrolment) else value,
)
def test_an_enrolment_stands_as_it_stood_on_the_as_of_date(enrolment: Enrolment, code: str) -> None:
    assert statuses(enrolment) == {code: 1}


def test_the_period_includes_both_its_days_and_nothing_after_the_as_of_date() -> None:
    at = [enrolled(d, on=d) for d in ("06-30", "07-01", "09-30T23:59:59", "10-01")]
    assert count(at, QUARTER).enrolments == 2
    assert count(at, Cohort(date(2026, 7, 1), date(2026, 9, 30), date(2026, 7, 1))).enrolments == 1


def test_excluded_enrolments_are_shown_by_reason_and_leave_the_cohort() -> None:
    found = count(
        [
            enrolled("a", began="07-11", completed="07-12"),
            enrolled("b", withdrew="07-11"),
            enrolled("c", test=True, began="07-11"),
            enrolled("d"),
            enrolled("d", on="07-10T16:00", began="07-11"),
            enrolled("d", on="07-12"),
            enrolled("d", run="r2"),
        ],
        QUARTER,
    )
    assert found.excluded == {
        Exclusion.TEST_ACCOUNT: 1,
        Exclusion.WITHDRAWN_WITHOUT_ACTIVITY: 1,
        Exclusion.DUPLICATE: 1,
    }
    assert found.codes() == {
        "ENR": 7,
        "ENR_VALID": 4,
        "EPR": 2,
        "PTM": 4,
        "STR": 2,
        "CMP": 1,
        "WDR": 0,
        "IPR": 1,
        "NST": 2,
        "CMF": 1,
    }


def test_of_duplicates_the_one_that_got_furthest_counts() -> None:
    early, late = enrolled("a"), enrolled("a", on="07-10T09:00", began="07-11", completed="07-12")
    assert statuses(early, late) == statuses(late, early) == {"CMP": 1}


def test_a_withdrawn_learner_who_enrols_again_within_the_day_is_one_live_enrolment() -> None:
    left = enrolled("a", on="07-10T09:00", began="07-10T10:00", withdrew="07-10T11:00")
    assert statuses(left, enrolled("a", on="07-10T12:00")) == {"NST": 1}


def test_a_learner_who_enrols_again_later_is_two_enrolments_of_one_person() -> None:
    left = enrolled("a", began="07-11", withdrew="07-12")
    found = count([left, enrolled("a", on="07-20", began="07-21")], QUARTER)
    assert (found.valid, found.persons) == (2, 1)


def test_a_duplicate_made_after_midnight_at_a_quarters_edge_counts_in_one_quarter_only() -> None:
    both = [enrolled("a", on="06-30T20:00"), enrolled("a", on="07-01T09:00")]
    spring = Cohort(date(2026, 4, 1), date(2026, 6, 30), date(2026, 10, 31))
    assert (count(both, spring).valid, count(both, QUARTER).valid) == (1, 0)


def test_completions_in_the_period_are_of_any_cohort() -> None:
    found = count(
        [
            enrolled("earlier", on="03-01", began="03-02", completed="07-05"),
            enrolled("later", on="08-01", began="08-02", completed="10-05"),
            enrolled("test", on="03-01", completed="07-05", test=True),
        ],
        QUARTER,
    )
    assert (found.completions_in_period, found.enrolments, found.by_status[Status.COMPLETED]) == (1, 1, 1)


def test_rates_divide_by_valid_and_by_started_enrolments() -> None:
    found = rates(
        count(
            [
                enrolled("a", began="07-11", completed="07-12", hours="3.5"),
                enrolled("b", began="07-11", withdrew="07-12"),
                enrolled("c", began="07-11", hours="2"),
                enrolled("d"),
                enrolled("e", withdrew="07-11", hours="9"),
            ],
            QUARTER,
        )
    )
    assert [found["CPR"], found["CPS"], found["DOR"]] == [25, Fraction(100, 3), Fraction(100, 3)]
    assert (found["HRS"], found["HRS_PC"]) == (Fraction(11, 2), Fraction(11, 8))


def test_an_empty_cohort_has_counts_of_zero_and_no_rates() -> None:
    found = count([], QUARTER)
    assert set(found.codes().values()) == {0}
    assert set(rates(found).values()) == {None}


def test_days_to_complete_need_ten_learners() -> None:
    ten = [enrolled(f"p{i}", began="07-11", completed=f"07-{11 + i}") for i in range(10)]
    assert rates(count(ten[:9], QUARTER))["TTC_MED"] is None
    found = rates(count(ten, QUARTER))
    assert (found["TTC_MED"], found["TTC_P90"]) == (Fraction(9, 2), Fraction(81, 10))


@given(st.lists(st.integers(0, 400), min_size=1, max_size=40), st.fractions(0, 1))
def test_quantiles_are_type_seven(values: list[int], share: Fraction) -> None:
    expected = np.quantile(np.array(values, dtype=float), float(share))
    assert float(quantile(sorted(values), share)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("enrolment", "field"),
    [
        (enrolled("a", began="07-09"), "first_activity_on"),
        (enrolled("a", completed="07-09"), "completed_on"),
        (enrolled("a", began="07-12", completed="07-11"), "completed_on"),
        (enrolled("a", withdrew="07-09"), "withdrawn_on"),
    ],
)
def test_an_impossible_order_of_dates_is_refused_by_its_column(enrolment: Enrolment, field: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        check_dates(enrolment)
    assert refusal.value.field == field


moments = st.datetimes(datetime(2026, 5, 1), datetime(2026, 12, 1))
lives = st.builds(
    Enrolment,
    person=st.sampled_from("abcdef"),
    run=st.sampled_from(["r1", "r2"]),
    enrolled_on=moments,
    first_activity_on=st.none() | moments,
    completed_on=st.none() | moments,
    withdrawn_on=st.none() | moments,
    hours=st.none() | st.decimals(0, 50, places=1),
    test_account=st.sampled_from([False, False, False, True]),
)
dates = st.dates(date(2026, 5, 1), date(2026, 12, 31))


@st.composite
def cohorts(draw: st.DrawFn) -> Cohort:
    since, until = sorted([draw(dates), draw(dates)])
    return Cohort(since, until, max(since, draw(dates)))


@given(st.lists(lives, max_size=30), cohorts())
def test_the_counts_of_every_cohort_add_up(enrolments: list[Enrolment], cohort: Cohort) -> None:
    found = count(enrolments, cohort)
    codes = found.codes()
    assert codes["ENR_VALID"] == codes["CMP"] + codes["WDR"] + codes["IPR"] + codes["NST"]
    assert codes["ENR"] == codes["ENR_VALID"] + sum(found.excluded.values())
    assert codes["STR"] == codes["CMP"] + codes["WDR"] + codes["IPR"]
    assert codes["EPR"] <= codes["PTM"]
    assert all(rate is None or 0 <= rate <= 100 for code, rate in rates(found).items() if code in ("CPR", "CPS", "DOR"))


@given(st.lists(lives, max_size=30), cohorts(), st.randoms(use_true_random=False))
def test_the_order_of_the_file_does_not_matter(enrolments: list[Enrolment], cohort: Cohort, random: object) -> None:
    shuffled = list(enrolments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert count(shuffled, cohort) == count(enrolments, cohort)


@given(st.lists(lives, max_size=30), cohorts())
def test_adjoining_periods_add_up_to_the_whole(enrolments: list[Enrolment], cohort: Cohort) -> None:
    middle = cohort.since + (cohort.until - cohort.since) // 2
    if middle == cohort.until or cohort.as_of <= middle:
        return
    halves = [
        count(enrolments, Cohort(cohort.since, middle, cohort.as_of)),
        count(enrolments, Cohort(middle + timedelta(days=1), cohort.until, cohort.as_of)),
    ]
    whole = count(enrolments, cohort)

    def additive(counts: Counts) -> list[int]:
        return [counts.codes()[code] for code in ("ENR", "ENR_VALID", "STR", "CMP", "WDR", "IPR", "NST", "CMF")]

    assert additive(whole) == [sum(pair) for pair in zip(*map(additive, halves), strict=True)]


@given(st.lists(lives, max_size=30), cohorts())
def test_what_happens_after_the_as_of_date_changes_nothing(enrolments: list[Enrolment], cohort: Cohort) -> None:
    earlier = [one for one in enrolments if one.enrolled_on.date() <= cohort.as_of]
    assert count(earlier, cohort) == count(enrolments, cohort)
