"""The same numbers everywhere: every cell of the pages against every file, all of them fetched through the gateway."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

import openpyxl
import pypdf
import pytest
from lxml import html  # type: ignore[import-untyped]

from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.releases import ID, publish

KEY = ("TIME_PERIOD", "REF_AREA", "SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN", "MEASURE")
TOTALS = {"REF_AREA": "HB", "SEX": "_T", "AGE": "_T", "TARGET_GROUP": "_T", "COURSE_DOMAIN": "_T"}
REPORTED = ("ENR", "EPR", "STR", "CMP", "CPR", "COV")
SYMBOLS = {"Q": "x", "L": "…", "M": "–"}

Cells = dict[tuple[str, ...], tuple[Decimal | None, str]]
"""Codes of KEY -> number and status."""


def key(place: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(place[name] for name in KEY)


def cell(value: object, status: str) -> tuple[Decimal | None, str]:
    return (None if value in (None, "") else Decimal(str(value))), status


class Release:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def file(self, name: str) -> bytes:
        answer = await self._client.get(f"/data/{ID}/1/{name}")
        assert answer.status == 200
        return await answer.read()

    async def json(self, name: str) -> Any:
        return json.loads(await self.file(name), parse_float=Decimal)

    async def page(self, area: str, period: str) -> Any:
        answer = await self._client.get(f"/data/{ID}/1?area={area}&period={period}")
        return html.document_fromstring(await answer.text())


@pytest.fixture
async def release(client: Client, fake: Fakes) -> Release:
    publish(fake)
    return Release(client)


def of_page(page: Any, area: str, period: str, tables: Mapping[str, list[str]]) -> Iterator[tuple[Any, Any]]:
    for table in page.xpath("//table[not(starts-with(caption/@id, 'capability'))]"):
        name = table.xpath("string(caption/@id)").removesuffix("-caption").rpartition("-")[0]
        measures = [str(code) for code in table.xpath("thead//span/@data-code")]
        for row in table.xpath("tbody/tr"):
            codes = row.xpath("string(th//@data-code)").split(".")
            place = {**TOTALS, "REF_AREA": area, "TIME_PERIOD": period, **dict(zip(tables[name], codes, strict=True))}
            for measure, field in zip(measures, row.xpath("td"), strict=True):
                if field.xpath(".//@data-status"):
                    number = field.xpath("string(.//data/@value)")
                    yield key({**place, "MEASURE": measure}), cell(number, field.xpath("string(.//@data-status)"))


async def of_pages(release: Release, about: Mapping[str, Any]) -> Cells:
    """Every area and period that the page lets a reader choose."""
    tables = {table["id"]: table["dimensions"][1:] for table in about["tables"]}
    tables |= {"time": ["TIME_PERIOD"], "area": ["REF_AREA"]}
    first = await release.page("HB", "2026-Q3")
    areas, periods = ([str(one) for one in first.xpath(f"//select[@id='{name}']/option/@value")] for name in CHOICES)
    found: Cells = {}
    for area, period in product(areas, periods):
        for where, number in of_page(await release.page(area, period), area, period, tables):
            assert found.setdefault(where, number) == number
    return found


CHOICES = ("area", "period")


def of_csv(content: bytes) -> Cells:
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
    return {key(row): cell(row["OBS_VALUE"], row["OBS_STATUS"]) for row in rows}


def of_json_stat(table: Mapping[str, Any]) -> Cells:
    codes = [table["dimension"][name]["category"]["index"] for name in table["id"]]
    found: Cells = {}
    for at, chosen in enumerate(product(*codes)):
        if status := table["status"].get(str(at)):
            place = {**TOTALS, **dict(zip(table["id"], chosen, strict=True))}
            found[key(place)] = cell(table["value"][at], status)
    return found


def of_workbook(content: bytes) -> Cells:
    found: Cells = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets:
        lines = list(sheet.iter_rows(values_only=True))
        start = next((at for at, line in enumerate(lines) if line and line[0] and "TIME_PERIOD" in str(line[0])), None)
        if start is None:
            continue
        names = [str(name or "").partition("\n")[0] for name in lines[start]]
        for line in lines[start + 1 :]:
            found |= of_line(names, line)
    return found


def of_line(names: list[str], line: tuple[Any, ...]) -> Cells:
    place = {**TOTALS, **{name: str(line[at]) for at, name in enumerate(names) if name in KEY}}
    return {
        key({**place, "MEASURE": name.removesuffix(" OBS_STATUS")}): cell(line[at - 1], line[at])
        for at, name in enumerate(names)
        if name.endswith(" OBS_STATUS") and line[at]
    }


def printed_lines(about: Mapping[str, Any], cells: Cells) -> Iterator[str]:
    """As the report's tables have them, in English: the words of a row and its numbers."""
    titles = {**about["codes"], "REF_AREA": {area["code"]: area["title"] for area in about["areas"]}}
    for table in about["tables"]:
        for chosen in product(*(titles[name] for name in table["dimensions"])):
            codes = dict(zip(table["dimensions"], chosen, strict=True))
            place = {**TOTALS, "TIME_PERIOD": "2026-Q3", **codes}
            there = [found for code in REPORTED if (found := cells.get(key({**place, "MEASURE": code})))]
            if there:
                words = [titles[name][code]["en"] for name, code in codes.items()]
                yield " ".join([*words, *map(printed, there)])


