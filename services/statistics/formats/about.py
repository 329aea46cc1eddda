"""Why the figures can be relied on: disclosure control, revisions, quality, data and checksums, questions asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.statistics.formats import blocks
from services.statistics.formats.blocks import Block
from services.statistics.formats.findings import Findings
from services.statistics.formats.words import full


def about(findings: Findings, checksums: Mapping[str, str]) -> list[Block]:
    earlier = findings.edition.release.earlier
    audited = findings.say("earlier_text", earlier=", ".join(earlier)) if earlier else findings.say("no_earlier")
    return [
        {"kind": "heading", "text": findings.say("sdc")},
        {"kind": "text", "text": f"{findings.say('sdc_text')} {audited}"},
        {"kind": "heading", "text": findings.say("revisions")},
        blocks.facts(_revisions(findings), findings.phrases["revision_head"]),
        {"kind": "heading", "text": findings.say("quality")},
        {"kind": "text", "text": findings.say("quality_intro")},
        blocks.facts(findings.rows("quality_rows"), findings.phrases["row_head"]),
        {"kind": "heading", "text": findings.say("data")},
        {"kind": "text", "text": findings.say("data_text")},
        {"kind": "sums", "head": findings.phrases["data_head"], "rows": _sums(findings, checksums)},
        {"kind": "heading", "text": findings.say("questionnaire")},
        {"kind": "text", "text": findings.say("questionnaire_text")},
        *(_question(one) for one in findings.phrases["questions"]),
    ]


def _revisions(findings: Findings) -> list[list[str]]:
    """The newest first."""
    release = findings.edition.release
    editions = [(one.revision, one.published, one.note) for one in release.history]
    rows = [
        [
            findings.say("edition", number=number, day=findings.day(at.astimezone(release.zone).date())),
            full(note)[findings.language] or findings.say("first_edition" if number == 1 else "not_given"),
        ]
        for number, at, note in (*editions, (release.revision, release.publish_at, release.note))
    ]
    return rows[::-1]


def _sums(findings: Findings, checksums: Mapping[str, str]) -> list[list[str]]:
    residents = [
        [findings.say("residents_file", source=one.source, day=findings.day(one.reference)), one.checksum]
        for one in findings.edition.release.denominators
    ]
    return [*([name, one] for name, one in checksums.items()), *residents]


def _question(one: Mapping[str, Any]) -> Block:
    return {"kind": "question", "text": one["text"], "answers": one["answers"]}
