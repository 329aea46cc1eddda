"""An assessment is shown before publication from a message, afterwards from `release.json`: both say the same."""

from __future__ import annotations

from dataclasses import replace

from gateway.web.public_data.capability import as_released
from services.statistics.formats.capability import to_json
from services.statistics.releases.assessment_messages import assessment_to_message
from tests.unit.statistics.small_release import assessment


def test_the_message_of_an_assessment_reads_as_the_released_one() -> None:
    assessed = assessment()
    first, *others = assessed.results.standings
    without_index = replace(
        first, scores={**first.scores, "SUP": None}, arithmetic=None, geometric=None, rank=None, interval=None
    )
    for each in (
        assessed,
        replace(assessed, results=replace(assessed.results, standings=(without_index, *others))),
    ):
        assert as_released(assessment_to_message(each)) == to_json(each)
