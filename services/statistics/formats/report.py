"""The findings report and the quality report: tagged PDF (PDF/UA-1) in Korean and English, set by `report.typ`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from services.chassis.typesetting import typeset
from services.statistics.formats import licence, quality, words
from services.statistics.formats.blocks import Block
from services.statistics.formats.cells import PublicRelease
from services.statistics.formats.findings import Findings
from services.statistics.formats.sections import sections

_TEMPLATE = Path(__file__).with_suffix(".typ")


def file_name(language: str) -> str:
    return f"report-{language}.pdf"


def render(edition: PublicRelease, checksums: Mapping[str, str]) -> dict[str, bytes]:
    """Both reports in all languages. `checksums` are printed: data file -> SHA-256."""
    files = {}
    for language in words.LANGUAGES:
        findings = Findings(edition, language, report_phrases()[language])
        title = edition.release.title[language]
        files[file_name(language)] = _compile(findings, title, title, sections(findings, checksums))
        named = findings.phrase("quality")
        files[quality.file_name(language)] = _compile(findings, f"{named}: {title}", named, quality.sections(findings))
    return files


@cache
def report_phrases() -> dict[str, dict[str, Any]]:
    """Language -> name -> text: the prose of the findings report, its capability part and the quality report."""
    files = [_TEMPLATE.with_name(f"{name}.toml") for name in ("report", "capability", "quality")]
    read = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    return {
        language: {name: text for each in read for name, text in each[language].items()} for language in words.LANGUAGES
    }


def _compile(findings: Findings, title: str, running: str, parts: Sequence[Block]) -> bytes:
    """The PDF; `running` is the header of every page."""
    given = {**_cover(findings), "title": title, "running": running, "sections": parts}
    return typeset(_TEMPLATE, given, findings.edition.release.publish_at)


def _cover(findings: Findings) -> dict[str, Any]:
    release = findings.edition.release
    facts = {
        "publisher": release.publisher[findings.language],
        "published": findings.moment(release.publish_at),
        "as_of": findings.moment(release.as_of),
        "method": release.method_version,
        "vintage": findings.day(release.area_vintage),
        "licence": licence.name(release.licence),
        "contact": release.contact,
    }
    return {
        "lang": findings.language,
        "publisher": release.publisher[findings.language],
        "release": findings.phrase("release_line"),
        "embargo": findings.phrase("embargo"),
        "approved": findings.phrase("approved"),
        "facts": [[findings.phrase(name), text] for name, text in facts.items() if text],
        "contents": findings.phrase("contents"),
        "lists": [findings.phrase("figures"), findings.phrase("tables")],
        "figure": findings.phrase("figure"),
        "table": findings.phrase("table"),
    }
