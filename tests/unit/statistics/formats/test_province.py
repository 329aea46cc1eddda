"""The report and the files of a release as large as they come, and what only shows there."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import fromstring
from zoneinfo import ZoneInfo

import openpyxl
import pypdf
import pytest

from services.statistics.formats import charts, rendering, tilemap
from services.statistics.formats.cells import PublicRelease
from services.statistics.formats.charts import Mark
from services.statistics.formats.findings import Findings
from services.statistics.formats.report import report_phrases
from services.statistics.formats.sections import sections
from tests.unit.statistics.province import NAMES, PERIODS, province
from tests.unit.statistics.small_release import small_release

SECONDS = 240
MOST_PAGES = 24


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    release = province(200)
    started = time.monotonic()
    made = rendering.render(release)
    assert time.monotonic() - started < SECONDS
    return made


def test_thirty_areas_and_ten_periods_are_in_every_table(files: Mapping[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(files["tables.xlsx"]), read_only=True)
    rows = list(book.worksheets[1].iter_rows(min_row=3, values_only=True))
    book.close()
    assert len(rows) == (len(NAMES) + 1) * len(PERIODS)
    for name, content in files.items():
        if name.endswith(".jsonstat.json"):
            table = json.loads(content)
            assert table["size"][:3] == [len(PERIODS), 1, len(NAMES) + 1]


def test_the_workbook_explains_its_symbols_and_holds_numbers(files: Mapping[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(files["tables.xlsx"]))
    notes = {str(row[0]): str(row[1]) for row in book.worksheets[0].iter_rows(values_only=True)}
    assert notes["상태 Status Q"] == "비밀 보호를 위해 숨김"
    assert "1.0.0" in notes["산출 방법 판 Method"]
    figures = [cell for row in book.worksheets[1].iter_rows(min_row=3, min_col=5) for cell in row[::2]]
    known = [cell for cell in figures if cell.value is not None]
    assert {cell.data_type for cell in known} == {"n"}
    assert 0 in {cell.value for cell in known}
    assert len(known) < len(figures)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_nothing_of_the_report_lies_outside_its_page(files: Mapping[str, bytes], language: str) -> None:
    pages = pypdf.PdfReader(io.BytesIO(files[f"report-{language}.pdf"])).pages
    assert 12 <= len(pages) <= MOST_PAGES
    for page in pages:
        places = list(_places(page))
        assert places
        assert all(40 < x < float(page.mediabox.width) - 40 for x, _ in places)
        lines = sorted({round(y) for _, y in places if y > 60})
        assert lines[0] >= 24 * 72 / 25.4 - 8


def _places(page: pypdf.PageObject) -> Iterator[tuple[float, float]]:
    found: list[tuple[float, float]] = []

    def visit(text: str, matrix: Any, place: Any, *_: Any) -> None:
        if text.strip():
            found.append((float(matrix[0] * place[4] + matrix[4]), float(matrix[3] * place[5] + matrix[5])))

    page.extract_text(visitor_text=visit)
    yield from found


def test_no_korean_is_on_an_english_page_but_what_the_office_wrote_in_korean() -> None:
    release = replace(province(200), contact="", legal_basis="", denominators=())
    english = json.dumps(
        sections(Findings(PublicRelease.of(release), "en", report_phrases()["en"]), {}), ensure_ascii=False
    )
    assert re.findall(r"[가-힣]+", english) == []
    korean = json.dumps(
        sections(Findings(PublicRelease.of(release), "ko", report_phrases()["ko"]), {}), ensure_ascii=False
    )
    assert "None" not in korean


def test_the_report_is_about_the_whole_year_where_there_is_one() -> None:
    whole = Findings(PublicRelease.of(province(200)), "en", report_phrases()["en"])
    assert (whole.latest, whole.before) == ("2025", "2024")
    part = Findings(PublicRelease.of(small_release()), "en", report_phrases()["en"])
    assert (part.latest, part.before) == ("2026-Q3", "2026-Q2")


def test_the_report_tells_its_earlier_editions_its_law_and_its_denominators(files: Mapping[str, bytes]) -> None:
    def text(name: str) -> str:
        pages = pypdf.PdfReader(io.BytesIO(files[name])).pages
        return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))

    release = province(200)
    report = text("report-ko.pdf")
    for told in (report, text("quality-ko.pdf")):
        assert "처음 펴내는 판입니다." in told
        assert release.legal_basis in told
        assert "하늘도 주민등록 인구" in told
    assert release.denominators[0].checksum in report
    document = json.loads(files["release.json"])
    assert document["legalBasis"] == release.legal_basis
    assert [one["revision"] for one in document["history"]] == [1]


def test_the_readme_names_every_other_file_in_both_languages(files: Mapping[str, bytes]) -> None:
    text = files["README.md"].decode()
    for file in rendering.files(province(200)):
        assert text.count(f"| `{file.name}` |") == (0 if file.name == "README.md" else 2)


def _drawn(svg: str, shape: str) -> list[dict[str, str]]:
    root = fromstring(svg)  # noqa: S314  # our own
    return [one.attrib for one in root.iter(f"{{http://www.w3.org/2000/svg}}{shape}")]


def test_a_break_in_a_series_is_drawn_and_parts_the_line() -> None:
    marks = [Mark(str(n), Decimal(50 + n), f"{50 + n}.0", breaks=n == 2) for n in range(4)]
    whole = [replace(mark, breaks=False) for mark in marks]
    broken, unbroken = (charts.line(["1", "2", "3", "4"], ("rate", found)) for found in (marks, whole))
    assert ">b</text>" in broken
    assert ">b</text>" not in unbroken
    joined = [[one for one in _drawn(svg, "line") if one["stroke"] == charts.FIRST] for svg in (broken, unbroken)]
    assert [len(found) for found in joined] == [2, 3]
    assert [one for one in _drawn(broken, "line") if "stroke-dasharray" in one]


def test_tiles_stand_where_the_areas_say_or_in_reading_order() -> None:
    assert tilemap.placed([(3, 2), (5, 2), (4, 4)]) == [(0, 0), (2, 0), (1, 2)]
    assert tilemap.placed([(3, 2), None]) == [(0, 0), (1, 0)]
    assert tilemap.placed([(1, 1), (1, 1)]) == [(0, 0), (1, 0)]
    assert tilemap.size([(0, 0), (2, 0), (1, 2)]) == (3, 3)
    assert tilemap.size(tilemap.placed([None] * 81)) == (9, 9)


@pytest.mark.parametrize(("zone", "moment"), [("Asia/Seoul", "July 1, 2026 08:30"), ("UTC", "June 30, 2026 23:30")])
def test_the_report_gives_times_in_the_zone_of_the_city(zone: str, moment: str) -> None:
    release = replace(small_release(), zone=ZoneInfo(zone))
    report = Findings(PublicRelease.of(release), "en", report_phrases()["en"])
    assert report.moment(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == moment
