from __future__ import annotations

from datetime import date

import pytest

from services.chassis.errors import Invalid
from services.statistics.figures.periods import check_quarter
from services.statistics.releases.domain.lifecycle import expand_periods


@pytest.mark.parametrize("period", ["9999-Q4", "0000-Q1", "２０２５-Q1", "2025-Q5", "2025-Q1\n", "9999"])
def test_periods_that_cannot_be_counted_are_refused(period: str) -> None:
    with pytest.raises(Invalid, match="PERIOD_INVALID"):
        expand_periods([period], date(2026, 1, 1))
    with pytest.raises(Invalid, match="QUARTER_INVALID"):
        check_quarter(period, "to_quarter")
