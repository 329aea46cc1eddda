from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import Conflict, Invalid, Refused
from services.people.domain import person
from services.people.domain.authority import Reach, reach
from services.people.domain.passphrase import give_code, is_code_expired, rehash, set_passphrase
from services.people.domain.person import (
    RUNS_EVERYTHING,
    Erased,
    Grant,
    Moved,
    Person,
    Role,
    SessionsEnded,
    Universe,
    Vouching,
)
from services.people.domain.places import Area, Organisation, Places
from services.people.domain.vouching import confirm_organisation, vouch

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
HERE = "areas/HB01"
PLACES = Places(
    areas=(
        Area("areas/HB", "", "PROVINCE", {"ko": "하늘도"}),
        Area(HERE, "areas/HB", "CITY", {"ko": "한빛시"}),
        Area("areas/HB0101", HERE, "TOWN", {"ko": "솔내동"}),
        Area("areas/HB02", "areas/HB", "COUNTY", {"ko": "새벽군"}),
    ),
    organisations=(
        Organisation("organisations/hanbit", HERE, {"ko": "한빛시청"}),
        Organisation("organisations/saebyeok", "areas/HB02", {"ko": "새벽군청"}),
    ),
)


def haneul(**fields: object) -> Person:
    drafted = person.draft("h1", "haneul", "김하늘", "", "areas/HB0101", "", "", NOW)
    registered, _ = person.register(drafted, "$hash", NOW)
    return replace(registered, **fields)  # type: ignore[arg-type]


def test_registering_twice_keeps_the_first_passphrase_and_says_so_once() -> None:
    drafted = person.draft("h1", "haneul", "김하늘", "", HERE, "", "", NOW)
    once, facts = person.register(drafted, "first", NOW)
    assert [type(fact) for fact in facts] == [person.Registered]
    assert person.register(once, "second", LATER) == (once, [])


def test_whoever_says_where_they_work_is_an_employee_once_that_is_confirmed() -> None:
    assert haneul().universe is Universe.RESIDENT
    claims = haneul(organisation="organisations/hanbit")
    assert (claims.universe, claims.workplace) == (Universe.RESIDENT, "")
    confirmed, facts = confirm_organisation(claims, "organisations/hanbit", LATER)
    assert (confirmed.universe, confirmed.workplace) == (Universe.EMPLOYEE, "organisations/hanbit")
    assert facts == [Moved(confirmed, LATER)]
    assert confirm_organisation(confirmed, "organisations/hanbit", LATER) == (confirmed, [])
    with pytest.raises(Conflict):
        confirm_organisation(claims, "organisations/saebyeok", LATER)


def test_another_workplace_has_to_be_confirmed_anew() -> None:
    confirmed = haneul(organisation="organisations/hanbit", organisation_confirmed=True)
    elsewhere = {"organisation": "organisations/saebyeok"}
    assert person.update(confirmed, elsewhere, LATER)[0].universe is Universe.RESIDENT
    assert person.update(confirmed, elsewhere, LATER, confirmed=True)[0].universe is Universe.EMPLOYEE
    assert person.update(confirmed, {"area": "areas/HB02"}, LATER)[0].universe is Universe.EMPLOYEE


def test_whoever_was_seen_is_vouched_for_once() -> None:
    assert haneul().vouching is Vouching.SELF_DECLARED
    seen, facts = vouch(haneul(), LATER)
    assert (seen.vouching, facts) == (Vouching.AT_DESK, [Moved(seen, LATER)])
    assert vouch(seen, LATER) == (seen, [])


def test_a_code_of_the_desk_stands_for_the_passphrase_until_a_new_one_is_chosen() -> None:
    given, facts = give_code(haneul(), "$code", NOW)
    assert (given.passphrase_hash, given.epoch, given.passphrase_must_change) == ("$code", 1, True)
    assert [type(fact) for fact in facts] == [SessionsEnded]
    assert not is_code_expired(given, NOW + timedelta(minutes=59))
    assert is_code_expired(given, NOW + timedelta(hours=1))
    chosen, _ = set_passphrase(given, "$own", LATER)
    assert not chosen.passphrase_must_change
    assert not is_code_expired(chosen, LATER)


def test_a_new_name_can_be_searched_and_is_no_move() -> None:
    changed, facts = person.update(haneul(), {"display_name": " 이  바다 "}, LATER)
    assert (changed.display_name, changed.sort_name, facts) == ("이 바다", "이 바다", [])
    assert "바다" in changed.words
    assert "하늘" not in changed.words


def test_a_move_is_told_once() -> None:
    moved, facts = person.update(haneul(), {"area": "areas/HB02"}, LATER)
    assert facts == [Moved(moved, LATER)]
    assert person.update(moved, {"area": "areas/HB02"}, LATER) == (moved, [])


