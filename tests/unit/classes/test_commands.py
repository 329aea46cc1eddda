"""The documented command that repeats a draw."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.classes.__main__ import main
from services.classes.domain.draw import Entry, commitment_of, draw, order_of
from tests.unit.classes.samples import MONDAY, SECRET

ENTRIES = [Entry("aaaa", 1), Entry("bbbb", 0), Entry("cccc", 1)]


def test_the_command_prints_the_order_and_checks_what_was_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "applications.csv"
    file.write_text("\ufeffapplication,tier\ncccc,1\naaaa,1\nbbbb,0\n", encoding="utf-8")
    seed = draw(SECRET, ENTRIES, "7 11", MONDAY).seed
    published = ["--secret", SECRET, "--word", "7 11", "--commitment", commitment_of(SECRET)]
    assert main(["draw", str(file), "--seed", seed, *published]) == 0
    order = [f"{place},{each.application},{each.tier}" for place, each in enumerate(order_of(seed, ENTRIES), start=1)]
    assert capsys.readouterr().out.splitlines() == order
    assert main(["draw", str(file), "--seed", "00" * 32, *published]) == 1
    assert "DRAW_SEED_BROKEN" in capsys.readouterr().err


def test_a_file_that_is_no_list_is_refused_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "applications.csv"
    file.write_text("application,tier\naaaa,1\nbbbb,first\n")
    assert main(["draw", str(file), "--seed", "00"]) == 1
    assert "line 3" in capsys.readouterr().err
