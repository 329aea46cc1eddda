"""An office's own tables loaded by command: residents and lists of areas, whole or not at all."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.chassis.config import Settings
from services.chassis.store.mongo import Database
from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data.load_areas import load_areas
from services.statistics.reference_data.load_residents import load_population
from tests.service.statistics.test_commands import command, environment


async def know(database: Database, *codes: str) -> None:
    areas = [{"name": f"areas/{code}", "parent": "", "title": {"en": code}} for code in codes]
    await database["places"].insert_one({"_id": "current", "revision": 1, "areas": areas, "organisations": []})


POPULATION = ("--reference", "2025-03-31", "--source", "Haneul Province", "--licence", "CC0-1.0")


@pytest.fixture
def here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that runs in this process finds the stores."""
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("here")
async def test_denominators_load_whole_or_not_at_all(
    settings: Settings, tmp_path: Path, database_of: Callable[[str], Database]
) -> None:
    table, path = database_of("statistics")["populations"], tmp_path / "residents.csv"

    def load(rows: str) -> dict[str, Any]:
        path.write_text(f"area,sex,age,residents\n{rows}")
        return load_population(path, date(2025, 3, 31), "Haneul Province", "CC0-1.0")

    with pytest.raises(InvalidValue, match="no areas are known yet"):
        load("A,_T,_T,100\n")
    await know(database_of("statistics"), "A", "B")
    with pytest.raises(InvalidValue, match="line 3"):
        load("A,_T,_T,100\nB,_T,_T,1,000\n")
    with pytest.raises(InvalidValue, match=r"line 3, column 1 \(area\): C is not a known area"):
        load("A,_T,_T,100\nC,_T,_T,1000\n")
    with pytest.raises(InvalidValue, match="line 2, residents: F and M of A, _T do not add up to 101"):
        load("A,_T,_T,101\nA,F,_T,60\nA,M,_T,40\n")
    with pytest.raises(InvalidValue, match=r'line 3, column 3 \(age\): "69-60" ends before it begins'):
        load("A,F,0-59,60\nA,F,69-60,40\n")
    with pytest.raises(InvalidValue, match="the file has no rows"):
        load("")

    with pytest.raises(InvalidValue, match=r'line 2, column 3 \(age\): "６０-６４" is not an age'):
        load("A,_T,６０-６４,1234\n")
    with pytest.raises(InvalidValue, match="was shortened by a spreadsheet"):
        load("1.1E+09,_T,_T,100\n")
    assert await table.count_documents({}) == 0

    first = load("A,F,_T,60\nA,M,_T,40\nB,_T,_T,1000\n")
    assert (first["areas"], first["already_loaded"]) == (2, False)
    status, again, wrong = await command(settings, "load-population", str(path), *POPULATION)
    assert (status, again) == (0, {**first, "already_loaded": True}), wrong
    residents = await table.find_one({"_id": f"{first['tables'][0]}/A/_T/_T"})
    assert residents is not None
    assert residents["residents"] == 100

    old = load("A,_T,65+,600\n")
    assert old["no_coverage_for"] == ["line 2: A, _T has neither _T nor all ages from 0 to an open end (as 85+)"]
    assert await table.find_one({"_id": f"{old['tables'][0]}/A/_T/_T"}) is None


@pytest.mark.usefixtures("here")
async def test_area_lists_are_kept_by_version(tmp_path: Path, database_of: Callable[[str], Database]) -> None:
    areas, steps = tmp_path / "areas.csv", tmp_path / "steps.csv"
    areas.write_text("code,parent,level,title_ko,valid_from,valid_to\n")
    with pytest.raises(InvalidValue, match="the file has no rows"):
        load_areas(areas, None, None, "Haneul Province")
    areas.write_text(
        "code,parent,level,title_ko,valid_from,valid_to\nP,,SIDO,도,2020-01-01,\nA,P,SGG,가,2020-01-01,2024-12-31\n"
        "A1,P,SGG,가1,2025-01-01,\nA2,P,SGG,가2,2025-01-01,\n"
    )
    steps.write_text("from_code,to_code,day,share\nA,A1,2025-01-01,0.4\nA,A2,2025-01-01,0.5\n")
    with pytest.raises(InvalidValue, match=r"add up to 0\.9"):
        load_areas(areas, steps, None, "Haneul Province")
    steps.write_text("from_code,to_code,day,share\nA,A1,2025-01-01,0.4\nA,A2,2025-01-01,0.6\n")
    for _ in range(2):
        answer = load_areas(areas, steps, None, "Haneul Province")
        assert (answer["areas"], answer["steps"]) == (4, 2)
    assert await database_of("statistics")["area_lists"].count_documents({}) == 1