def printed(found: tuple[Decimal | None, str]) -> str:
    value, status = found
    return SYMBOLS[status] if value is None else f"{value:,}{' u' if status == 'U' else ''}"


async def test_page_and_files_hold_the_same_cells(release: Release) -> None:
    about = await release.json("release.json")
    pages = await of_pages(release, about)
    assert {status for _, status in pages.values()} >= {"A", "Q", "U", "L"}
    assert any(value == 0 for value, _ in pages.values())
    assert pages == of_csv(await release.file("observations.csv"))
    assert pages == of_csv(await release.file("observations.sdmx.csv"))
    assert pages == of_workbook(await release.file("tables.xlsx"))
    stats: Cells = {}
    for table in about["tables"]:
        stats |= of_json_stat(await release.json(f"table-{table['id']}.jsonstat.json"))
    assert pages == stats
    report = pypdf.PdfReader(io.BytesIO(await release.file("report-en.pdf")))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in report.pages))
    lines = list(printed_lines(about, pages))
    assert len(lines) > 80
    assert [line for line in lines if line not in text] == []


async def test_a_hidden_figure_is_one_symbol_with_words_and_zero_is_zero(release: Release) -> None:
    page = await release.page("HB04", "2026-Q1")
    hidden = {" ".join(each.text_content().split()) for each in page.xpath("//table//*[@data-status='Q']")}
    assert hidden == {"x 숨김"}
    zeros = (await release.page("HB02", "2026")).xpath("//table//data[@value='0']")
    assert {each.text_content() for each in zeros} == {"0"}
    assert page.xpath("//dt[text()='x']")


async def test_the_programming_interface_has_the_same_cells_page_by_page(release: Release, client: Client) -> None:
    found, token = [], ""
    while True:
        address = f"/api/v1/statistics/releases/{ID}/observations?pageSize=700&pageToken={token}"
        answer = await (await client.get(address)).json()
        found += answer["observations"]
        if not (token := answer.get("nextPageToken", "")):
            break
    names = ("period", "area", "sex", "age", "group", "domain", "measure")
    cells = {
        (one["period"], one["area"].removeprefix("areas/"), *(one[name] for name in names[2:])): cell(
            one.get("value"), one["obsStatus"]
        )
        for one in found
    }
    assert len(cells) == len(found) == answer["totalSize"]
    assert cells == of_csv(await release.file("observations.csv"))


def of_capability(page: Any, sheet: str) -> dict[str, list[str]]:
    """Code of a row -> its numbers, "" where there is none."""
    rows = page.xpath(f"//table[caption/@id='capability-{sheet}-caption']/tbody/tr")
    return {
        row.xpath("string(th//@data-code)"): [
            str(found) for cell in row.xpath("td") for found in cell.xpath(".//data/@value") or [""]
        ]
        for row in rows
    }


async def test_the_assessment_on_the_page_is_that_of_its_file(release: Release) -> None:
    page = await release.page("HB", "2026-Q3")
    rows = {row["UNIT"]: row for row in csv.DictReader(io.StringIO((await release.file("capability.csv")).decode()))}
    scores, ranks = of_capability(page, "scores"), of_capability(page, "ranks")
    assert list(scores) == list(ranks) == list(rows)
    for unit, row in rows.items():
        fields = list(row.values())
        assert scores[unit] == fields[5:12]
        best, low, high, worst = fields[14:18]
        spans = [one for pair in ((low, high), (best, worst)) for one in dict.fromkeys(pair)]
        assert ranks[unit] == [row["RANK"], *spans, "", row["AVAILABLE"]]
    kinds = {row["STRATUM"]: [row["CAPIDX_GINI"], row["CAPIDX_GINI_POP"]] for row in rows.values()}
    assert {code: numbers[2:] for code, numbers in of_capability(page, "kinds").items()} == kinds
