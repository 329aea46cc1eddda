"""Which accounts may belong to one person: names as people write them, and what speaks for it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.people.domain import alike, person, skeleton
from services.people.domain.alike import Reason
from services.people.domain.desk import DeskData

KANG = person.draft("kang", "kang1", "강영희", "", "areas/HB01", "", "ko", datetime(2026, 1, 1, tzinfo=UTC))
DESK = DeskData(1949, "01012345678")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("이영희", ["Lee Younghee", "Yi Yeonghui", "Young Hee Lee", "leeyounghee", "Lee, Young-Hee", "이 영희"]),
        ("박철수", ["Park Chulsoo", "Bak Cheolsu", "Chul-Soo Park"]),
        ("김경숙", ["Kim Kyungsook", "Gim Gyeongsuk", unicodedata.normalize("NFD", "김경숙")]),
        ("최민석", ["Choi Min-seok", "choe minsuk"]),
    ],
)
def test_a_name_has_one_skeleton_however_it_is_written(name: str, written: list[str]) -> None:
    assert {skeleton.skeleton(each) for each in written} == {skeleton.skeleton(name)}
    assert skeleton.skeleton(name)


def test_other_names_have_other_skeletons_or_none() -> None:
    assert len({skeleton.skeleton(each) for each in ("이영희", "박영희", "이철수", "이영수", "김영희")}) == 5
    for none in ("Nguyễn Thị Hoa", "Анна", "王", "영", "", "42"):
        assert skeleton.skeleton(none) == ""


def test_what_speaks_for_one_person_is_counted_and_another_birth_year_speaks_against_it() -> None:
    def likeness(name: str, desk: DeskData, area: str = "areas/HB01") -> alike.Likeness:
        return alike.compare(KANG, DESK, replace(KANG, id="other", display_name=name, area=area), desk)

    twin = likeness("강 영희", DeskData(1949))
    assert twin.reasons == (Reason.SAME_NAME, Reason.SAME_YEAR, Reason.SAME_AREA)
    assert twin.is_enough
    assert likeness("Kang Younghee", DeskData(1949), "areas/HB02").points == 5
    assert likeness("남", DESK, "areas/HB02").reasons == (Reason.SAME_YEAR, Reason.SAME_DIGITS)
    assert not likeness("강영희", DeskData()).is_enough
    assert likeness("강영희", DeskData(1950, DESK.phone)).reasons == ()
