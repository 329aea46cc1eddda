"""Live tables, pages for staff and released files call the same code by the same Korean word."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from gateway.language.table_codes import CODES
from services.statistics.formats import words
from tests.unit.gateway.test_i18n import korean

DIMENSIONS = ("SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN", "DELIVERY")
OTHERWISE = {"OLD", "N_OLD", "GEN"}
"""Said by their age on pages, because the same row stands under ages and under groups."""
INFORMAL = re.compile(r"(해요|어요|아요|예요|에요|나요|돼요|져요|려요)([.?!:]|$)")


@pytest.fixture(scope="module")
def said() -> Mapping[str, str]:
    return {str(message.id): str(message.string) for _, message in korean() if message.id}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_code_has_one_korean_word(dimension: str, said: Mapping[str, str]) -> None:
    titles = words.codes(dimension)
    shared = (CODES.keys() & titles.keys()) - OTHERWISE
    assert shared
    assert {code: said[CODES[code]] for code in shared} == {code: titles[code]["ko"] for code in shared}


def test_pages_for_staff_speak_as_offices_write() -> None:
    texts = [str(message.string) for file, message in korean() if file == "official.po"]
    assert len(texts) > 200
    assert not [text for text in texts if INFORMAL.search(text)]
