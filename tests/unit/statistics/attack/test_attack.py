"""The public attacker finds what releases give away, never claims what is not so, and says what it could not finish."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.statistics.__main__ import FOUND, REFUSED, main
from services.statistics.attack import report

FIVE_UNKNOWNS = Path(__file__).with_name("published_with_five_unknowns.zip")
"""A quarter of three invented towns, protected by a model in which every target group had an unknown of its own."""
TRUTH = {("group=MIG", "ENR"): 3, ("group=MIG", "EPR"): 2, ("group=N_NKD", "ENR"): 102, ("group=N_NKD", "EPR"): 92}

COLUMNS = [
    "FREQ", "TIME_PERIOD", "UNIVERSE", "REF_AREA", "SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN", "MEASURE",
    "OBS_VALUE", "UNIT_MEASURE", "CI_LOW", "CI_HIGH", "OBS_STATUS", "CONF_STATUS",
]  # fmt: skip


def publish(folder: Path, name: str, counts: dict[tuple[str, str, str, str], int | None], **changes: Any) -> Path:
    """A release.json of counts by (period, area, category, measure), all areas directly below HB."""
    rows = []
    for (period, area, category, measure), count in counts.items():
        codes = dict.fromkeys(("sex", "age", "group", "domain"), "_T")
        codes |= dict([category.split("=")]) if "=" in category else {}
        status = "Q" if count is None else "A"
        value = None if count is None else str(count)
        rows.append(["A", period, "RES", area, *codes.values(), measure, value, "NUMBER", None, None, status, "F"])
    areas = [{"code": area, "parent": "" if area == "HB" else "HB"} for area in sorted({key[1] for key in counts})]
    document = {
        "id": name,
        "revision": 1,
        "asOf": "2026-10-15T00:00:00+00:00",
        "fewestPersonsShown": 5,
        "areas": areas,
        "observations": {"columns": COLUMNS, "rows": rows},
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(document | changes))
    return path


def enrolments(period: str = "2026", **by_category: int | None) -> dict[tuple[str, str, str, str], int | None]:
    """Of area HB; `F` is sex=F, `DIS` group=DIS, `all` everybody."""
    names = {"all": "_T", "F": "sex=F", "M": "sex=M", "O": "sex=_O", "U": "sex=_U"}
    return {(period, "HB", names.get(code, f"group={code}"), "ENR"): count for code, count in by_category.items()}


def opened(answer: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {(each["category"], each["measure"]): each["low"] for each in answer["opens"]}


def test_one_unknown_of_all_groups_opens_what_five_unknowns_protected() -> None:
    answer = report.attack([FIVE_UNKNOWNS], seconds=100)
    assert opened(answer) == TRUTH
    assert all("left the question out" in each["reasons"][0] for each in answer["opens"])
    assert answer["within_k"] == 26
    assert answer["out_of_time"] == 0


def test_a_group_is_worked_out_from_another_group_with_both_sides_shown(tmp_path: Path) -> None:
    counts = enrolments(all=72, FAR=None, N_FAR=59, MIG=0, N_MIG=65)
    assert opened(report.attack([publish(tmp_path, "r", counts)]))[("group=FAR", "ENR")] == 6


def test_two_hidden_parts_of_a_sum_stay_hidden(tmp_path: Path) -> None:
    answer = report.attack([publish(tmp_path, "r", enrolments(all=40, F=None, M=None, O=0, U=0))])
    assert answer["opens"] == answer["narrow"] == []
    assert answer["hidden"] == 2


def test_two_hidden_parts_of_a_small_rest_are_named_as_narrow(tmp_path: Path) -> None:
    answer = report.attack([publish(tmp_path, "r", enrolments(all=40, F=37, M=None, O=None, U=0))])
    assert {(each["category"], each["low"], each["high"]) for each in answer["narrow"]} == {
        ("sex=M", 0, 3),
        ("sex=_O", 0, 3),
    }


def test_a_rate_gives_its_count_away(tmp_path: Path) -> None:
    counts = {("2026", "HB", "_T", "ENR"): 12, ("2026", "HB", "_T", "CMP"): None}
    path = publish(tmp_path, "r", counts)
    document = json.loads(path.read_text())
    rate = ["A", "2026", "RES", "HB", "_T", "_T", "_T", "_T", "CPR", "33.3", "PT", None, None, "A", "F"]
    document["observations"]["rows"].append(rate)
    path.write_text(json.dumps(document))
    assert opened(report.attack([path])) == {("_T", "CMP"): 4}


def test_a_quarter_is_worked_out_from_the_year_in_another_release(tmp_path: Path) -> None:
    year = publish(tmp_path, "year", enrolments(all=100))
    quarters: dict[tuple[str, str, str, str], int | None] = {}
    for number, count in enumerate((30, 30, None, 37), 1):
        quarters |= enrolments(f"2026-Q{number}", all=count)
    both = report.attack([year, publish(tmp_path, "quarters", {**quarters, **enrolments(all=None)})])
    assert [(each["period"], each["low"]) for each in both["opens"]] == [("2026-Q3", 3)]


def test_an_area_is_worked_out_only_where_nobody_can_be_beside_its_neighbours(tmp_path: Path) -> None:
    counts: dict[tuple[str, str, str, str], int | None] = {
        ("2026", area, "_T", "ENR"): count for area, count in (("HB", 20), ("HB1", 17), ("HB2", None))
    }
    answer = report.attack([publish(tmp_path, "r", counts)])
    assert [(each["area"], each["low"], each["high"]) for each in answer["narrow"]] == [("HB2", 0, 3)]


def test_the_command_says_by_its_exit_status_that_a_count_is_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = publish(tmp_path, "r", enrolments(all=72, FAR=None, N_FAR=59, MIG=0, N_MIG=65))
    assert main(["attack", str(path)]) == FOUND
    assert json.loads(capsys.readouterr().out)["exact"] == 1
    assert main(["attack", str(publish(tmp_path, "safe", enrolments(all=40, F=None, M=None, O=0, U=0)))]) == 0
    (tmp_path / "no.json").write_text("{}")
    capsys.readouterr()
    assert main(["attack", str(tmp_path / "no.json")]) == REFUSED
    assert "no release.json" in capsys.readouterr().err


def test_what_time_did_not_suffice_for_is_counted(tmp_path: Path) -> None:
    answer = report.attack([FIVE_UNKNOWNS], seconds=0)
    assert answer["out_of_time"] > 0
    assert opened(answer) == TRUTH  # subtraction alone needs no solver
