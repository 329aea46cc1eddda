"""The list of a release's files with media type, title and standard: for the downloads page, the catalogue and HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.statistics.figures.observation import ReleaseContent
from services.statistics.formats import (
    canonical,
    capability,
    datapackage,
    indicators,
    jsonstat,
    names,
    quality,
    report,
    sdmx,
    tabular,
    words,
    workbook,
)
from services.statistics.formats.words import Title

CSV = "text/csv; charset=utf-8; header=present"


@dataclass(frozen=True, slots=True)
class File:
    """`kind` is the code of the EU file-type authority list; `standard` the address of what the file conforms to."""

    name: str
    media_type: str
    kind: str
    title: Title
    standard: str = ""


def files(release: ReleaseContent) -> tuple[File, ...]:
    """The files of the release, in the order in which readers see them."""
    return (*_documents(), *_data(), *_capability(release), *_tables(release), *_structures(release))


def _documents() -> Sequence[File]:
    pdf, xlsx = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ua = "https://www.iso.org/standard/64599.html"
    return (
        File(report.file_name("ko"), pdf, "PDF", {"ko": "결과 보고서(한국어)", "en": "Findings report (Korean)"}, ua),
        File(report.file_name("en"), pdf, "PDF", {"ko": "결과 보고서(영어)", "en": "Findings report (English)"}, ua),
        File(quality.file_name("ko"), pdf, "PDF", {"ko": "품질 보고서(한국어)", "en": "Quality report (Korean)"}, ua),
        File(quality.file_name("en"), pdf, "PDF", {"ko": "품질 보고서(영어)", "en": "Quality report (English)"}, ua),
        File(indicators.TABLE, CSV, "CSV", {"ko": "품질 지표(CSV)", "en": "Quality indicators (CSV)"}),
        File(workbook.WORKBOOK, xlsx, "XLSX", {"ko": "엑셀 통합 문서", "en": "Excel workbook"}),
    )


def _data() -> Sequence[File]:
    sdmx_csv = "application/vnd.sdmx.data+csv;version=2.0.0"
    json_title = {"ko": "전체 자료(JSON)", "en": "The whole release (JSON)"}
    return (
        File(tabular.OBSERVATIONS, CSV, "CSV", {"ko": "모든 값(CSV)", "en": "All figures (CSV)"}, _CSVW),
        File(canonical.CANONICAL, "application/json", "JSON", json_title),
        File(sdmx.DATA, sdmx_csv, "CSV", {"ko": "모든 값(SDMX-CSV)", "en": "All figures (SDMX-CSV)"}, _SDMX),
    )


def _capability(release: ReleaseContent) -> Sequence[File]:
    name = words.column("CAPABILITY")
    title = {"ko": f"{name['ko']}(CSV)", "en": f"{name['en']} (CSV)"}
    return [File(capability.TABLE, CSV, "CSV", title, _CSVW)] if release.capability else []


_CSVW = "https://www.w3.org/TR/tabular-data-model/"
_SDMX = "https://sdmx.org/standards-2/"


def _tables(release: ReleaseContent) -> Sequence[File]:
    return tuple(
        File(
            jsonstat.file_name(table),
            "application/json",
            "JSON",
            {"ko": f"{title['ko']}(JSON-stat)", "en": f"{title['en']} (JSON-stat)"},
            _JSON_STAT,
        )
        for table in release.tables
        for title in [words.full(table.title, table.id)]
    )


_JSON_STAT = "https://json-stat.org/full/"


def _structures(release: ReleaseContent) -> Sequence[File]:
    structure = "application/vnd.sdmx.structure+xml;version=3.0.0"
    described = {"ko": "CSV 설명(CSVW)", "en": "Description of the CSV (CSVW)"}
    assessed = {language: f"{described[language]}: {text}" for language, text in words.column("CAPABILITY").items()}
    named = {"ko": "자료 구조와 부호 목록(SDMX-ML)", "en": "Data structure and code lists (SDMX-ML)"}
    package = {"ko": "데이터 패키지 설명", "en": "Data Package descriptor"}
    profile = "https://datapackage.org/"
    return (
        File(names.README, "text/markdown; charset=utf-8", "TXT", {"ko": "파일 안내", "en": "What each file is"}),
        File(tabular.METADATA, "application/csvm+json", "JSON_LD", described),
        *([File(capability.METADATA, "application/csvm+json", "JSON_LD", assessed)] if release.capability else []),
        File(sdmx.DEFINITIONS, structure, "XML", named, _SDMX),
        File(datapackage.DESCRIPTOR, "application/json", "JSON", package, profile),
        *(
            File(datapackage.file_name(name), CSV, "CSV", _code_list_title(name), profile)
            for name in datapackage.CODE_LISTS
        ),
    )


def _code_list_title(name: str) -> Title:
    title = words.column(name)
    return {"ko": f"부호 목록: {title['ko']}", "en": f"Code list: {title['en']}"}
