"""The quality report as a document of its own: the concepts that statistical offices ask for (SIMS), in their order,
after the five dimensions of Korean quality assessments."""

from __future__ import annotations

from services.statistics.formats import blocks
from services.statistics.formats.blocks import Block
from services.statistics.formats.findings import Findings


def file_name(language: str) -> str:
    return f"quality-{language}.pdf"


def sections(findings: Findings) -> list[Block]:
    head = findings.phrases["row_head"]
    return [
        {
            "title": findings.say("quality_dimensions"),
            "parts": [
                {"kind": "text", "text": findings.say("quality_dimensions_intro")},
                blocks.facts(findings.rows("quality_rows"), head),
            ],
        },
        {
            "title": findings.say("quality_concepts"),
            "parts": [
                {"kind": "text", "text": findings.say("quality_concepts_intro")},
                blocks.facts(findings.rows("sims_rows"), head),
            ],
            "follows": True,
        },
    ]
