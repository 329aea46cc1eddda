"""The report's last part: disclosure control, revisions, quality, data and checksums, and the questionnaire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.statistics.formats import blocks
from services.statistics.formats.blocks import Block
from services.statistics.formats.findings import Findings
from services.statistics.formats.words import full


def about(findings: Findings, checksums: Mapping[str, str]) -> list[Block]:
    earlier = findings.edition.release.earlier
    audited = findings.phrase("earlier_text", earlier=", ".join(earlier)) if earlier else findings.phrase("no_earlier")
    return [
        {"kind": "heading", "text": findings.phrase("sdc")},
        {"kind": "text", "text": f"{findings.phrase('sdc_text')} {audited}"},
        {"kind": "heading", "text": findings.phrase("revisions")},
        blocks.facts(_revisions(findings), findings.phrases["revision_head"]),
        {"kind": "heading", "text": findings.phrase("quality")},
        {"kind": "text", "text": findings.phrase("quality_intro")},
        blocks.facts(findings.rows("quality_rows"), findings.phrases["row_head"]),
        {"kind": "heading", "text": findings.phrase("data")},
        {"kind": "text", "text": findings.phrase("data_text")},
        {"kind": "sums", "head": findings.phrases["data_head"], "rows": _sums(findings, checksums)},
        {"kind": "heading", "text": findings.phrase("questionnaire")},
        {"kind": "text", "text": findings.phrase("questionnaire_text")},
        *(_question(question) for question in findings.phrases["questions"]),
    ]


def _revisions(findings: Findings) -> list[list[str]]:
    """Day and note of every revision, the newest first."""
    release = findings.edition.release
    editions = [(earlier.revision, earlier.published, earlier.note) for earlier in release.history]
    rows = [
        [
            findings.phrase("edition", number=number, day=findings.day(at.astimezone(release.zone).date())),
            full(note)[findings.language] or findings.phrase("first_edition" if number == 1 else "not_given"),
        ]
        for number, at, note in (*editions, (release.revision, release.publish_at, release.note))
    ]
    return rows[::-1]


def _sums(findings: Findings, checksums: Mapping[str, str]) -> list[list[str]]:
    residents = [
        [
            findings.phrase("residents_file", source=denominator.source, day=findings.day(denominator.reference)),
            denominator.checksum,
        ]
        for denominator in findings.edition.release.denominators
    ]
    return [*([name, denominator] for name, denominator in checksums.items()), *residents]


def _question(question: Mapping[str, Any]) -> Block:
    return {"kind": "question", "text": question["text"], "answers": question["answers"]}
