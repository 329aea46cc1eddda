from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from services.statistics.figures import composite
from services.statistics.figures.concentration import Area, concentration
from services.statistics.figures.coverage import coverage, person_time_rate, standardised_coverage
from services.statistics.figures.gain import ScorePair, gain
from services.statistics.figures.gap import gap
from services.statistics.figures.intervals import poisson, wilson
from services.statistics.figures.refusal import InvalidValue
from services.statistics.figures.rounding import round_half_up, rounded_text

rates = st.fractions(min_value=0, max_value=100)


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("72.25", 1, "72.3"),
        ("1.005", 2, "1.01"),
        ("-2.5", 0, "-3"),
        ("2.4999", 0, "2"),
        ("-0.04", 1, "0.0"),
        ("99999999999999999999999999999999.95", 1, "100000000000000000000000000000000.0"),
    ],
)
def test_figures_round_half_up_on_the_decimals_that_were_written(value: str, places: int, rounded: str) -> None:
    assert rounded_text(Decimal(value), places) == rounded


def test_a_binary_float_is_not_rounded() -> None:
    with pytest.raises(TypeError):
        round_half_up(1.005, 2)  # type: ignore[arg-type]


@given(st.fractions(), st.integers(0, 6))
def test_rounding_moves_a_figure_by_half_a_unit_at_most(value: Fraction, places: int) -> None:
    rounded = Fraction(round_half_up(value, places))
    assert abs(rounded - value) * 10**places <= Fraction(1, 2)
    assert Fraction(round_half_up(-value, places)) == -rounded


def test_coverage_of_the_handbooks_village() -> None:
    rate = coverage(37, 5214)
    assert rate is not None
    assert [rounded_text(rate.value, 1), rounded_text(rate.low, 2), rounded_text(rate.high, 2)] == [
        "7.1",
        "5.15",
        "9.77",
    ]


def test_0_of_12_has_an_interval() -> None:
    low, high = wilson(0, 12)
    assert [rounded_text(100 * low, 2), rounded_text(100 * high, 2)] == ["0.00", "24.25"]


@given(st.integers(0, 3000), st.integers(1, 3000))
def test_wilson_agrees_with_scipy(successes: int, trials: int) -> None:
    successes = min(successes, trials)
    expected = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    low, high = wilson(successes, trials)
    assert float(low) == pytest.approx(expected.low, abs=1e-12)
    assert float(high) == pytest.approx(expected.high, abs=1e-12)
    assert low <= Fraction(successes, trials) <= high


@given(st.integers(0, 5000))
def test_poisson_agrees_with_chi_square_quantiles(events: int) -> None:
    low, high = poisson(events)
    assert float(low) == pytest.approx(stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0, rel=1e-9)
    assert float(high) == pytest.approx(stats.chi2.ppf(0.975, 2 * events + 2) / 2, rel=1e-9)


def test_without_a_denominator_there_is_no_coverage() -> None:
    assert coverage(3, None) is None
    assert person_time_rate(3, 0) is None
    assert standardised_coverage({"a": 1}, {"a": 10, "b": None}, {"a": 1, "b": 1}) is None


def test_more_persons_than_residents_are_refused() -> None:
    with pytest.raises(InvalidValue, match="12 persons are more than the population of 11"):
        coverage(12, 11)


def test_standardised_coverage_compares_areas_of_different_age() -> None:
    standard = {"young": 3, "old": 1}
    younger = standardised_coverage({"young": 90, "old": 1}, {"young": 900, "old": 100}, standard)
    older = standardised_coverage({"young": 10, "old": 9}, {"young": 100, "old": 900}, standard)
    assert younger == older == 1000 * Fraction(3 * Fraction(1, 10) + Fraction(1, 100), 4)


@given(st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(0, 50), st.integers(50, 90)), min_size=1))
def test_standardised_to_its_own_population_coverage_is_crude_coverage(bands: dict[str, tuple[int, int]]) -> None:
    persons, population = {b: p for b, (p, _) in bands.items()}, {b: n for b, (_, n) in bands.items()}
    crude = coverage(sum(persons.values()), sum(population.values()))
    assert crude is not None
    assert standardised_coverage(persons, {**population}, population) == crude.value


def test_gaps_stand_below_and_above_parity() -> None:
    below = gap(Fraction(40), Fraction(50))
    assert below == {"GAP_PP": -10, "GAP_RT": Fraction(4, 5), "GAP_IX": 20, "GPIA": Fraction(4, 5)}
    assert gap(Fraction(50), Fraction(40))["GPIA"] == Fraction(6, 5)
    assert gap(Fraction(50), Fraction(0)) == {"GAP_PP": 50, "GAP_RT": None, "GAP_IX": None, "GPIA": 2}
    assert gap(Fraction(0), Fraction(0))["GPIA"] is None


