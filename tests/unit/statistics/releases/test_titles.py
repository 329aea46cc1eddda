"""What a release is called follows from what it covers: two that cover different periods never share a name."""

from __future__ import annotations

import pytest

from services.statistics.figures.universe import Universe
from services.statistics.releases.domain.lifecycle import check_id
from services.statistics.releases.titles import LONGEST_KEY, release_key, release_title

HANBIT = {"ko": "한빛시", "en": "Hanbit"}
YEAR = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2025")


@pytest.mark.parametrize(
    ("periods", "korean", "english"),
    [
        (("2026-Q1",), "2026년 1분기", "Q1 2026"),
        (("2025-Q3", "2025-Q4", "2026-Q1"), "2025년 3분기~2026년 1분기", "Q3 2025 to Q1 2026"),
        (("2025-Q1", "2025-Q3"), "2025년 1분기, 2025년 3분기", "Q1 2025, Q3 2025"),
        (YEAR, "2025년", "2025"),
        ((*YEAR[:4], "2026-Q2", "2026-Q3", "2025"), "2025년, 2026년 2~3분기", "2025, Q2 to Q3 2026"),
    ],
)
def test_a_title_names_years_and_runs_of_quarters(periods: tuple[str, ...], korean: str, english: str) -> None:
    title = release_title(HANBIT, Universe.RESIDENT, periods)
    assert title["en"].endswith(f", {english}")
    assert title["ko"].endswith(f" {korean}")


def test_other_periods_have_another_key() -> None:
    asked = [YEAR, YEAR[:4], ("2025-Q1", "2025-Q4"), ("2025-Q1", "2025-Q2", "2025-Q4"), ("2025-Q1",)]
    keys = [release_key("areas/HB01", universe, periods) for universe in Universe for periods in asked]
    assert len(set(keys)) == len(keys)
    assert release_key("areas/HB01", Universe.RESIDENT, YEAR) == "hb01-res-2025"


def test_a_key_is_never_too_long_for_a_release() -> None:
    gaps = tuple(f"20{year}-Q{quarter}" for year in range(10, 26) for quarter in (1, 3))
    key = release_key("areas/HB01", Universe.RESIDENT, gaps)
    assert check_id(f"{key}-r9").startswith("hb01-res-2010-q1-2010-q3-")
    assert len(key) <= LONGEST_KEY
    assert key != release_key("areas/HB01", Universe.RESIDENT, gaps[:-1])
