from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[[str], Path]

HEADER = "person,run,enrolled_on,first_activity_on,completed_on,withdrawn_on,hours\n"
PERIOD = ["--from", "2026-07-01", "--to", "2026-09-30", "--as-of", "2026-12-31"]


def facts(*rows: str) -> str:
    return HEADER + "".join(f"{row}\n" for row in rows)


def test_measure_prints_the_codes_with_counts_as_numbers_and_rates_as_text(
    write: Write, ask: Callable[..., dict[str, Any]]
) -> None:
    lives = [",2026-07-12,2026-07-20,,2.5"] * 5 + [
        ",2026-07-12,,2026-07-15,1",
        ",2026-07-12,,,",
        ",,,,",
        ",,,2026-07-11,",
    ]
    path = write(facts(*(f"p{i},r1,2026-07-10{life}" for i, life in enumerate(lives))))
    found = ask("measure", path, *PERIOD, "--population", "5214")
    expected = {"ENR": 9, "ENR_VALID": 8, "EPR": 8, "PTM": 8, "STR": 7, "CMP": 5, "WDR": 1, "IPR": 1, "NST": 1}
    assert expected.items() <= found.items()
    assert {
        "CPR": "62.5",
        "CPS": "71.4",
        "DOR": "14.3",
        "HRS": "14",
        "HRS_PC": "1.7",
        "COV": "1.5",
    }.items() <= found.items()
    assert found["EXCLUDED"]["withdrawn_without_activity"] == 1
    assert found["TTC_MED"] is None
    assert "OBS_STATUS" not in found


def test_without_a_population_coverage_is_missing_and_marked(write: Write, ask: Callable[..., dict[str, Any]]) -> None:
    found = ask("measure", write(HEADER), *PERIOD)
    assert found["COV"] is None
    assert found["OBS_STATUS"] == {"COV": "L", "PTM_RT": "L"}
    assert found["ENR"] == 0
    assert found["CPR"] is None


def test_files_as_offices_send_them_are_read(write: Write, ask: Callable[..., dict[str, Any]]) -> None:
    text = (
        "\ufeffrun,person,note,enrolled_on,first_activity_on,completed_on,withdrawn_on,hours,test_account\r\n"
        '"r,1",김하나,"two\r\nlines",2026-07-01,2026-07-01T09:30,,,1.5,\r\n'
        "r1, b ,,2026-07-02,,,,,yes\r\n"
        "\r\n,,,,,,,,\r\n"
    )
    found = ask("measure", write(text), *PERIOD)
    assert (found["ENR"], found["EPR"], found["HRS"], found["EXCLUDED"]["test_account"]) == (2, 1, "2", 1)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            facts("a,r,2026-07-01,,,,", "b,r,2026-02-30,,,,"),
            'line 3, column 3 (enrolled_on): "2026-02-30" is not a date',
        ),
        (facts("a,r,20260701,,,,"), "line 2, column 3 (enrolled_on)"),
        (facts("a,r,,,,,"), "line 2, column 3 (enrolled_on)"),
        (facts("a,r,2026-07-01T09:00+09:00,,,,"), "has a time zone"),
        (facts(",r,2026-07-01,,,,"), "line 2, column 1 (person): must not be empty"),
        (facts("a,r,2026-07-01,,,,-1"), "line 2, column 7 (hours): -1 is negative"),
        (facts('a,r,2026-07-01,,,,"1,200"'), "without thousands separators"),
        (facts("a,r,2026-07-01,,,,nan"), 'line 2, column 7 (hours): "nan" is not a number'),
        (facts("a,r,2026-07-01,,2026-06-30,,"), "line 2, column 5 (completed_on): 2026-06-30 is before enrolled_on"),
        (facts("a,r,2026-07-01,,,"), "line 2, column 7: 6 cells where the first line has 7"),
        (facts("a,r,2026-07-01,,,,,x"), "line 2, column 8: 8 cells"),
        (facts('a,"x', 'y",2026-07-01,,,,', "a,r,never,,,,"), "line 4, column 3 (enrolled_on)"),
        (facts('a,"r"x,2026-07-01,,,,'), "line 2: this is not CSV"),
        ("person,run,enrolled_on\n", "missing: first_activity_on, completed_on, withdrawn_on, hours"),
        (HEADER.replace("hours", "hours,run"), "line 1, column 8 (run): this column is there twice"),
        ("", "line 1: the file is empty"),
        (HEADER.replace(",", ";"), "the cells are separated by semicolons, save the file with commas"),
        (HEADER.replace(",", "\t"), "the cells are separated by tabs"),
        (facts("1.23457E+12,r1,2026-01-02,,,,"), "line 2, column 1 (person)"),
        (facts("a,r,9999-12-31,,,,"), 'line 2, column 3 (enrolled_on): "9999-12-31" cannot be'),
        (facts("a,r,2026-07-01,,,,1e999999"), "line 2, column 7 (hours)"),
        (facts(f"a,r,2026-07-01,,,,{'9' * 5000}"), "has more than 15 digits"),
        (facts("a\x85\u2028b,r,2026-07-01,,,,", "b,r,x,,,,"), "line 3, column 3 (enrolled_on)"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_and_column(
    text: str, place: str, write: Write, refusal: Callable[..., str]
) -> None:
    assert place in refusal("measure", write(text), *PERIOD)


def test_a_file_in_no_known_encoding_or_not_there_is_refused(tmp_path: Path, refusal: Callable[..., str]) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes(HEADER.encode() + b"a,r,2026-07-01,,,,\n\xff\xff,r,2026-07-01,,,,\n")
    assert "line 3: this is neither UTF-8 nor CP949" in refusal("measure", path, *PERIOD)
    assert "cannot be read: No such file" in refusal("measure", tmp_path / "none.csv", *PERIOD)


def test_periods_and_numbers_that_cannot_be_are_refused(write: Write, refusal: Callable[..., str]) -> None:
    path = write(facts(*(f"p{i},r,2026-07-01,2026-07-01,,," for i in range(3))))
    assert "before it begins" in refusal("measure", path, "--from", "2026-07-02", "--to", "2026-07-01", *PERIOD[4:])
    assert "must be 1 or more" in refusal("measure", path, *PERIOD, "--population", "0")
    assert "without thousands separators" in refusal("measure", path, *PERIOD, "--population", "5,214")
    assert "3 persons are more than the population of 2" in refusal("measure", path, *PERIOD, "--population", "2")


def test_gain_reports_means_effects_interval_and_attrition(write: Write, ask: Callable[..., dict[str, Any]]) -> None:
    found = ask("gain", write("person,pre,post\na,40,60\nb,50,80\nc,60,70\nd,70,\n"), "--max", "100")
    assert found == {
        "METHOD_VERSION": "2.1.0",
        "PAIRS": 3,
        "PRE_ONLY": 1,
        "POST_ONLY": 0,
        "PRE": "50.0",
        "POST": "70.0",
        "DIFF": "20.0",
        "GAIN_G": "0.40",
        "ES_DAV": "1.14",
        "ES_DZ": "2.00",
        "ATTRITION": "25.0",
        "CI_LOW": "-4.84",
        "CI_HIGH": "44.84",
    }


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ("a,40,101", "line 2, column 3 (post): 101 is over the highest score, 100"),
        ("a,40,50\na,30,40", "line 3, column 1 (person): a is there already"),
        ("a,,", "line 2, column 2 (pre): neither a pre nor a post score"),
        ("a,forty,50", 'line 2, column 2 (pre): "forty" is not a number'),
    ],
)
def test_wrong_pairs_are_refused(rows: str, place: str, write: Write, refusal: Callable[..., str]) -> None:
    assert place in refusal("gain", write(f"person,pre,post\n{rows}\n"))


