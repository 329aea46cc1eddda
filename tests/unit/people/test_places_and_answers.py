from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.chassis.errors import Invalid, Refused
from services.people.domain import equality, person, places, places_import
from services.people.domain.equality import Answers, Card, Group, Sex
from services.people.domain.person import Grant, Role
from services.people.domain.places import Area, Centre, Organisation, Places

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TITLE = {"ko": "어디", "en": "Somewhere"}
PROVINCE = Area("areas/HB", "", "PROVINCE", TITLE)
CITY = Area("areas/HB01", "areas/HB", "CITY", TITLE)
HALL = Organisation("organisations/hanbit-hall", "areas/HB01", TITLE)
CENTRE = Centre("centres/solnae", "areas/HB01", TITLE)
TOWN = Places((PROVINCE, CITY), (HALL,), (CENTRE,))


def test_an_import_is_told_once_in_any_order_of_areas() -> None:
    imported, facts = places.replace_all(Places(), replace(TOWN, areas=(CITY, PROVINCE)), NOW)
    assert len(facts) == 1
    assert places.replace_all(imported, imported, NOW) == (imported, [])


def test_successors_are_followed_through_later_imports_until_the_area_is_back() -> None:
    county, town = Area("areas/HB02", "areas/HB", "COUNTY", TITLE), Area("areas/T", "areas/HB01", "TOWN", TITLE)
    first = Places((PROVINCE, CITY, county, town))
    merged, _ = places.replace_all(first, Places((PROVINCE, CITY, county)), NOW, {"areas/T": "areas/HB01"})
    assert merged.successors == {"areas/T": "areas/HB01"}
    again, _ = places.replace_all(merged, Places((PROVINCE, county)), NOW, {"areas/HB01": "areas/HB02"})
    assert again.successors == {"areas/T": "areas/HB02", "areas/HB01": "areas/HB02"}
    back, facts = places.restore(again, again.etag, NOW)
    assert (back.successors, back.lists) == ({"areas/T": "areas/HB02"}, merged.lists)
    assert places.restore(back, again.etag, NOW) == (back, [])
    assert len(facts) == 1


def test_whoever_belongs_to_a_vanishing_place_moves_with_home_workplace_and_roles() -> None:
    role, everywhere = Grant(Role.OFFICIAL, "areas/T"), Grant(Role.LEARNER, "*")
    before = replace(
        person.draft("id", "haneul", "Haneul", "", "areas/T", "organisations/old", "ko", NOW),
        grants=(everywhere, role, Grant(Role.OFFICIAL, "areas/HB01"), Grant(Role.ADMINISTRATOR, "organisations/old")),
        organisation_confirmed=True,
    )
    moves = {"areas/T": "areas/HB01", "organisations/old": ""}
    after, facts = places_import.relocate(before, moves, NOW)
    assert (after.area, after.organisation, after.organisation_confirmed) == ("areas/HB01", "", False)
    assert after.grants == (everywhere, Grant(Role.OFFICIAL, "areas/HB01"))
    assert [type(each).__name__ for each in facts] == ["Moved", "RolesChanged"]
    assert places_import.relocate(after, moves, NOW) == (after, [])


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (replace(TOWN, areas=(PROVINCE, replace(CITY, parent="areas/XX"))), "AREA_PARENT_UNKNOWN"),
        (replace(TOWN, areas=(replace(PROVINCE, parent="areas/HB01"), CITY)), "AREA_CYCLE"),
        (replace(TOWN, areas=(PROVINCE, CITY, replace(CITY, parent="areas/HB01"))), "PLACE_NAME_TWICE"),
        (replace(TOWN, areas=(PROVINCE, replace(CITY, parent="areas/HB01"))), "AREA_CYCLE"),
        (replace(TOWN, areas=(PROVINCE, replace(CITY, kind="PLANET"))), "AREA_KIND_UNKNOWN"),
        (replace(TOWN, areas=(PROVINCE, CITY, Area("areas/a b", "", "CITY", TITLE))), "PLACE_NAME_INVALID"),
        (replace(TOWN, areas=(PROVINCE, replace(CITY, title={"ko": ""}))), "PLACE_TITLE_MISSING"),
        (replace(TOWN, organisations=(replace(HALL, area="areas/XX"),)), "PLACE_AREA_UNKNOWN"),
        (replace(TOWN, centres=(CENTRE, CENTRE)), "PLACE_NAME_TWICE"),
    ],
)
def test_places_that_contradict_each_other_are_refused(broken: Places, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        places.replace_all(TOWN, broken, NOW)


def test_a_home_must_exist_once_there_are_places() -> None:
    Places().check_home("", "")
    TOWN.check_home("areas/HB01", "")
    TOWN.check_home("areas/HB01", "organisations/hanbit-hall")
    for area, organisation, reason in (
        ("", "", "AREA_UNKNOWN"),
        ("organisations/hanbit-hall", "", "AREA_UNKNOWN"),
        ("areas/HB01", "areas/HB01", "ORGANISATION_UNKNOWN"),
    ):
        with pytest.raises(Invalid, match=reason):
            TOWN.check_home(area, organisation)


def test_a_role_is_for_everywhere_or_for_a_place_that_exists() -> None:
    for scope in ("*", "areas/HB", "organisations/hanbit-hall"):
        TOWN.check_scope(scope)
    for scope in ("", "centres/solnae", "areas/XX"):
        with pytest.raises(Invalid, match="SCOPE_UNKNOWN"):
            TOWN.check_scope(scope)


def test_every_answer_is_optional_and_can_be_taken_back() -> None:
    given = Answers(1950, Sex.FEMALE, (Group.FARMER_FISHER, Group.DISABILITY, Group.DISABILITY), True)
    card, facts = equality.answer(Card(), given, NOW)
    assert card.answers.groups == (Group.DISABILITY, Group.FARMER_FISHER)
    assert len(facts) == 1
    assert equality.answer(card, given, NOW) == (card, [])
    blank, facts = equality.answer(card, Answers(), NOW)
    assert blank.answers == Answers()
    assert facts == [equality.AnswersGiven(Answers(), NOW)]


def test_none_of_these_groups_differs_from_no_answer() -> None:
    card, facts = equality.answer(Card(), Answers(groups_answered=True), NOW)
    assert facts
    assert card.answers != Answers()


@pytest.mark.parametrize("year", [1899, 2027, -1])
def test_a_birth_year_is_one_that_somebody_living_can_have(year: int) -> None:
    with pytest.raises(Invalid, match="BIRTH_YEAR_INVALID"):
        equality.answer(Card(), Answers(birth_year=year), NOW)


def test_groups_without_an_answer_are_refused() -> None:
    with pytest.raises(Invalid, match="GROUPS_CONTRADICT"):
        equality.answer(Card(), Answers(groups=(Group.DISABILITY,)), NOW)


def test_a_closed_card_is_blank_and_stays_so() -> None:
    answered, _ = equality.answer(Card(), Answers(birth_year=1950), NOW)
    closed, facts = equality.close(answered, NOW)
    assert closed.answers == Answers()
    assert facts == [equality.AnswersGiven(Answers(), NOW)]
    assert equality.close(closed, NOW) == (closed, [])
    with pytest.raises(Refused, match="PERSON_ERASED"):
        equality.answer(closed, Answers(birth_year=1950), NOW)
