"""A corrected edition has today's method and no lower threshold; a village all of one group is not told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.statistics.releases.domain import lifecycle
from services.statistics.releases.domain.lifecycle import Release, State
from services.statistics.releases.steps import attack_pattern, decide_year
from tests.unit.statistics.releases.test_releases import NOW, PLAN, YEAR, town, year

OUT = replace(PLAN, state=State.PUBLISHED)


def revised(before: Release, k: int, *, withdraws: bool = False) -> Release:
    return lifecycle.plan_revision(
        before,
        note={"en": "late"},
        as_of=NOW + timedelta(days=3),
        by="people/kim",
        now=NOW,
        k=k,
        method_version="9.9.9",
        withdraws=withdraws,
    )


@pytest.mark.parametrize(("before", "office", "after"), [(5, 10, 10), (10, 5, 10), (5, 5, 5)])
def test_a_threshold_that_the_office_changed_rises_in_the_next_edition_and_never_falls(
    before: int, office: int, after: int
) -> None:
    edition = revised(replace(OUT, k=before), office)
    assert (edition.k, edition.method_version, edition.edition) == (after, "9.9.9", 2)


def test_an_edition_withdraws_only_where_it_says_so() -> None:
    assert not revised(OUT, 5).withdraws
    assert revised(OUT, 5, withdraws=True).withdraws
    assert not revised(replace(OUT, withdraws=True), 5).withdraws, "the next correction withdraws nothing"


def test_a_village_in_which_everybody_is_of_one_group_does_not_tell_it() -> None:
    others = tuple(replace(unit, area="A" if n % 2 else "B") for n, unit in enumerate(town(31, 160)))
    village = tuple(replace(unit, area="C", person=f"c{n}", flags=("FAR",)) for n, unit in enumerate(town(32, 8)))
    asked = year((*others, *village))
    table = asked.table()
    assert table.persons[YEAR, "C", "group=FAR", "ENR"] == table.persons[YEAR, "C", "_T", "ENR"] == 8
    decision = decide_year(asked)
    shown = {(YEAR, "C", "group=FAR", "ENR"), (YEAR, "C", "_T", "ENR")} - decision.hidden
    assert len(shown) < 2, "both would say that all of them farm or fish"
    assert attack_pattern(asked, table, decision.hidden) == []
