"""The same figures everywhere: every cell of every format against the JSON that the checksum stands for."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any, TypeAlias

import openpyxl
import pypdf
import pytest

from tests.unit.statistics.small_release import small_release, small_release_files

Key: TypeAlias = tuple[str, ...]
Figure: TypeAlias = tuple[Decimal | None, str]
Figures: TypeAlias = dict[Key, Figure]

KEY = ("TIME_PERIOD", "UNIVERSE", "REF_AREA", "SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN", "MEASURE")
TOTALS = {"UNIVERSE": "RES", "REF_AREA": "HB", "SEX": "_T", "AGE": "_T", "TARGET_GROUP": "_T", "COURSE_DOMAIN": "_T"}
SYMBOLS = {"Q": "x", "L": "…", "M": "–"}


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return small_release_files()


@pytest.fixture(scope="module")
def canonical(files: Mapping[str, bytes]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(files["release.json"])
    return document


@pytest.fixture(scope="module")
def truth(canonical: Mapping[str, Any]) -> Figures:
    columns = canonical["observations"]["columns"]
    rows = [dict(zip(columns, row, strict=True)) for row in canonical["observations"]["rows"]]
    figures = {tuple(row[name] for name in KEY): _figure(row["OBS_VALUE"], row["OBS_STATUS"]) for row in rows}
    assert len(figures) == len(rows) == len(small_release().observations)
    return figures


def _figure(value: object, status: str) -> Figure:
    return None if value in (None, "") else Decimal(str(value)), status


def test_the_json_holds_what_was_released(truth: Figures) -> None:
    fields = ("period", "universe", "area", "sex", "age", "group", "domain", "measure")
    released = {
        tuple(getattr(one, field) for field in fields): _figure(one.value, one.status)
        for one in small_release().observations
    }
    assert truth == released


@pytest.mark.parametrize("name", ["observations.csv", "observations.sdmx.csv"])
def test_csv_and_sdmx_csv_hold_the_same_cells(files: Mapping[str, bytes], truth: Figures, name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))
    assert {tuple(row[k] for k in KEY): _figure(row["OBS_VALUE"], row["OBS_STATUS"]) for row in rows} == truth
    assert len(rows) == len(truth)


def test_intervals_are_the_same_in_csv_and_json_stat(files: Mapping[str, bytes]) -> None:
    rows = csv.DictReader(io.StringIO(files["observations.csv"].decode(), newline=""))
    written = {tuple(row[k] for k in KEY): (row["CI_LOW"], row["CI_HIGH"]) for row in rows if row["CI_LOW"]}
    table = json.loads(files["table-area-sex.jsonstat.json"])
    low, high = (table["extension"]["interval"][bound] for bound in ("low", "high"))
    keys = dict(enumerate(_keys(table)))
    assert {keys[int(place)]: (low[place], high[place]) for place in low} == written
    assert len(written) == 4


def _keys(table: Mapping[str, Any]) -> Iterator[Key]:
    codes = [table["dimension"][name]["category"]["index"] for name in table["id"]]
    for chosen in product(*codes):
        place = {**TOTALS, **dict(zip(table["id"], chosen, strict=True))}
        yield tuple(place[name] for name in KEY)


def test_json_stat_holds_the_same_cells(files: Mapping[str, bytes], truth: Figures) -> None:
    found: Figures = {}
    for name, content in files.items():
        if name.endswith(".jsonstat.json"):
            table = json.loads(content, parse_float=Decimal)
            for place, key in enumerate(_keys(table)):
                if status := table["status"].get(str(place)):
                    found[key] = _figure(table["value"][place], status)
                else:
                    assert table["value"][place] is None
                    assert key not in truth
    assert found == truth


def test_the_workbook_holds_the_same_cells(files: Mapping[str, bytes], truth: Figures) -> None:
    book = openpyxl.load_workbook(io.BytesIO(files["tables.xlsx"]), read_only=True)
    found: Figures = {}
    for sheet in book.worksheets[1:-2]:
        _, head, *rows = sheet.iter_rows(values_only=True)
        names = [str(name).partition("\n")[0] if name else "" for name in head]
        for row in rows:
            found |= _of_row(names, row)
    book.close()
    assert found == truth


def _of_row(names: list[str], row: tuple[Any, ...]) -> Figures:
    place = {**TOTALS, **{name: str(row[at]) for at, name in enumerate(names) if name in KEY}}
    found = {}
    for at, name in enumerate(names):
        if name.endswith(" OBS_STATUS") and row[at]:
            place["MEASURE"] = name.removesuffix(" OBS_STATUS")
            found[tuple(place[k] for k in KEY)] = _figure(row[at - 1], row[at])
    return found


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_report_prints_the_same_cells(
    files: Mapping[str, bytes], canonical: Mapping[str, Any], truth: Figures, language: str
) -> None:
    """Every row of the annex, read back from the PDF's text."""
    pages = pypdf.PdfReader(io.BytesIO(files[f"report-{language}.pdf"])).pages
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    titles = {**canonical["codes"], "REF_AREA": {area["code"]: area["title"] for area in canonical["areas"]}}
    expected = [line for table in canonical["tables"] for line in _lines(table["dimensions"], titles, truth, language)]
    assert len(expected) == 85
    expected += [*_over_time(titles, truth, language), *_by_area(titles, truth, language)]
    assert len(expected) == 85 + 3 + 5
    assert [line for line in expected if line not in text] == []


