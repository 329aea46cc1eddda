"""The quality report: the five dimensions of Korean quality assessments, then the concepts of SIMS, the metadata
structure of European statistical offices, in its order."""

from __future__ import annotations

from services.statistics.formats import blocks, indicators
from services.statistics.formats.blocks import Block
from services.statistics.formats.findings import Findings


def file_name(language: str) -> str:
    return f"quality-{language}.pdf"


def sections(findings: Findings) -> list[Block]:
    head = findings.phrases["row_head"]
    return [
        {
            "title": findings.phrase("quality_dimensions"),
            "parts": [
                {"kind": "text", "text": findings.phrase("quality_dimensions_intro")},
                blocks.facts(findings.rows("quality_rows"), head),
            ],
        },
        {
            "title": findings.phrase("quality_indicators"),
            "parts": [
                {"kind": "text", "text": findings.phrase("quality_indicators_intro")},
                blocks.facts(indicators.table(findings), findings.phrases["indicator_head"]),
            ],
            "follows": True,
        },
        {
            "title": findings.phrase("quality_concepts"),
            "parts": [
                {"kind": "text", "text": findings.phrase("quality_concepts_intro")},
                blocks.facts(findings.rows("sims_rows"), head),
            ],
            "follows": True,
        },
    ]