def test_gap_and_concentration(write: Write, ask: Callable[..., dict[str, Any]]) -> None:
    expected = {"GAP_PP": "-10.0", "GAP_RT": "0.800", "GAP_IX": "20.0", "GPIA": "0.80"}
    assert ask("gap", "--group", "40", "--reference", "50") == expected
    found = ask("concentration", write("area,population,persons,rank\npoor,100,20,1\nrich,100,0,2\n"))
    assert (found["CONC"], found["CONC_WAGSTAFF"], found["CONC_ERREYGERS"]) == ("-0.500", "-0.556", "-0.200")


def test_wrong_areas_are_refused(write: Write, refusal: Callable[..., str]) -> None:
    def rows(text: str) -> Path:
        return write(f"area,population,persons,rank\n{text}\n")

    assert "line 2, column 3 (persons): 5 is more than" in refusal("concentration", rows("a,4,5,1"))
    assert "line 2, column 3 (persons): -5 is negative" in refusal("concentration", rows("a,4,-5,1"))
    assert "line 2, column 3 (persons): 2.5 is not a whole number" in refusal("concentration", rows("a,4,2.5,1"))
    assert "line 3, column 1 (area): a is there already" in refusal("concentration", rows("a,4,2,1\na,4,2,2"))


def test_help_starts_without_the_solver_and_says_what_a_statistician_needs() -> None:
    program = (
        "import sys, services.statistics.__main__ as m\n"
        "try: m.main(['--help'])\n"
        "finally: assert 'scipy' not in sys.modules"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert all(verb in found.stdout for verb in ("measure", "gain", "gap", "concentration", "protect", "Exit status"))


def test_a_hundred_thousand_enrolments_are_measured_in_seconds(
    write: Write, ask: Callable[..., dict[str, Any]]
) -> None:
    draw = random.Random(7)
    rows = (
        f"p{draw.randrange(60_000)},r{draw.randrange(40)},2026-0{draw.randrange(7, 10)}-{draw.randrange(10, 29)},"
        f"{draw.choice(['', '2026-10-01'])},{draw.choice(['', '2026-10-20'])},,{draw.randrange(9)}"
        for _ in range(100_000)
    )
    path = write(facts(*rows))
    before = time.process_time()
    assert ask("measure", path, *PERIOD, "--population", "500000")["ENR"] == 100_000
    assert time.process_time() - before < 60  # one that grows with the square would take hours