def test_what_is_not_theirs_to_change_is_refused() -> None:
    with pytest.raises(Invalid, match="UPDATE_MASK_UNKNOWN"):
        person.update(haneul(), {"grants": "everything"}, LATER)


def test_the_etag_changes_with_what_is_seen_and_not_with_the_passphrase() -> None:
    before = haneul()
    renamed, _ = person.update(before, {"display_name": "바다"}, LATER, etag=before.etag)
    assert renamed.etag != before.etag
    with pytest.raises(Conflict, match="PERSON_CHANGED"):
        person.update(renamed, {"display_name": "하늘"}, LATER, etag=before.etag)
    assert set_passphrase(before, "$other", LATER)[0].etag == before.etag


def test_a_grant_is_held_once_and_taken_back_once() -> None:
    official = Grant(Role.OFFICIAL, HERE)
    granted, facts = person.grant(haneul(), official, NOW)
    assert [type(fact) for fact in facts] == [person.RolesChanged]
    assert person.grant(granted, official, LATER) == (granted, [])
    taken, _ = person.revoke(granted, official, 0, LATER)
    assert taken == haneul()
    assert person.revoke(taken, official, 0, LATER) == (taken, [])


def test_the_last_administrator_stays_one() -> None:
    admin = haneul(grants=(RUNS_EVERYTHING,))
    with pytest.raises(Refused, match="LAST_ADMINISTRATOR"):
        person.revoke(admin, RUNS_EVERYTHING, 1, LATER)
    with pytest.raises(Refused, match="LAST_ADMINISTRATOR"):
        person.erase(admin, 1, LATER)
    assert person.revoke(admin, RUNS_EVERYTHING, 2, LATER)[0].grants == ()
    assert person.erase(admin, 2, LATER)[0].grants == ()


def test_a_new_passphrase_ends_the_sessions_of_the_old_one() -> None:
    changed, facts = set_passphrase(haneul(), "$new", LATER)
    assert (changed.passphrase_hash, changed.epoch) == ("$new", 1)
    assert facts == [SessionsEnded(changed, LATER)]


def test_a_newer_hash_does_not_undo_a_new_passphrase() -> None:
    assert rehash(haneul(), "$hash", "$same again")[0].passphrase_hash == "$same again"
    assert rehash(haneul(passphrase_hash="$new"), "$hash", "$old again")[0].passphrase_hash == "$new"


def test_nothing_personal_survives_erasing() -> None:
    before = haneul(email="haneul@example.org", organisation="organisations/hanbit")
    erased, facts = person.erase(before, 0, LATER)
    assert [type(fact) for fact in facts] == [Erased, SessionsEnded]
    left = repr(replace(erased, id=""))
    for gone in ("haneul", "하늘", "hanbit", "$hash", "learner"):
        assert gone not in left
    assert person.erase(erased, 0, LATER) == (erased, [])
    with pytest.raises(Refused, match="PERSON_ERASED"):
        person.update(erased, {"display_name": "x"}, LATER)
    with pytest.raises(Refused, match="PERSON_ERASED"):
        person.grant(erased, RUNS_EVERYTHING, LATER)
    with pytest.raises(Refused, match="PERSON_ERASED"):
        set_passphrase(erased, "$new", LATER)


def test_an_area_reaches_what_lies_below_it_and_who_works_there() -> None:
    city = reach([HERE], PLACES)
    assert city == Reach(places=frozenset([HERE, "areas/HB0101", "organisations/hanbit"]))
    assert not city.covers_scope("*")
    assert not city.covers_scope("areas/HB")
    assert reach(["organisations/hanbit"], PLACES).places == {"organisations/hanbit"}
    assert reach(["*", HERE], PLACES).everywhere
    assert reach([], PLACES) == Reach()


def test_a_token_for_an_area_narrows_what_its_owner_reaches() -> None:
    below = {"areas/HB0101"}
    assert reach(["*"], PLACES, limited_to="areas/HB0101") == Reach(places=frozenset(below))
    assert reach([HERE], PLACES, limited_to="areas/HB0101").places == below
    assert reach(["areas/HB02"], PLACES, limited_to=HERE).places == frozenset()


def test_whoever_holds_a_role_beyond_is_out_of_reach() -> None:
    city = reach([HERE], PLACES)
    assert city.covers(haneul())
    assert city.covers(haneul(grants=(*haneul().grants, Grant(Role.OFFICIAL, "areas/HB0101"))))
    chief = haneul(grants=(*haneul().grants, Grant(Role.OFFICIAL, "areas/HB")))
    assert city.covers_home(chief)
    assert not city.covers(chief)
    assert not city.covers_home(haneul(area="", organisation=""))
    assert city.covers_home(haneul(area="areas/HB02", organisation="organisations/hanbit"))
