"""Why the figures can be relied on: disclosure control, revisions, quality, data and checksums, questions asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.statistics.formats import blocks
from services.statistics.formats.blocks import Block
from services.statistics.formats.findings import Findings
from services.statistics.formats.words import full


def about(it: Findings, checksums: Mapping[str, str]) -> list[Block]:
    earlier = it.edition.release.earlier
    audited = it.say("earlier_text", earlier=", ".join(earlier)) if earlier else it.say("no_earlier")
    return [
        {"kind": "heading", "text": it.say("sdc")},
        {"kind": "text", "text": f"{it.say('sdc_text')} {audited}"},
        {"kind": "heading", "text": it.say("revisions")},
        blocks.facts(_revisions(it), it.phrases["revision_head"]),
        {"kind": "heading", "text": it.say("quality")},
        {"kind": "text", "text": it.say("quality_intro")},
        blocks.facts(it.rows("quality_rows"), it.phrases["row_head"]),
        {"kind": "heading", "text": it.say("data")},
        {"kind": "text", "text": it.say("data_text")},
        {"kind": "sums", "head": it.phrases["data_head"], "rows": _sums(it, checksums)},
        {"kind": "heading", "text": it.say("questionnaire")},
        {"kind": "text", "text": it.say("questionnaire_text")},
        *(_question(one) for one in it.phrases["questions"]),
    ]


def _revisions(it: Findings) -> list[list[str]]:
    """The newest first."""
    release = it.edition.release
    editions = [(one.revision, one.published, one.note) for one in release.history]
    rows = [
        [
            it.say("edition", number=number, day=it.day(at.astimezone(release.zone).date())),
            full(note)[it.language] or it.say("first_edition" if number == 1 else "not_given"),
        ]
        for number, at, note in (*editions, (release.revision, release.publish_at, release.note))
    ]
    return rows[::-1]


def _sums(it: Findings, checksums: Mapping[str, str]) -> list[list[str]]:
    residents = [
        [it.say("residents_file", source=one.source, day=it.day(one.reference)), one.checksum]
        for one in it.edition.release.denominators
    ]
    return [*([name, one] for name, one in checksums.items()), *residents]


def _question(one: Mapping[str, Any]) -> Block:
    return {"kind": "question", "text": one["text"], "answers": one["answers"]}