@given(rates, rates)
def test_adjusted_parity_is_symmetrical_about_one(group: Fraction, reference: Fraction) -> None:
    one, other = gap(group, reference)["GPIA"], gap(reference, group)["GPIA"]
    if one is None or other is None:
        assert group == reference == 0
    else:
        assert one + other == 2
        assert 0 <= one <= 2


def area(name: str, population: int, persons: int, rank: int) -> Area:
    return Area(name, population, persons, Decimal(rank))


def test_learning_in_the_poorest_of_two_areas_is_concentrated_there() -> None:
    found = concentration([area("poor", 100, 20, 1), area("rich", 100, 0, 2)])
    assert found is not None
    assert found.index == Fraction(-1, 2)
    assert found.wagstaff == Fraction(-5, 9)
    assert found.erreygers == Fraction(-1, 5)


def test_equal_rates_are_not_concentrated_however_large_the_areas() -> None:
    found = concentration([area("a", 10, 1, 1), area("b", 1000, 100, 2), area("c", 70, 7, 3)])
    assert found is not None
    assert found.index == 0


def test_where_nobody_learns_there_is_no_index() -> None:
    assert concentration([area("a", 10, 0, 1)]) is None


areas = st.lists(st.tuples(st.integers(1, 500), st.integers(0, 500), st.integers(1, 5)), min_size=1, max_size=8)


@given(areas)
def test_concentration_is_the_same_from_splitting_the_persons_one_by_one(rows: list[tuple[int, int, int]]) -> None:
    """Against the covariance form: C = 2 cov(h, R) / mu over areas, tied ranks sharing the mean fractional rank."""
    given_areas = [area(str(i), n, min(p, n), r) for i, (n, p, r) in enumerate(rows)]
    found = concentration(given_areas)
    persons, population = sum(a.persons for a in given_areas), sum(a.population for a in given_areas)
    if not persons:
        assert found is None
        return
    assert found is not None
    covariance = Fraction(0)
    for one in given_areas:
        below = sum(a.population for a in given_areas if a.rank < one.rank)
        level = sum(a.population for a in given_areas if a.rank == one.rank)
        standing = Fraction(2 * below + level, 2 * population)
        covariance += Fraction(one.population, population) * (
            (Fraction(one.persons, one.population) - Fraction(persons, population)) * (standing - Fraction(1, 2))
        )
    assert found.index == 2 * covariance / Fraction(persons, population)
    assert -1 <= found.index <= 1


def scores(*pairs: tuple[int | None, int | None]) -> list[ScorePair]:
    def fraction(score: int | None) -> Fraction | None:
        return None if score is None else Fraction(score)

    return [ScorePair(f"p{i}", fraction(before), fraction(after)) for i, (before, after) in enumerate(pairs)]


def test_gain_is_that_of_the_class_and_counts_who_missed_a_test() -> None:
    found = gain(scores((40, 60), (50, 80), (60, 70), (70, None), (None, 90)), Fraction(100))
    assert (found.pairs, found.without_after, found.without_before) == (3, 1, 1)
    assert [found.pre, found.post, found.normalised] == [50, 70, Fraction(2, 5)]
    assert found.attrition == 25
    assert found.d_av == pytest.approx((1 - 3 / 7) * 20 / 10)
    assert found.d_z == 2
    expected = stats.ttest_1samp([20, 30, 10], 0).confidence_interval(0.95)
    assert found.interval is not None
    assert [float(end) for end in found.interval] == pytest.approx([expected.low, expected.high])


def test_a_class_that_began_at_the_highest_score_has_no_normalised_gain() -> None:
    found = gain(scores((100, 100), (100, 90), (100, 100)), Fraction(100))
    assert found.normalised is None
    assert found.d_av is not None


@pytest.mark.parametrize("pairs", [[], [(50, None)], [(50, 60)], [(50, 60), (60, 70)], [(50, 60)] * 3])
def test_too_few_or_equal_pairs_have_no_effect_size(pairs: list[tuple[int | None, int | None]]) -> None:
    found = gain(scores(*pairs), Fraction(100))
    assert found.d_av is None
    assert found.d_z is None


def test_the_divide_index_weighs_unrounded_relatives() -> None:
    def index(*parts: str) -> str | None:
        access, capability, utilisation = map(Fraction, parts)
        return rounded_text(composite.divide_index(access, capability, utilisation), 1)

    assert index("96.6", "65.9", "80.5") == "77.9"
    assert index("95.4", "56.2", "75.6") == "71.8"


def test_the_geometric_mean_does_not_let_one_area_buy_off_another() -> None:
    even = [Fraction(1), Fraction(1)]
    lopsided, level = [Fraction(10), Fraction(90)], [Fraction(45), Fraction(45)]
    assert composite.arithmetic(lopsided, even) == 50 > composite.arithmetic(level, even)
    assert composite.geometric(lopsided, even) == pytest.approx(30)
    assert composite.geometric(level, even) == pytest.approx(45)
