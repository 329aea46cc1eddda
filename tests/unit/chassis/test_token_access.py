"""What a token opens: its owner's own things, those of others, or what is open to strangers."""

from __future__ import annotations

import pytest

from services.chassis.errors import Forbidden
from services.chassis.principal import ANONYMOUS, Grant, Kind, Principal, acting_as, may_act_for
from services.chassis.token_access import Access, admit

GRANTS = (Grant("learner", "*"), Grant("instructor", "*"), Grant("administrator", "*"))
READ = Access(own="learning.read", others=("courses.read",))
FIGURES = Access("statistics.read", open=True)


def lee(*scopes: str, area: str = "") -> Principal:
    return Principal(Kind.PERSON, "people/lee", grants=GRANTS, token_scopes=scopes, token_area=area)


def test_a_session_opens_what_its_person_may() -> None:
    person = Principal(Kind.PERSON, "people/lee", grants=GRANTS)
    assert admit(person, Access()).principal == person


def test_a_token_for_own_learning_has_no_role_over_others() -> None:
    admitted = admit(lee("learning.read"), READ)
    with acting_as(admitted.principal, own=admitted.own):
        assert may_act_for(admitted.principal, "people/lee")
        assert not may_act_for(admitted.principal, "people/other")
    assert not admitted.principal.holds("instructor")


def test_a_token_for_courses_does_not_touch_own_learning() -> None:
    teacher = Principal(Kind.PERSON, "people/lee", grants=GRANTS[:2], token_scopes=("courses.read",))
    admitted = admit(teacher, READ)
    assert admitted.principal.holds("instructor")
    with acting_as(admitted.principal, own=admitted.own):
        assert not may_act_for(admitted.principal, "people/lee")


def test_a_token_that_is_limited_to_an_area_reaches_nobody_where_areas_are_not_known() -> None:
    admitted = admit(lee("learning.read", "courses.read", area="areas/HB01"), READ)
    assert not admitted.principal.holds("instructor")
    for access in (Access(others=("courses.read",)), Access("courses.read")):
        with pytest.raises(Forbidden, match="TOKEN_AREA_NOT_HERE"):
            admit(lee("courses.read", area="areas/HB01"), access)
    assert admit(lee("statistics.read", area="areas/HB01"), FIGURES).principal.holds("administrator")


def test_a_token_may_no_less_than_a_stranger() -> None:
    assert admit(lee("learning.read"), FIGURES).principal == ANONYMOUS
    assert admit(lee("courses.read", area="areas/HB01"), Access("courses.read", open=True)).principal == ANONYMOUS
    assert admit(lee("statistics.read"), FIGURES).principal.holds("administrator")


@pytest.mark.parametrize("access", [Access(), Access("people.read"), Access(others=("courses.write",)), READ])
def test_a_scope_that_was_not_chosen_opens_nothing(access: Access) -> None:
    with pytest.raises(Forbidden, match="TOKEN_SCOPE_NEEDED"):
        admit(lee("learning.write"), access)
