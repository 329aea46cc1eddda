"""Korea's real list of areas and residents of 2023 and 2024, which lie beside the project and are no part of it."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
INSIDE = Path("data", "population")


def registered() -> Path:
    """The folder of both files: named by IEUM_SHARED_DATA, or `shared/data/population` beside the project or above."""
    named = os.environ.get("IEUM_SHARED_DATA")
    places = [Path(named) / INSIDE.name, Path(named)] if named else [up / "shared" / INSIDE for up in PROJECT.parents]
    for place in places:
        if (place / "area_validity.csv").exists():
            return place
    looked = ", ".join(map(str, places[:3]))
    pytest.skip(
        f"the registration office's files are not here (looked in {looked}); set IEUM_SHARED_DATA to their folder"
    )


def of_months(months: set[str], target: Path) -> Path:
    """The rows of these months alone, as they are: reading all of them takes a while."""
    with gzip.open(registered() / "residents_2023_2024.csv.gz", "rt", encoding="utf-8") as every:
        target.write_text(next(every) + "".join(line for line in every if line[:7] in months), encoding="utf-8")
    return target
