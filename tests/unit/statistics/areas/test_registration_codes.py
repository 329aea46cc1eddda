"""Lists and residents as the registration office writes them; the province is invented."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from services.statistics.areas.registration_codes import short_code
from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data.load_areas import read_areas
from services.statistics.reference_data.resident_files import read_resident_file

Write = Callable[[str], Path]

LIST = """code,name,first_month,last_month
9900000000,하늘도,2023-01,
9911000000,하늘도 한빛시,2023-01,
9911100000,하늘도 한빛시 동구,2023-01,
9972000000,하늘도 별내군,2023-01,2023-05
9972500000,하늘도 별내시,2023-06,
"""
MOVED = "from_code,to_code,day,share\n9972000000,99725,2023-06-01,1\n"
KNOWN = {"99", "99110"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [("1100000000", "11"), ("4374500000", "43745"), ("1110000000", "11100"), ("1111051500", "11110515"), ("11", "11")],
)  # fmt: skip
def test_padding_zeros_are_no_part_of_a_code(code: str, expected: str) -> None:
    assert short_code(code) == expected


def test_parents_follow_from_names_unless_a_file_of_exceptions_says_otherwise(write: Write) -> None:
    crosswalk = write(MOVED)
    areas, steps = read_areas(write(LIST), crosswalk)
    assert [(area.code, area.parent, area.level) for area in areas] == [
        *(("99", "", "SIDO"), ("99110", "99", "SGG"), ("99111", "99110", "GU")),
        *(("99720", "99", "SGG"), ("99725", "99", "SGG")),
    ]
    assert [(step.old, step.new, step.day) for step in steps] == [("99720", "99725", date(2023, 6, 1))]
    parents = write("code,parent\n9911100000,9900000000\n")
    assert [area.parent for area in read_areas(write(LIST), crosswalk, parents)[0]][2] == "99"


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("9911000000,하늘도 한빛시,2023-01,\n", "", r"line 3, name: 99111 \(하늘도 한빛시 동구\) lies in .*--parents"),
        ("2023-06,\n", "2023-6,\n", r'line 6, column 3 \(first_month\): "2023-6" is not a month'),
        ("9972500000", "997250", r'line 6, column 1 \(code\): "997250" is not an administrative code'),
        ("", "", r"line 5, last_month: .*99720 \(하늘도 별내군, until 2023-05-31\).*--crosswalk"),
    ],
)  # fmt: skip
def test_an_ambiguous_list_is_refused_with_advice(write: Write, was: str, becomes: str, says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        read_areas(write(LIST.replace(was, becomes)))


def test_a_province_goes_where_all_its_areas_went_and_nowhere_if_they_parted(write: Write) -> None:
    names = (("00", ""), ("11", " 나루시"), ("12", " 솔군"))
    old = "".join(f"98{code}000000,바다도{name},2023-01,2023-05\n" for code, name in names)
    new = "".join(f"97{code}000000,바다특별도{name},2023-06,\n" for code, name in names)
    header = LIST.splitlines()[0] + "\n"
    _, steps = read_areas(write(header + old + new))
    assert {(step.old, step.new) for step in steps} == {("98", "97"), ("98110", "97110"), ("98120", "97120")}
    parted = new.replace("9712000000,바다특별도 솔군", "9912000000,하늘도 솔군")
    with pytest.raises(InvalidValue, match=r"98 \(바다도, until 2023-05-31\)"):
        read_areas(write(header + "9900000000,하늘도,2023-01,\n" + old + parted))


def block(*rows: str, month: str = "2025-01", code: str = "9911000000") -> str:
    return "".join(f"{month},{code},하늘도 한빛시,{row}\n" for row in rows)


WHOLE = ("T,all,5", "T,0-9,5", "M,all,2", "M,0-9,2", "F,all,3", "F,0-9,3")
UNNAMED = tuple(row.replace("M", "T").replace("F", "T") for row in WHOLE)


@pytest.mark.parametrize(
    ("rows", "in_order", "says"),
    [
        (block("T,all,5", "T,0-9,4"), False, "line 2, residents: the ages of 99110, _T do not add up to 5"),
        (block(*WHOLE[:-2], "F,all,4", "F,0-9,4"), False, "line 2, residents: F and M of 99110, _T do not add up to 5"),
        (block(*UNNAMED), False, "line 4, sex: 99110, _T, _T is on line 2 already"),
        (block(*UNNAMED[:4]), True, "line 2, sex: the ages of 99110 come 2 times"),
        (block("T,all,5", "F,all,3", "M,all,2"), True, "line 3, sex: F stands where M is due"),
        (block(*WHOLE) + block("T,all,1", month="2025-02") + block(*WHOLE), False, "99110 on 2025-01-31 is on line 2"),
        (block("X,all,5"), False, r'line 2, column 4 \(sex\): "X" is not T'),
        (block("T,young,5"), False, r'line 2, column 5 \(band\): "young" is not an age'),
        (block("T,all,5", month="2025-13"), False, r"line 2, column 1 \(month\)"),
        ("", False, "no rows"),
    ],
)  # fmt: skip
def test_months_that_contradict_themselves_are_refused_with_their_line(
    write: Write, rows: str, in_order: bool, says: str
) -> None:
    path = write("month,code,name,sex,band,residents\n" + rows)
    with pytest.raises(InvalidValue, match=says):
        read_resident_file(path, None, KNOWN, sexes_in_order=in_order)


@pytest.mark.parametrize("rows", [WHOLE, UNNAMED])
def test_sexes_in_their_order_are_read_whether_they_are_named_or_not(write: Write, rows: tuple[str, ...]) -> None:
    found = read_resident_file(
        write("month,code,name,sex,band,residents\n" + block(*rows)), None, KNOWN, sexes_in_order=True
    )
    everybody = {sex: count for _, (_, sex, age), count in found.cells() if age == "_T"}
    assert everybody == {"_T": 5, "M": 2, "F": 3}
    assert found.references == (date(2025, 1, 31),)


def test_a_table_of_one_day_needs_a_reference_and_one_of_months_refuses_another(write: Write) -> None:
    with pytest.raises(InvalidValue, match="add --reference DATE"):
        read_resident_file(write("area,sex,age,residents\n99,_T,_T,1\n"), None, KNOWN, sexes_in_order=False)
    path = write("month,code,name,sex,band,residents\n" + block(*WHOLE))
    assert read_resident_file(path, date(2025, 1, 31), KNOWN, sexes_in_order=False).rows == len(WHOLE)
    with pytest.raises(InvalidValue, match="2025-01-31 to 2025-01-31; leave it out"):
        read_resident_file(path, date(2025, 1, 30), KNOWN, sexes_in_order=False)


def test_a_compressed_file_that_is_cut_off_or_none_at_all_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "residents.csv.gz"
    whole = gzip.compress(("month,code,name,sex,band,residents\n" + block(*WHOLE)).encode())
    for content in (whole[:-12], b"not compressed"):
        path.write_bytes(content)
        with pytest.raises(InvalidValue, match="damaged or cut off"):
            read_resident_file(path, None, KNOWN, sexes_in_order=False)
