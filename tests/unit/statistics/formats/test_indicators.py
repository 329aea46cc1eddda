"""Quality as numbers: from what is shown alone, and nothing that would narrow what is hidden."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from services.statistics.disclosure.nonresponse import unanswered_range
from services.statistics.figures.observation import Observation, Revised
from services.statistics.formats import indicators, report
from services.statistics.formats.cells import PublicRelease
from services.statistics.releases.domain.revisions import revised
from tests.unit.statistics.small_release import observations, small_release

PLACE = {"period": "2026-Q3", "area": "HB", "sex": "_T", "age": "_T", "group": "_T", "domain": "_T"}


def figure(measure: str, value: str | None, **place: str) -> Observation:
    codes: dict[str, Any] = PLACE | place
    return Observation(
        measure, "RES", "Q", **codes, value=value, status="A" if value else "Q",
        confidentiality="F" if value else "N", unit="PS",
    )  # fmt: skip


def published(*more: Observation, **about: object) -> Mapping[str, tuple[str, str, str]]:
    kept = tuple(each for each in observations() if each.measure != "EPR" or each.period != "2026-Q3")
    edition = PublicRelease.of(small_release(observations=(*kept, *more), **about))
    text = indicators.render(edition, report.report_phrases())[indicators.TABLE].decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    return {row["INDICATOR"]: (row["VALUE_FROM"], row["VALUE_TO"], row["OBS_STATUS"]) for row in rows}


def test_who_gave_no_answer_is_told_only_where_anybody_can_subtract() -> None:
    answers = [figure("EPR", "200"), figure("EPR", "120", sex="F"), figure("EPR", "64", sex="M")]
    assert published(*answers, figure("EPR", "0", sex="_O"))["A5_SEX"] == ("8.0", "8.0", "A")
    assert published(*answers, figure("EPR", None, sex="_O"))["A5_SEX"] == ("", "", "Q")


@pytest.mark.parametrize(
    ("persons", "unanswered", "general", "told"),
    [
        (199, 20, 0, None),
        (200, 20, 0, (10, 15)),
        (400, 39, 200, (5, 10)),
        (400, 39, 340, (5, 10)),
        (400, 39, 341, None),
    ],
)
def test_groups_left_out_are_told_in_steps_that_bound_no_group(
    persons: int, unanswered: int, general: int, told: tuple[int, int] | None
) -> None:
    assert unanswered_range(persons, unanswered, general) == told


def test_a_range_is_printed_as_one() -> None:
    found = published(figure("EPR", "200"), unanswered={"2026-Q3": (5, 10)})
    assert found["A5_GROUPS"] == ("5", "10", "A")
    assert published(figure("EPR", "200"))["A5_GROUPS"] == ("", "", "Q")


def test_a_corrected_edition_says_how_far_it_moved() -> None:
    before = [figure("ENR", "40"), figure("ENR", None, sex="F"), figure("ENR", "60", area="HB01")]
    after = [figure("ENR", "44"), figure("ENR", "12", sex="F"), replace(before[2])]
    assert revised(before, after) == Revised(1, Fraction(100 * 4, 104))
    found = published(figure("EPR", "200"), revised=revised(before, after))
    assert (found["A6"][0], found["A6_CHANGED"][0]) == ("3.8", "1")
    assert published(figure("EPR", "200"))["A6"] == ("", "", "M")