def _over_time(titles: Mapping[str, Any], truth: Figures, language: str) -> Iterator[str]:
    """The year is not whole: its column is in the files only."""
    for period in ("2026-Q1", "2026-Q2", "2026-Q3"):
        found = [truth[key] for code in ("PTM", "CMF", "CONC") if (key := _top(code, period, "HB")) in truth]
        yield " ".join([titles["TIME_PERIOD"][period][language], *map(_printed, found)])


def _by_area(titles: Mapping[str, Any], truth: Figures, language: str) -> Iterator[str]:
    for area, title in titles["REF_AREA"].items():
        measures = ("COV", "COV_STD", "PTM", "CMF", "CONC")
        found = [truth[key] for code in measures if (key := _top(code, "2026-Q3", area)) in truth]
        yield " ".join([title[language], *map(_printed, found)])


def _top(measure: str, period: str, area: str) -> Key:
    place = {**TOTALS, "TIME_PERIOD": period, "REF_AREA": area, "MEASURE": measure}
    return tuple(place[name] for name in KEY)


def _lines(dimensions: list[str], titles: Mapping[str, Any], truth: Figures, language: str) -> Iterator[str]:
    codes = [list(titles[name]) for name in dimensions]
    for chosen in product(*codes):
        place = {**TOTALS, "TIME_PERIOD": "2026-Q3", **dict(zip(dimensions, chosen, strict=True))}
        figures = [truth.get(tuple({**place, "MEASURE": code}[k] for k in KEY)) for code in _MEASURES]
        labels = [titles[name][code][language] for name, code in zip(dimensions, chosen, strict=True)]
        if any(figures):
            yield " ".join([*labels, *(_printed(figure) for figure in figures if figure)])


_MEASURES = ("ENR", "EPR", "STR", "CMP", "CPR", "COV")


def _printed(figure: Figure) -> str:
    value, status = figure
    if value is None:
        return SYMBOLS[status]
    return f"{value:,} u" if status == "U" else f"{value:,}"


def test_the_assessment_is_the_same_in_json_csv_workbook_and_report(
    files: Mapping[str, bytes], canonical: Mapping[str, Any]
) -> None:
    said = canonical["capability"]
    units = {one["unit"]: one for one in said["units"]}
    written = {
        row["UNIT"]: row for row in csv.DictReader(io.StringIO(files["capability.csv"].decode("utf-8-sig"), newline=""))
    }
    assert list(written) == list(units) == ["HB01", "HB03", "HB05", "HB02", "HB04"]
    book = openpyxl.load_workbook(io.BytesIO(files["tables.xlsx"]), read_only=True)
    _, head, *rows = book["역량 Capability"].iter_rows(values_only=True)
    names = [str(name).partition("\n")[0] for name in head]
    assert [[_text(field) for field in row] for row in rows] == [
        [_text(one[name]) for name in names] for one in written.values()
    ]
    for code, one in units.items():
        row, titles = written[code], one["title"]
        told = [*_scores(one, said), one["available"], *(one[name] for name in ("rank", "best", "p05", "p95", "worst"))]
        assert (row["TITLE_KO"], row["TITLE_EN"]) == (titles["ko"], titles["en"])
        assert row["AHEAD_OF"] == ";".join(one["ahead"])
        assert list(row.values())[5:18] == ["" if field is None else str(field) for field in told]
        assert {"SOURCE": said["source"], "TIME_PERIOD": said["period"]}.items() <= row.items()
    for language in ("ko", "en"):
        pages = pypdf.PdfReader(io.BytesIO(files[f"report-{language}.pdf"])).pages
        text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
        assert [line for one in units.values() for line in _printed_unit(one, said, language) if line not in text] == []


def _text(field: object) -> Decimal | str:
    try:
        return Decimal(str(field))
    except InvalidOperation:
        return str(field or "")


def _scores(one: Mapping[str, Any], said: Mapping[str, Any]) -> list[str | None]:
    return [*(one["scores"][area["code"]] for area in said["areas"]), one["arithmetic"], one["geometric"]]


def _printed_unit(one: Mapping[str, Any], said: Mapping[str, Any], language: str) -> Iterator[str]:
    kind = next(each["title"][language] for each in said["strata"] if each["code"] == one["stratum"])
    name = f"{one['title'][language]} {kind}"
    yield " ".join([name, *(score or "–" for score in _scores(one, said))])
    if one["rank"]:
        spans = [one["p05"], one["p95"]], [one["best"], one["worst"]]
        behind = sum(one["unit"] in other["ahead"] for other in said["units"])
        told = ["–".join(dict.fromkeys(map(str, span))) for span in spans]
        yield " ".join([name, str(one["rank"]), *told, str(len(one["ahead"])), str(behind), one["available"]])
