"""What an administrator does, and what everybody may read about the service."""

from __future__ import annotations

import re

import pytest

from gateway.language.i18n import LANGUAGES
from ieum.people.v1 import people_pb2 as pb
from services.chassis.errors import Exhausted, Forbidden, Invalid, Refused, Unavailable
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

COOKIE = {"Cookie": "ieum_session=admin", "Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
AREAS = [
    pb.Area(name="areas/HB", kind="PROVINCE", title={"ko": "하늘도", "en": "Haneul"}),
    pb.Area(name="areas/HB01", parent="areas/HB", kind="CITY", title={"ko": "한빛시", "en": "Hanbit"}, column=1),
    pb.Area(name="areas/HB02", parent="areas/HB", kind="COUNTY", title={"ko": "새벽군", "en": "Saebyeok"}, row=2),
    pb.Area(name="areas/HB0101", parent="areas/HB01", kind="TOWN", title={"ko": "솔내동"}),
]
OFFICE = pb.Organisation(name="organisations/city-hall", area="areas/HB01", title={"en": "City Hall"})
CENTRE = pb.Centre(
    name="centres/solnae", area="areas/HB0101", title={"ko": "솔내, 배움터", "en": "Solnae Centre"},
    address={"en": "12 Pine Road"}, hours={"en": "Mondays"}, phone="+82-0-0101",
)  # fmt: skip
EUNJI = pb.Person(
    name="people/eunji", login="eunji", display_name="Park Eun-ji", area="areas/HB0101", locale="ko",
    universe=pb.RESIDENT, grants=[pb.Grant(role=pb.LEARNER, scope="*"), pb.Grant(role=pb.OFFICIAL, scope="areas/HB01")],
)  # fmt: skip


@pytest.fixture(autouse=True)
def administrator(fake: Fakes) -> None:
    fake.sign_in("admin", "learner", "administrator", scope="areas/HB01")
    fake.answers["ListAreas"] = pb.ListAreasResponse(areas=AREAS)
    fake.answers["ListOrganisations"] = pb.ListOrganisationsResponse(organisations=[OFFICE])
    fake.answers["ListCentres"] = pb.ListCentresResponse(centres=[CENTRE])
    fake.answers["GetPerson"] = EUNJI
    fake.answers["ListPeople"] = pb.ListPeopleResponse(people=[EUNJI], next_page_token="more")
    fake.answers["BatchGetNames"] = pb.BatchGetNamesResponse(display_names={"people/eunji": "Park Eun-ji"})


async def test_people_are_searched_by_name_and_role_page_by_page(client: Client, fake: Fakes) -> None:
    text = await (await client.get("/admin/people?q=park&role=OFFICIAL&page=here", headers=COOKIE)).text()
    asked = fake.requests("ListPeople")[0]
    assert (asked.query, asked.role, asked.page_token) == ("park", pb.OFFICIAL, "here")
    assert 'href="/admin/people/eunji"' in text
    assert "Official: Hanbit" in text
    assert "q=park&amp;role=OFFICIAL&amp;page=more" in text
    assert "noted in the audit log" in text


async def test_roles_are_offered_for_ones_own_area_and_below(client: Client) -> None:
    text = await (await client.get("/admin/people/eunji", headers=COOKIE)).text()
    scopes = re.findall(r'<option value="((?:areas|organisations)/[^"]+|\*)"', text)
    assert scopes == ["areas/HB01", "areas/HB0101", "organisations/city-hall"]


async def test_a_resident_is_enrolled_at_the_desk_where_they_live(client: Client, fake: Fakes) -> None:
    fake.sign_in("admin", "learner", "administrator", scope="areas/HB01")
    answer = await client.post(
        "/admin/people/eunji/enrol", data={"course": "courses/c"}, headers=COOKIE, allow_redirects=False
    )
    assert answer.status == 303
    request, principal = fake.calls["Enrol"][0]
    assert (request.person, request.course, request.residence.area) == ("people/eunji", "courses/c", "areas/HB0101")
    assert principal.is_system
    fake.answers["GetPerson"] = Forbidden("OUTSIDE_YOUR_AREA", field="name")
    refused = await client.post(
        "/api/v1/enrollments", json={"person": "people/far", "course": "courses/c"}, headers=COOKIE
    )
    assert (refused.status, len(fake.calls["Enrol"])) == (403, 1)


async def test_an_administrator_of_an_area_is_offered_only_what_is_allowed(client: Client, fake: Fakes) -> None:
    text = await (await client.get("/account/passphrase", headers=COOKIE)).text()
    assert 'href="/admin/audit"' in text
    assert 'href="/admin/places"' not in text
    fake.sign_in("chief", "administrator")
    text = await (await client.get("/account/passphrase", headers=COOKIE | {"Cookie": "ieum_session=chief"})).text()
    assert 'href="/admin/places"' in text


async def test_a_role_is_given_and_said(client: Client, fake: Fakes) -> None:
    given = {"role": "INSTRUCTOR", "scope": "areas/HB01"}
    answer = await client.post("/admin/people/eunji/grant", data=given, headers=COOKIE, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/people/eunji")
    assert fake.requests("GrantRole")[0].grant == pb.Grant(role=pb.INSTRUCTOR, scope="areas/HB01")
    cookie = COOKIE | {"Cookie": f"ieum_session=admin; flash={answer.cookies['flash'].value}"}
    assert "The role is given" in await (await client.get("/admin/people/eunji", headers=cookie)).text()


async def test_a_refused_role_keeps_what_was_chosen(client: Client, fake: Fakes) -> None:
    fake.answers["GrantRole"] = Forbidden("OUTSIDE_YOUR_AREA", field="scope")
    given = {"role": "REVIEWER", "scope": "areas/HB0101"}
    answer = await client.post("/admin/people/eunji/grant", data=given, headers=COOKIE)
    text = await answer.text()
    assert answer.status == 403
    assert "<title>Error: " in text
    assert 'href="#scope"' in text
    assert '<option value="REVIEWER" selected>' in text
    assert '<option value="areas/HB0101" selected>' in text


async def test_the_last_administrator_stays_and_the_page_says_why(client: Client, fake: Fakes) -> None:
    fake.answers["RevokeRole"] = Refused("LAST_ADMINISTRATOR")
    given = {"role": "ADMINISTRATOR", "scope": "*"}
    answer = await client.post("/admin/people/eunji/revoke", data=given, headers=COOKIE)
    assert answer.status == 409
    assert "This is the last administrator" in await answer.text()


async def test_a_code_of_the_desk_is_shown_once(client: Client, fake: Fakes) -> None:
    fake.answers["ResetPassphrase"] = pb.ResetPassphraseResponse(code="48271935")
    answer = await client.post("/admin/people/eunji/passphrase", headers=COOKIE)
    assert "48271935" in await answer.text()
    assert answer.headers["Cache-Control"] == "no-store"
    assert fake.requests("ResetPassphrase")[0].name == "people/eunji"


async def test_a_role_is_not_given_from_a_screen_left_open(client: Client, fake: Fakes) -> None:
    fake.answers["GrantRole"] = Invalid("PASSPHRASE_AGAIN", field="passphrase")
    given = {"role": "INSTRUCTOR", "scope": "areas/HB01", "passphrase": "s3cret!"}
    answer = await client.post("/admin/people/eunji/grant", data=given, headers=COOKIE)
    text = await answer.text()
    assert answer.status == 422
    assert "enter your passphrase as well" in text
    assert "s3cret!" not in text


async def test_a_workplace_that_nobody_confirmed_is_confirmed_with_one_press(client: Client, fake: Fakes) -> None:
    claimant = pb.Person(name="people/claimant", organisation="organisations/city-hall", vouching=pb.SELF_DECLARED)
    fake.answers["GetPerson"] = claimant
    text = await (await client.get("/admin/people/claimant", headers=COOKIE)).text()
    assert "City Hall, not confirmed yet" in text
    assert "Yes, they work at City Hall" in text
    for press, method in (("confirm-organisation", "ConfirmOrganisation"), ("vouch", "VouchForPerson")):
        answer = await client.post(f"/admin/people/claimant/{press}", headers=COOKIE, allow_redirects=False)
        assert answer.status == 303
        assert fake.requests(method)[0].name == "people/claimant"


async def test_the_audit_log_is_in_words(client: Client, fake: Fakes) -> None:
    who, area = "people/eunji", "areas/HB01"
    entries = [
        pb.AuditEntry(actor=who, action=pb.ROLE_GRANTED, subject="people/gone", detail=f"official @ {area}"),
        pb.AuditEntry(action=pb.SIGN_IN_REFUSED, subject=who),
        pb.AuditEntry(actor=who, action=pb.EXPORTED, subject=area, detail=f"statistics of {area}"),
    ]
    fake.answers["ListAuditEntries"] = pb.ListAuditEntriesResponse(entries=entries, next_page_token="more")
    text = await (await client.get("/admin/audit?action=EXPORTED", headers=COOKIE)).text()
    for words in ("Role given", "An erased account", "Official: Hanbit", "Sign-in refused", "Data downloaded"):
        assert words in text, words
    assert fake.requests("ListAuditEntries")[0].action == pb.EXPORTED
    assert "action=EXPORTED&amp;page=more" in text


async def test_the_audit_log_is_narrowed_to_one_person_by_name(client: Client, fake: Fakes) -> None:
    fake.answers["ListAuditEntries"] = pb.ListAuditEntriesResponse()
    text = await (await client.get("/admin/audit?who=park", headers=COOKIE)).text()
    assert fake.requests("ListAuditEntries")[0].actor == "people/eunji"
    assert "Only what Park Eun-ji did." in text


async def test_several_people_of_that_name_are_offered_and_nobody_is_guessed(client: Client, fake: Fakes) -> None:
    other = pb.Person(name="people/other", login="park2", display_name="Park Other")
    fake.answers["ListPeople"] = pb.ListPeopleResponse(people=[EUNJI, other])
    text = await (await client.get("/admin/audit?who=park", headers=COOKIE)).text()
    assert "actor=people%2Fother" in text
    assert not fake.requests("ListAuditEntries")


async def test_a_token_is_shown_once_and_not_kept_by_the_browser(client: Client, fake: Fakes) -> None:
    made = pb.Token(name="people/admin/tokens/t1", display_name="Report", scopes=["statistics.read"])
    fake.answers["CreateToken"] = pb.CreateTokenResponse(token=made, secret="ieum_secret")
    fake.answers["ListTokens"] = pb.ListTokensResponse(tokens=[made])
    form = {"display_name": "Report", "scopes": "statistics.read", "area": "areas/HB01", "days": "30"}
    answer = await client.post("/account/tokens", data=form, headers=COOKIE)
    assert (await answer.text()).count("ieum_secret") == 2  # itself and in the command
    assert answer.headers["Cache-Control"] == "no-store"
    asked = fake.requests("CreateToken")[0]
    assert (asked.parent, asked.days, asked.token.area) == ("people/admin", 30, "areas/HB01")
    later = await (await client.get("/account/tokens", headers=COOKIE)).text()
    assert "Report" in later
    assert "ieum_secret" not in later


async def test_a_refused_token_keeps_what_was_typed(client: Client, fake: Fakes) -> None:
    fake.answers["CreateToken"] = Invalid("TOKEN_SCOPES_MISSING", field="scopes")
    form = {"display_name": "Monthly", "area": "areas/HB0101", "days": "180"}
    answer = await client.post("/account/tokens", data=form, headers=COOKIE)
    text = await answer.text()
    assert answer.status == 422
    assert 'value="Monthly"' in text
    assert '<option value="areas/HB0101" selected>' in text
    assert '<option value="180" selected>' in text
    assert "Choose at least one thing" in text


async def test_a_token_is_revoked_after_a_question(client: Client, fake: Fakes) -> None:
    fake.answers["ListTokens"] = pb.ListTokensResponse(tokens=[pb.Token(name="people/admin/tokens/t1")])
    asked = await client.get("/account/tokens/t1/revoke", headers=COOKIE)
    assert "Revoke this token?" in await asked.text()
    assert not fake.requests("RevokeToken")
    await client.post("/account/tokens/t1/revoke", headers=COOKIE, allow_redirects=False)
    assert fake.requests("RevokeToken")[0].name == "people/admin/tokens/t1"


async def test_a_learner_is_offered_no_rights_of_others(client: Client, fake: Fakes) -> None:
    fake.sign_in("admin", "learner")
    text = await (await client.get("/account/tokens", headers=COOKIE)).text()
    assert 'value="learning.read"' in text
    assert 'value="people.write"' not in text
    assert 'value="statistics.read"' not in text


@pytest.mark.parametrize(
    "path", ["/account/tokens", "/admin/people", "/admin/people/x", "/admin/audit", "/admin/places"]
)
async def test_strangers_are_sent_to_sign_in(client: Client, path: str) -> None:
    answer = await client.get(path, allow_redirects=False)
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")


async def test_too_many_looks_are_slowed(client: Client, fake: Fakes) -> None:
    fake.answers["ListPeople"] = Exhausted("SLOW_DOWN", seconds=7)
    answer = await client.get("/admin/people", headers=COOKIE)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/help", "/privacy", "/accessibility"])
async def test_what_everybody_may_read_needs_no_account(client: Client, path: str, language: str) -> None:
    answer = await client.get(path, headers={"Accept-Language": language})
    assert answer.status == 200
    assert f'<html lang="{language}"' in await answer.text()


async def test_help_names_the_centres_and_stands_without_them(client: Client, fake: Fakes) -> None:
    fake.answers["ListCentres"] = Unavailable("SERVICE_AWAY")
    alone = await (await client.get("/help", headers={"Accept-Language": "en"})).text()
    assert "000-120-0000" in alone
    fake.answers["ListCentres"] = pb.ListCentresResponse(centres=[CENTRE])
    text = await (await client.get("/help", headers={"Accept-Language": "en"})).text()
    assert "12 Pine Road" in text
    assert 'href="tel:+8200101"' in text
