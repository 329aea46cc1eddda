from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[[str], Path]

TABLE = "town,x,y,z,all\nHan,20,3,12,35\nBit,14,22,9,45\nMul,11,17,30,58\nsum,45,42,51,138\n"


def published(path: Path, table: list[list[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    return path


def test_protect_hides_and_its_own_table_passes_the_audit(
    write: Write, tmp_path: Path, ask: Callable[..., dict[str, Any]]
) -> None:
    path = write(TABLE)
    found = ask("protect", path, "--k", "5")
    hidden = {(cell["row"], cell["column"]): (cell["low"], cell["high"]) for cell in found["suppressed"]}
    assert (found["cost"], found["primary"], found["secondary"]) == (46, 1, 3)
    assert hidden == {("Han", "y"): (0, 15), ("Han", "z"): (0, 15), ("Bit", "y"): (10, 25), ("Bit", "z"): (6, 21)}
    assert found["table"][1] == ["Han", 20, None, None, 35]
    audited = ask("protect", path, "--audit", published(tmp_path / "out.csv", found["table"]))
    assert (audited["opens"], audited["openings"]) == (False, [])


def test_showing_any_hidden_cell_makes_the_audit_fail_and_name_it(
    write: Write, tmp_path: Path, ask: Callable[..., dict[str, Any]]
) -> None:
    path = write(TABLE)
    found = ask("protect", path)
    true_rows = list(csv.reader(TABLE.splitlines()))
    for cell in found["suppressed"]:
        r, c = cell["line"] - 1, cell["place"] - 1
        table = [list(row) for row in found["table"]]
        table[r][c] = true_rows[r][c]
        audited = ask("protect", path, "--audit", published(tmp_path / "out.csv", table), status=1)
        named = {(one["row"], one["column"]): one["attack"] for one in audited["openings"]}
        assert named[("Han", "y")] == ("published primary" if (r, c) == (1, 2) else "exact disclosure")


def test_the_audit_speaks_of_totals_by_their_names(write: Write, ask: Callable[..., dict[str, Any]]) -> None:
    path = write("t,x,y,all\na,20,3,23\nb,14,22,36\nsum,34,25,59\n")
    found = ask("protect", path, "--audit", path, status=1)
    assert found["openings"][0]["of"] == "persons of (a, all) outside the cell"


def test_earlier_releases_without_an_audit_are_refused_and_not_passed_over(
    write: Write, refusal: Callable[..., str]
) -> None:
    assert "earlier: --earlier is" in refusal("protect", write(TABLE), "--earlier", write(TABLE))


def test_an_earlier_release_opens_what_this_one_hides(
    write: Write, tmp_path: Path, ask: Callable[..., dict[str, Any]]
) -> None:
    path = write(TABLE)
    now = published(tmp_path / "now.csv", ask("protect", path)["table"])
    earlier = write(TABLE.replace("Bit,14,22,9", "Bit,14,22,"))
    found = ask("protect", path, "--audit", now, "--earlier", earlier, status=1)
    assert {one["attack"] for one in found["openings"]} == {"earlier release: exact disclosure"}


def test_a_table_without_small_counts_is_left_as_it_is(write: Write, ask: Callable[..., dict[str, Any]]) -> None:
    found = ask("protect", write("t,x,y,all\na,20,30,50\nb,0,40,40\nsum,20,70,90\n"))
    assert (found["cost"], found["suppressed"]) == (0, [])


def test_a_terminal_without_korean_letters_does_not_make_a_safe_table_an_open_one(write: Write) -> None:
    program = [sys.executable, "-m", "services.statistics", "protect", str(write(TABLE.replace("Han", "가평군")))]
    found = subprocess.run(program, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert "가평군" in found.stdout.decode()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("12,35", "12,36", "line 2, column 5 (all): the total is 36, but the row adds up to 35"),
        ("51,138", "52,139", "line 5, column 4 (z): the total is 52, but the column adds up to 51"),
        ("20,3", "20,", "line 2, column 3 (y): must not be empty; write 0 for none"),
        ("20,3", "20,-3", "line 2, column 3 (y): -3 is negative"),
        ("20,3", "20,3.5", "line 2, column 3 (y): 3.5 is not a whole number"),
        ("20,3", '20,"1,003"', "line 2, column 3 (y)"),
        ("20,3", "20,x", 'line 2, column 3 (y): "x" is not a number'),
        ("Mul", "Han", 'line 4, column 1: a row named "Han" is there already'),
        ("x,y", "x,x", 'line 1, column 3: a column named "x" is there already'),
        (",", ";", "the cells are separated by semicolons, save the file with commas"),
        ("Bit,14", "Bit,14,1", "line 3, column 6: 6 cells where the first line has 5"),
    ],
)
def test_a_wrong_table_is_refused(old: str, new: str, place: str, write: Write, refusal: Callable[..., str]) -> None:
    assert place in refusal("protect", write(TABLE.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("20,3", "21,3", "line 2, column 2 (x): 21 is published, but the true table has 20"),
        ("Bit", "Bat", "line 3, column 1: the row Bit must stand here, not Bat"),
        ("y,z", "z,y", "line 1: the columns must be those of the true table: x, y, z, all"),
        ("sum,45,42,51,138\n", "", "line 5, column 1: the row sum is missing"),
    ],
)
def test_a_publication_that_contradicts_the_table_is_refused(
    old: str, new: str, place: str, write: Write, refusal: Callable[..., str]
) -> None:
    other = write(TABLE.replace(old, new))
    message = refusal("protect", write(TABLE), "--audit", other)
    assert place in message
    assert str(other) in message
