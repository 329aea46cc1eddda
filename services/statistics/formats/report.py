"""The findings report: a tagged PDF (PDF/UA-1) in Korean and in English, typeset by typst from `report.typ`."""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_ko
import typst

from services.statistics.formats import canonical, licence, words
from services.statistics.formats.cells import Edition
from services.statistics.formats.findings import Findings
from services.statistics.formats.sections import sections

_TEMPLATE = Path(__file__).with_suffix(".typ")


def file_name(language: str) -> str:
    return f"report-{language}.pdf"


def render(edition: Edition) -> dict[str, bytes]:
    checksum = hashlib.sha256(canonical.document(edition)).hexdigest()
    return {file_name(language): _compiled(edition, language, checksum) for language in words.LANGUAGES}


@cache
def _phrases() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _compiled(edition: Edition, language: str, checksum: str) -> bytes:
    given = json.dumps(_given(Findings(edition, language, _phrases()[language]), checksum), ensure_ascii=False)
    result = typst.compile(
        str(_TEMPLATE),
        font_paths=[str(Path(pylopdf_fonts_ko.__file__).parent)],
        ignore_system_fonts=True,
        sys_inputs={"given": given},
        pdf_standards=["ua-1"],
        timestamp=int(edition.release.publish_at.timestamp()),
    )
    assert isinstance(result, bytes)  # noqa: S101  # without an output path it is one document's bytes
    return result


def _given(findings: Findings, checksum: str) -> dict[str, Any]:
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
        "title": release.title[findings.language],
        "publisher": release.publisher[findings.language],
        "release": findings.say("release_line"),
        "embargo": findings.say("embargo"),
        "approved": findings.say("approved"),
        "facts": [[findings.say(name), text] for name, text in facts.items()],
        "contents": findings.say("contents"),
        "figure": findings.say("figure"),
        "table": findings.say("table"),
        "sections": sections(findings, checksum),
    }
