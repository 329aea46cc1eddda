"""Measures and dimensions are declared once; whatever must know a new one is named here when it does not."""

from __future__ import annotations

import pytest

from gateway.language import table_codes
from gateway.web.official import live_figures, release_labels
from ieum.statistics.v1 import statistics_pb2 as pb
from services.statistics.audit import whole_release
from services.statistics.figures.dimensions import CODES
from services.statistics.figures.measures import MEASURES
from services.statistics.figures.units import BREAKDOWNS, Breakdown
from services.statistics.figures.universe import Universe
from services.statistics.formats import cells, words
from services.statistics.live.domain import protection

IN_LIVE_TABLE = {code for code, measure in MEASURES.items() if measure.in_live_table}
COLUMNS = {field: column for column, field in cells.DIMENSIONS.items()}
NOT_ATTACKED = frozenset({"GAP_PP", "GAP_RT", "GAP_IX", "GPIA", "TTC_MED", "TTC_P90", "HRS"})
"""Gaps follow from rates that are attacked themselves; times and hours are magnitudes, which the p % rule protects."""


@pytest.mark.parametrize("code", MEASURES)
def test_a_measure_has_a_title_a_meaning_and_a_unit_in_both_languages(code: str) -> None:
    unit = words.title("UNIT_MEASURE", MEASURES[code].unit)
    for text in (words.title("MEASURE", code), words.meaning(code), unit):
        assert all(text[language] for language in words.LANGUAGES)


@pytest.mark.parametrize("code", MEASURES)
def test_the_audit_knows_what_each_measure_gives_away(code: str) -> None:
    attacked = {*whole_release.COUNTS, *whole_release.RATES, *whole_release.COMPUTED_FROM}
    assert (code in attacked) is (code not in NOT_ATTACKED)


def test_the_pages_of_officials_have_words_for_the_live_tables_measures() -> None:
    assert live_figures.MEASURES.keys() == IN_LIVE_TABLE == set(protection.MEASURES)
    assert list(live_figures.MEASURES) == list(protection.MEASURES)
    assert live_figures.UNITS.keys() == IN_LIVE_TABLE


@pytest.mark.parametrize(("column", "code"), [(column, code) for column, codes in CODES.items() for code in codes])
def test_a_category_has_words_in_files_and_on_pages(column: str, code: str) -> None:
    assert words.title(column, code)
    assert code in table_codes.CODES


@pytest.mark.parametrize("breakdown", BREAKDOWNS.values(), ids=lambda breakdown: breakdown.id)
def test_what_a_breakdown_shows_is_a_category_of_its_dimension(breakdown: Breakdown) -> None:
    for field, code in breakdown.fields.values():
        assert code in (*CODES[COLUMNS[field]], "_U")
        assert words.title(COLUMNS[field], code)


def test_a_dimension_has_words_on_pages_and_in_files() -> None:
    assert live_figures.BY.keys() == set(pb.Dimension.keys()) - {"DIMENSION_UNSPECIFIED"}
    assert all(words.column(column) for column in CODES)
    assert release_labels.TABLES.keys() == {"area", *(cells.DIMENSIONS[column] for column in CODES)}


@pytest.mark.parametrize("universe", Universe)
def test_a_universe_is_spelled_alike_in_messages_files_and_pages(universe: Universe) -> None:
    assert pb.Universe.Value(universe.name)
    assert words.title("UNIVERSE", universe.code)
    assert universe.name in release_labels.UNIVERSES
