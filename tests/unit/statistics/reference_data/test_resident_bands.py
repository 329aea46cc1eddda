from __future__ import annotations

import pytest

from services.statistics.reference_data.resident_bands import ResidentRow, tabulate, without_total


@pytest.mark.parametrize(
    ("rows", "total"),
    [
        ([("65+", 600)], None),
        ([("0-64", 400), ("65-74", 100)], None),
        ([("0-59", 400), ("65+", 100)], None),
        ([("1-64", 400), ("65+", 100)], None),
        ([("0-64", 400), ("65+", 100)], 500),
        ([("65+", 100), ("_T", 100)], 100),
    ],
)
def test_ages_that_are_not_all_there_are_no_population(rows: list[tuple[str, int]], total: int | None) -> None:
    table = [ResidentRow("A", "_T", age, count, line) for line, (age, count) in enumerate(rows, 2)]
    assert tabulate(table).get(("A", "_T", "_T")) == total
    assert [row.line for row in without_total(table)] == ([] if total else [2])
