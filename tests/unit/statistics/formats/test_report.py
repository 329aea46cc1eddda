"""The findings report: tagged, in two languages, its figures numbered and spoken."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pdfua
import pikepdf
import pypdf
import pytest

from services.statistics.formats import charts, tilemap
from services.statistics.formats.cells import PublicRelease
from services.statistics.formats.charts import Mark
from services.statistics.formats.report import render
from tests.unit.statistics.small_release import AGES, AREAS, TABLES, small_release, small_release_files

PARTS = {
    "ko": (
        "한눈에 보기",
        "통계의 개요",
        "정의와 계산식",
        "결과",
        "지방자치단체 역량 지수",
        "부표",
        "이 통계를 믿을 수 있는 까닭",
    ),
    "en": (
        "At a glance",
        "About these statistics",
        "Definitions and formulas",
        "Results",
        "Capability index of local governments",
        "Annex tables",
        "Why these figures can be relied on",
    ),
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return small_release_files()


def _pages(files: Mapping[str, bytes], language: str) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(files[f"report-{language}.pdf"]))
    return [re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages]


def _findings(path: Path) -> list[str]:
    return [str(finding) for finding in pdfua.validate(str(path)).findings]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", ["report", "quality"])
def test_the_reports_are_tagged_and_accessible(
    files: Mapping[str, bytes], name: str, language: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(files[f"{name}-{language}.pdf"])
    assert _findings(path) == []
    root = pypdf.PdfReader(path).root_object
    assert str(root["/Lang"]) == language
    assert "/StructTreeRoot" in root


@pytest.mark.parametrize("gone", ["/Lang", "/StructTreeRoot", "/MarkInfo"])
def test_a_report_that_lost_its_tags_is_found_out(files: Mapping[str, bytes], gone: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    with pikepdf.open(io.BytesIO(files["quality-en.pdf"])) as document:
        del document.Root[gone]
        document.save(path)
    assert _findings(path) != []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_report_has_its_cover_and_its_parts(files: Mapping[str, bytes], language: str) -> None:
    cover, contents, *rest = _pages(files, language)
    assert "statistics@haneul.example" in cover
    assert "1.0.0" in cover
    assert "2026" in cover
    assert [part for part in PARTS[language] if part not in contents] == []
    assert [part for part in PARTS[language] if part not in " ".join(rest)] == []
    assert 8 <= len(rest) + 2 <= 15


@pytest.mark.parametrize(("language", "figure", "source", "unit"), [
    ("ko", "그림", "자료: 하늘도청", "단위: "),
    ("en", "Figure", "Source: Haneul Provincial Government", "Unit: "),
])  # fmt: skip
def test_every_figure_is_numbered_with_unit_n_and_source(
    files: Mapping[str, bytes], language: str, figure: str, source: str, unit: str
) -> None:
    text = " ".join(_pages(files, language))
    captions = [int(number) for number in re.findall(rf"{figure} (\d+):", text)]
    assert list(dict.fromkeys(captions)) == list(range(1, 10))
    notes = re.findall(rf"{unit}[^=]{{1,30}}n = 345[^.]*\. {source}", text)
    assert len(notes) == 8
    of_governments = {"ko": "n = 3곳. 자료: 하늘연구원", "en": "n = 3 local governments. Source: 하늘연구원"}
    assert of_governments[language] in text


def test_a_release_without_an_assessment_says_so() -> None:
    made = render(PublicRelease.of(small_release(capability=None)), {})
    for language, told in (("ko", "지방자치단체 역량 평가 자료가 올라오지"), ("en", "No assessment of local")):
        assert told in " ".join(_pages(made, language))
        assert len(_alternatives(made[f"report-{language}.pdf"])) == 8


def test_every_chart_is_said_in_words(files: Mapping[str, bytes]) -> None:
    spoken = _alternatives(files["report-en.pdf"])
    assert any("Women 62.6, Men 76.3" in text for text in spoken)
    assert any("Hanbit City 1 (1–2), Solsup, City of 2 (1–2), Gaon City 3 (3–3)" in text for text in spoken)
    assert len(spoken) == 9


def _alternatives(content: bytes) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(content))
    objects = (reader.get_object(number) for number in range(1, len(reader.xref[0]) + len(reader.xref_objStm)))
    found = [one for one in objects if isinstance(one, pypdf.generic.DictionaryObject)]
    return [str(one["/Alt"]) for one in found if one.get("/S") == "/Figure"]


def test_the_report_names_the_checksum_of_its_data(files: Mapping[str, bytes]) -> None:
    digest = hashlib.sha256(files["release.json"]).hexdigest()
    assert all(digest in "".join(_pages(files, language)).replace(" ", "") for language in PARTS)


def test_a_table_of_many_areas_is_printed_with_its_breakdown_across() -> None:
    """Nine areas by eight ages would be 81 rows: one row for each area instead, for persons and for the rate."""
    release = small_release()
    copies = [f"HB{number:02}" for number in range(5, 9)]
    areas = [replace(AREAS[4], code=code, title={"ko": f"나루군 {code}", "en": f"Naru {code}"}) for code in copies]
    added = [replace(one, area=code) for code in copies for one in release.observations if one.area == "HB04"]
    tables = tuple(table for table in TABLES if table.id == "age")
    observations = (*release.observations, *added)
    many = replace(release, areas=(*AREAS, *areas), observations=observations, tables=tables)
    text = " ".join(_pages(render(PublicRelease.of(many), {}), "en"))
    assert "Table 13: By age · Persons (n)" in text
    assert "Table 14: By age · Completion rate" in text
    figures = {(one.area, one.age, one.measure): one for one in release.observations if one.period == "2026-Q3"}
    row = [figures["HB03", age, "CPR"] for age in AGES]
    printed = [f"{one.value} u" if one.status == "U" else one.value or "x" for one in row]
    assert "x" in printed
    assert f"Solsup, City of {' '.join(printed)}" in text


def _drawn(svg: str) -> Element:
    return fromstring(svg)  # noqa: S314  # our own


def _tiles(marks: Sequence[Mark]) -> str:
    return tilemap.tiles(marks, tilemap.placed([None for _ in marks]), {"hidden": "hidden"})


def test_a_hidden_bar_is_drawn_as_a_stub_and_titles_cannot_break_the_drawing() -> None:
    marks = [Mark("<b>&", Decimal("62.5"), "62.5", Decimal(50), Decimal(75)), Mark("가나", None, "x")]
    for drawn in (
        charts.bars(marks),
        _tiles(marks),
        charts.line(["1", "2"], ("<i>", marks)),
        charts.columns(["1", "2"], [("<i>", marks)]),
    ):
        texts = [one.text for one in _drawn(drawn).iter(f"{SVG}text")]
        assert {"62.5", "x"} <= set(texts)
    bars = _drawn(charts.bars(marks))
    assert next(bars.iter(f"{SVG}text")).text == "<b>&"
    assert len(list(bars.iter(f"{SVG}rect"))) == 2


def test_nothing_to_draw_is_still_a_drawing() -> None:
    assert _drawn(charts.bars([])).tag == f"{SVG}svg"
    assert _drawn(_tiles([Mark("a", None, "…")])).tag == f"{SVG}svg"