@pytest.mark.usefixtures("here")
async def test_a_list_of_areas_decides_which_are_known_whatever_the_places_are(
    tmp_path: Path, database_of: Callable[[str], Database]
) -> None:
    await know(database_of("statistics"), "A")
    areas, residents = tmp_path / "areas.csv", tmp_path / "residents.csv"
    residents.write_text("area,sex,age,residents\n99110,_T,_T,5\n")
    with pytest.raises(InvalidValue, match=r"line 2.*99110 is not a known area"):
        load_population(residents, date(2025, 3, 31), "Haneul Province", "CC0-1.0")
    areas.write_text(
        "code,name,first_month,last_month\n9900000000,하늘도,2020-01,\n9911000000,하늘도 한빛시,2020-01,\n"
    )
    assert load_areas(areas, None, None, "Haneul Province")["areas"] == 2
    assert load_population(residents, date(2025, 3, 31), "Haneul Province", "CC0-1.0")["areas"] == 1
    residents.write_text("area,sex,age,residents\nA,_T,_T,5\n")
    with pytest.raises(InvalidValue, match=r"line 2.*A is not a known area"):
        load_population(residents, date(2025, 3, 31), "Haneul Province", "CC0-1.0")


MONTHS = "month,code,name,sex,band,residents\n"


def months(*rows: tuple[str, str, int]) -> str:
    """Invented: a month, a code and how many live there, half of them men."""
    return "".join(
        f"{month},{code}00000,한빛,{sex},{band},{count // (1 if sex == 'T' else 2)}\n"
        for month, code, count in rows
        for sex in "TMF"
        for band in ("all", "0-9")
    )


@pytest.mark.usefixtures("here")
async def test_months_of_residents_load_all_at_once_each_as_a_version_of_its_own(
    tmp_path: Path, database_of: Callable[[str], Database]
) -> None:
    table, path = database_of("statistics")["populations"], tmp_path / "months.csv.gz"
    await know(database_of("statistics"), "99110", "99130")
    good = MONTHS + months(("2025-01", "99110", 40), ("2025-02", "99110", 42), ("2025-01", "99130", 8))
    path.write_bytes(gzip.compress((good + months(("2025-03", "99150", 6))).encode()))
    with pytest.raises(InvalidValue, match=r"line 20, column 2 \(code\): 9915000000 \(한빛\) is not a known area"):
        load_population(path, None, "Haneul Province", "CC0-1.0")
    assert await table.count_documents({}) == 0

    path.write_bytes(gzip.compress(good.encode()))
    with pytest.raises(InvalidValue, match="2025-01-31 to 2025-02-28; leave it out"):
        load_population(path, date(2025, 1, 31), "Haneul Province", "CC0-1.0")
    answer = load_population(path, None, "Haneul Province", "CC0-1.0")
    assert (answer["references"], answer["areas"]) == (["2025-01-31", "2025-02-28"], 2)
    assert await table.count_documents({"kind": "table"}) == 2
    february = await table.find_one({"_id": f"{answer['tables'][1]}/99110/_T/_T"})
    assert february is not None
    assert february["residents"] == 42
    assert load_population(path, None, "Haneul Province", "CC0-1.0") == {**answer, "already_loaded": True}


async def test_a_store_that_is_away_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IEUM_MONGO_URL", "mongodb://127.0.0.1:1/")
    path = tmp_path / "residents.csv"
    path.write_text("area,sex,age,residents\nA,_T,_T,100\n")
    with pytest.raises(InvalidValue, match="MongoDB does not answer"):
        load_population(path, date(2025, 3, 31), "Haneul Province", "CC0-1.0")
