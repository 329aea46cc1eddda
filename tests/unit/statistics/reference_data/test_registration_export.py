"""The registration office's own export, as it is: by ten, five and single years, with one header line or two."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data.resident_files import ResidentFile, read_resident_file

KNOWN = {"52", "52110", "52111"}
PLACES = ("전북특별자치도  (5200000000)", "전북특별자치도 전주시 (5211000000)")
TEN = [*(f"{first}~{first + 9}세" for first in range(0, 100, 10)), "100세 이상"]
FIVE = [*(f"{first}~{first + 4}세" for first in range(0, 100, 5)), "100세 이상"]
SINGLE = [*(f"{year}세" for year in range(100)), "100세 이상"]


def numbers(ages: int, months: int = 1) -> Iterator[str]:
    """A thousand and more of each age for both, half of them men."""
    for _ in range(months):
        for share in (2, 1, 1):
            yield from (f"{ages * share * 1000:,}", f"{ages * share * 1000:,}")
            yield from [f"{share * 1000:,}"] * ages


def line(cells: Sequence[str]) -> str:
    return ",".join(f'"{cell}"' for cell in cells)


def flat(ages: Sequence[str], *months: str) -> str:
    """As the site hands out its CSV."""
    names = [
        f"{month}_{sex}_{what}"
        for month, sex in product(months, ("계", "남", "여"))
        for what in ("총인구수", "연령구간인구수", *ages)
    ]
    rows = [[place, *numbers(len(ages), len(months))] for place in PLACES]
    return "\n".join(line(row) for row in [["행정구역", *names], *rows])


def two_lines(ages: Sequence[str]) -> str:
    """As its spreadsheet is saved: a title, two lines of names over several columns, and a note."""
    width = len(ages) + 2
    above = [cell for sex in ("계", "남", "여") for cell in (f"2024년 01월 {sex}", *[""] * (width - 1))]
    below = [cell for _ in range(3) for cell in ("총 인구수", "연령구간인구수", *ages)]
    codes = [["5200000000", "전북특별자치도"], ["5211000000", "전북특별자치도 전주시"]]
    rows = [[*code, *numbers(len(ages))] for code in codes]
    head = [["행정기관코드", "행정기관", *above], ["", "", *below]]
    return "\n".join(["연령별 인구현황", *map(line, [*head, *rows]), "※ 매월 말일자 통계 현황"])


def read(tmp_path: Path, text: str, encoding: str = "cp949") -> ResidentFile:
    path = tmp_path / "202401_연령별인구현황_월간.csv"
    path.write_bytes(text.encode(encoding))
    return read_resident_file(path, None, KNOWN, sexes_in_order=False)


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        (flat(TEN, "2024년01월"), {"Y_GE60": 10_000}, {"Y15T24", "Y_GE65", "Y_GE75"}),
        (flat(FIVE, "2024년01월"), {"Y_GE60": 18_000, "Y_GE65": 16_000, "Y15T24": 4_000}, set()),
        (two_lines(FIVE), {"Y_GE55": 20_000, "Y_GE75": 12_000}, set()),
        (two_lines(SINGLE), {"Y_GE65": 72_000, "Y_LT15": 30_000}, set()),
    ],
)
def test_an_export_is_read_as_it_is(tmp_path: Path, text: str, known: dict[str, int], unknown: set[str]) -> None:
    found = read(tmp_path, text)
    assert found.references == (date(2024, 1, 31),)
    counts = {key: count for _, key, count in found.cells()}
    assert {age: counts["52110", "_T", age] for age in known} == known
    assert all(counts["52110", "F", age] == count // 2 for age, count in known.items())
    assert not unknown & {age for _, _, age in counts}
    assert counts["52", "M", "_T"] * 2 == counts["52", "_T", "_T"]


def test_several_months_stand_side_by_side_and_utf8_is_read_too(tmp_path: Path) -> None:
    text = flat(TEN, "2024년01월", "2024년02월")
    found = read(tmp_path, text, "utf-8-sig")
    assert found.references == (date(2024, 1, 31), date(2024, 2, 29))
    path = tmp_path / "months.csv.gz"
    path.write_bytes(gzip.compress(text.encode("cp949")))
    assert read_resident_file(path, None, KNOWN, sexes_in_order=False).areas == 2


def test_the_whole_country_is_no_area(tmp_path: Path) -> None:
    assert (
        read(tmp_path, flat(TEN, "2024년01월").replace("전북특별자치도  (5200000000)", "전국  (1000000000)")).areas == 1
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("(5211000000)", "(4711000000)"), "line 3.*47110 .* is not a known area"),
        (("(5211000000)", ""), "line 3.*without the ten-digit code"),
        (('"22,000","2,000"', '"22,000","2,00x"'), "line 2, column 4"),
        (("_계_0~9세", "_계_10~19세"), "two columns are of the same"),
        (('"22,000","22,000","2,000"', '"22,000","22,000","2,001"'), "do not add up"),
        (("2024년01월_", ""), "names the month"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        read(tmp_path, flat(TEN, "2024년01월").replace(*change))
