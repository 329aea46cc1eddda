"""Counterexamples in whole persons agree with the least and the most of each sum."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.statistics.audit.bounds import components
from services.statistics.audit.counterexamples import Counterexamples, RangeQuestion
from services.statistics.audit.published import Key, Published

K, SIZE = 5, 3
PERIODS = (1, 2)

Tables = tuple[dict[Key, int], set[Key]]


@st.composite
def tables(draw: st.DrawFn) -> Tables:
    """Two quarters and their year, rows by columns with totals; a year hides what a quarter hides, and some more."""
    draws = draw(st.lists(st.integers(0, 7), min_size=2 * SIZE * SIZE, max_size=2 * SIZE * SIZE))
    inner = np.array(draws).reshape(2, SIZE, SIZE)
    full = np.concatenate([inner, inner.sum(axis=0, keepdims=True)])
    full = np.concatenate([full, full.sum(axis=1, keepdims=True)], axis=1)
    full = np.concatenate([full, full.sum(axis=2, keepdims=True)], axis=2)
    counts = {place: int(count) for place, count in np.ndenumerate(full)}
    hidden = draw(st.sets(st.sampled_from(sorted(counts)), min_size=8))
    return counts, hidden | {(2, r, c) for t, r, c in hidden}


def sums() -> list[tuple[Key, tuple[Key, ...]]]:
    found: list[tuple[Key, tuple[Key, ...]]] = []
    for t in range(3):
        found += [((t, r, SIZE), tuple((t, r, c) for c in range(SIZE))) for r in range(SIZE + 1)]
        found += [((t, SIZE, c), tuple((t, r, c) for r in range(SIZE))) for c in range(SIZE + 1)]
    return found + [((2, r, c), ((0, r, c), (1, r, c))) for r in range(SIZE + 1) for c in range(SIZE + 1)]


def shown(counts: Mapping[Key, int], hidden: set[Key]) -> Published:
    return Published({key: None if key in hidden else count for key, count in counts.items()}, tuple(sums()))


@settings(max_examples=8, deadline=None)
@given(tables())
def test_a_secret_has_counterexamples_exactly_if_it_can_be_0_and_k(given: Tables) -> None:
    counts, hidden = given
    for component in components(shown(counts, hidden), K, check=False):
        questions = [RangeQuestion(key, "the cell", {key: 1}, 0, K) for key in component.keys]
        search = Counterexamples(component, counts, questions)
        disclosed = {question.name: question for question in search.find_disclosures()}
        for key in component.keys:
            low, high = component.extreme({key: 1}, most=False), component.extreme({key: 1}, most=True)
            assert (key in disclosed) == (low != 0 or (high is not None and high < K))
            if key in disclosed:
                exact = disclosed[key].disclosure().attack == "exact disclosure"
                assert exact == (low == high)


@settings(max_examples=5, deadline=None)
@given(tables())
def test_an_insider_computes_exactly_the_cells_with_one_possible_size(given: Tables) -> None:
    counts, hidden = given
    for component in components(shown(counts, hidden), K, check=False):
        knowers = [key for key in component.keys if counts[key] == 1][:2]
        questions = [RangeQuestion(key, "the cell", {key: 1}, 0, K) for key in component.keys]
        search = Counterexamples(component, counts, questions)
        disclosed = {(knower, question.name) for knower, question in search.find_insider_disclosures(knowers)}
        for knower in knowers:
            for key in component.keys:
                low, high = (component.extreme({key: 1}, most=most, least={knower: 1}) for most in (False, True))
                assert ((knower, key) in disclosed) == (low == high and key != knower)


def test_a_start_that_disagrees_is_replaced_by_a_table_that_agrees() -> None:
    total, parts = "total", ("a", "b")
    component = components(Published({total: 9, "a": None, "b": None}, ((total, parts),)), K)[0]
    questions = [RangeQuestion(key, "the cell", {key: 1}, 0, K) for key in parts]
    assert Counterexamples(component, {"a": 1, "b": 1}, questions).find_disclosures() == []
