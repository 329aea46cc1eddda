"""How counts depend on each other is declared once, and no breakdown comes without it."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest

from services.statistics.attack import relations as public
from services.statistics.disclosure.linked_tables import tabulate
from services.statistics.figures.dimensions import FLAGS
from services.statistics.figures.refusal import InvalidValue
from services.statistics.figures.relations import BY_CATEGORY, relations_between_categories
from services.statistics.figures.units import BREAKDOWNS, Breakdown
from tests.unit.statistics.releases.test_split_areas import CITY, QUARTERS, geography, learners

NEW = Breakdown("way", "courses", {"_T": ("F2F", "N_F2F")}, {"F2F": ("delivery", "F2F")})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"question": "ways of teaching"}, "not declared in QUESTIONS"),
        ({"parts": {"F2F": ("N_F2F",)}}, "do not add up to _T"),
        ({"fields": {"ONL": ("delivery", "ONL")}}, "no sum holds ONL"),
        ({"parts": {"_T": ("F2F", "N_F2F", "_U")}}, "everybody answers"),
        ({"parts": {"_T": ("F2F",)}}, "has no category"),
    ],
)
def test_a_breakdown_without_its_relations_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        relations_between_categories([*BREAKDOWNS.values(), replace(NEW, **changes)])  # type: ignore[arg-type]


def test_a_breakdown_with_its_relations_is_tied_to_everybody() -> None:
    added = set(relations_between_categories([*BREAKDOWNS.values(), NEW])) - set(BY_CATEGORY)
    assert [(relation.total, relation.parts) for relation in added] == [("_T", ("delivery=F2F", "way=!N_F2F"))]


def test_whoever_left_the_question_about_groups_out_is_one_set_for_all_of_them() -> None:
    unanswered = {relation.parts[-1] for relation in BY_CATEGORY if relation.parts[0].removeprefix("group=") in FLAGS}
    assert unanswered == {"group=_U"}


def test_every_breakdown_that_is_published_is_in_a_relation() -> None:
    tied = set(chain.from_iterable(relation.parts for relation in BY_CATEGORY))
    assert {each.label(code) for each in BREAKDOWNS.values() for code in each.fields} <= tied


def test_relations_hold_for_the_people_themselves() -> None:
    """Every helper makes up for what is left, so none is negative; the sums are checked when they are tied."""
    units = learners(CITY)
    table = tabulate((*QUARTERS, "2025", "2026"), units, units, geography(CITY).areas)
    assert table.cells().counts
    assert min(table.counts.values()) >= 0


def test_the_public_attacker_knows_the_same_questions() -> None:
    labels = {each.label(code) for each in BREAKDOWNS.values() for codes in each.parts.values() for code in codes}
    assert {public.UNANSWERED, public.AGE_UNKNOWN, *public.SEXES, *public.OLDER, *public.YOUNGER} <= labels
    assert {f"group={flag}" for flag in public.FLAGS} <= labels
    assert {public.OLD, public.NOT_OLD, public.GENERAL, public.ELDERLY} <= labels
