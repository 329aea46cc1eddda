"""The list of places: seen as a tree, written as a file, read as a whole or refused with the line that is wrong."""

from __future__ import annotations

import re

import pytest
from aiohttp import FormData

from gateway.backend.places import Places
from gateway.documents.csv_upload import WrongLine
from gateway.html.render import locales
from gateway.web.administrator import places_file
from gateway.web.administrator.places import branches
from ieum.people.v1 import people_pb2 as pb
from services.chassis.errors import Invalid, Refused
from tests.gateway.administrator.test_people import AREAS, CENTRE, COOKIE, OFFICE, administrator
from tests.gateway.conftest import Client
from tests.gateway.fakes import MOMENT, Fakes

__all__ = ["administrator"]


def gazetteer() -> Places:
    return Places({area.name: area for area in AREAS}, {OFFICE.name: OFFICE}, {CENTRE.name: CENTRE})


def test_places_stand_under_what_they_lie_in() -> None:
    (province,) = branches(locales()["en"], gazetteer())
    city, county = province.inside
    assert (province.title, city.title, county.title) == ("Haneul", "Hanbit", "Saebyeok")
    assert city.organisations == ["City Hall"]
    assert city.inside[0].centres == ["Solnae Centre"]


def test_a_written_list_is_read_as_it_was() -> None:
    found = places_file.read(("\ufeff" + places_file.write(gazetteer())).encode())
    assert list(found.request.areas) == AREAS
    assert list(found.request.organisations) == [OFFICE]
    assert list(found.request.centres) == [CENTRE]
    assert found.lines["areas/HB02"] == 4


def test_a_list_from_a_korean_spreadsheet_is_read() -> None:
    text = "type,code,parent,kind,title_ko\r\narea,HB,,PROVINCE,하늘도\r\n"
    assert places_file.read(text.encode("cp949")).request.areas[0].title["ko"] == "하늘도"


GOOD = "type,code,parent,kind,title_ko,column\narea,HB,,PROVINCE,하늘도,0\n"


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "empty"),
        (b"\xff\xfe\xfd", 1, "no text"),
        (b"type,code\n", 1, "missing"),
        (b"type,code,parent,kind,title_ko,colour\n", 1, "not known"),
        (b"type,code,parent,kind,title_ko,code\n", 1, "twice"),
        (b"type,code,parent,kind,title_ko\n", 1, "no area"),
        (f"{GOOD}\nvillage,HB01,HB,TOWN,,\n".encode(), 4, "must be area"),
        (f"{GOOD}area,,HB,TOWN,,\n".encode(), 3, "code is missing"),
        (f"{GOOD}area,HB,,TOWN,,\n".encode(), 3, "already"),
        (f"{GOOD}area,HB01,HB,TOWN,,-1\n".encode(), 3, "whole number"),
        (f"{GOOD}area,HB01,HB,TOWN,,1,2\n".encode(), 3, "more cells"),
        (f'{GOOD}area,"HB01\n'.encode(), 3, "not CSV"),
        (GOOD.replace(",", ";").encode(), 1, "separated by semicolons"),
        (GOOD.replace(",", "\t").encode(), 1, "separated by tabs"),
    ],
)
def test_a_wrong_line_is_named(content: bytes, line: int, words: str) -> None:
    with pytest.raises(WrongLine) as refused:
        places_file.read(content)
    assert refused.value.line == line
    assert words in refused.value.words


def test_a_title_is_one_composed_line_whatever_program_wrote_it() -> None:
    title = "\u1109\u1169\u11af\u1102\u1162\u1103\u1169\u11bc\v 1\u2028가\x85\u200b\ufffe"
    places = places_file.read(f"{GOOD}area,HB01,HB,TOWN,{title},\n".encode()).request
    assert places.areas[1].title["ko"] == "솔내동 1 가"


def upload(content: str) -> FormData:
    form = FormData()
    form.add_field("file", content.encode(), filename="places.csv", content_type="text/csv")
    return form


async def test_a_list_with_a_wrong_line_changes_nothing(client: Client, fake: Fakes) -> None:
    wrong = GOOD + "area,HB01,HB,TOWN,솔내동,left\n"
    answer = await client.post("/admin/places", data=upload(wrong), headers=COOKIE)
    assert answer.status == 422
    assert "Line 3: column is left" in await answer.text()
    assert not fake.requests("ImportPlaces")


async def test_what_the_people_service_refuses_is_told_with_its_line(client: Client, fake: Fakes) -> None:
    fake.answers["PreviewPlaces"] = Invalid("AREA_PARENT_UNKNOWN", field="areas", name="areas/HB01", parent="areas/X")
    answer = await client.post("/admin/places", data=upload(GOOD + "area,HB01,X,TOWN,솔내동,0\n"), headers=COOKIE)
    assert answer.status == 422
    assert "Line 3: The area areas/HB01 lies in areas/X" in await answer.text()


TOWN_LOST = pb.PlacesPreview(
    changes=[
        pb.PlaceChange(kind=pb.PlaceChange.REMOVED, name="areas/HB0101", title_before={"ko": "솔내동"}),
        pb.PlaceChange(kind=pb.PlaceChange.ADDED, name="areas/HB03", title_after={"ko": "새시"}, area_after="areas/HB"),
        pb.PlaceChange(
            kind=pb.PlaceChange.MOVED, name="organisations/city-hall", title_after={"en": "City Hall"},
            area_before="areas/HB01", area_after="areas/HB03",
        ),
    ],
    lost=[pb.LostPlace(name="areas/HB0101", title={"ko": "솔내동"}, residents=31, roles=1, vanishes=True)],
    etag="now",
)  # fmt: skip


async def test_a_file_is_shown_as_changes_before_it_changes_anything(client: Client, fake: Fakes) -> None:
    fake.answers["PreviewPlaces"] = TOWN_LOST
    text = await (await client.post("/admin/places", data=upload(GOOD), headers=COOKIE)).text()
    assert fake.requests("PreviewPlaces")[0].replacement.areas[0].name == "areas/HB"
    assert not fake.requests("ImportPlaces")
    for words in ("Vanish (1)", "솔내동 (HB0101)", "City Hall (city-hall): from Hanbit to 새시"):
        assert words in text
    assert "31 live there, 1 roles are limited to it" in text
    choices = re.findall(r'<option value="([^"]*)"', text[text.index("move:areas/HB0101") :])
    assert choices == ["", "areas/HB", "areas/HB01", "areas/HB02", "areas/HB03"]
    assert 'name="text" value="type,code,parent' in text


def agreed(**fields: str) -> FormData:
    form = FormData(default_to_multipart=True)
    for name, value in {"text": GOOD, "etag": "now", **fields}.items():
        form.add_field(name, value)
    return form


async def test_the_places_are_replaced_once_it_is_said_where_people_belong(client: Client, fake: Fakes) -> None:
    fake.answers["PreviewPlaces"] = TOWN_LOST
    answer = await client.post("/admin/places", data=agreed(), headers=COOKIE)
    text = await answer.text()
    assert (answer.status, fake.requests("ImportPlaces")) == (422, [])
    assert "Choose where the people of 솔내동 belong from now on." in text
    told = agreed(**{"move:areas/HB0101": "areas/HB02"})
    answer = await client.post("/admin/places", data=told, headers=COOKIE, allow_redirects=False)
    assert answer.status == 303
    (request,) = fake.requests("ImportPlaces")
    assert (request.areas[0].name, request.etag, dict(request.moves)) == (
        "areas/HB", "now", {"areas/HB0101": "areas/HB02"},
    )  # fmt: skip


async def test_a_list_that_changed_meanwhile_is_shown_again(client: Client, fake: Fakes) -> None:
    fake.answers["PreviewPlaces"] = TOWN_LOST
    told = agreed(etag="before", **{"move:areas/HB0101": "areas/HB02"})
    text = await (await client.post("/admin/places", data=told, headers=COOKIE)).text()
    assert "Somebody has changed the list of places meanwhile." in text
    assert '<option value="areas/HB02" selected>' in text
    assert 'name="etag" value="now"' in text


async def test_the_last_import_is_taken_back_after_a_look(client: Client, fake: Fakes) -> None:
    fake.sign_in("admin", "administrator")
    fake.answers["PreviewPlaces"] = pb.PlacesPreview(changes=TOWN_LOST.changes[1:], etag="now", import_time=MOMENT)
    assert 'href="/admin/places/undo"' in await (await client.get("/admin/places", headers=COOKIE)).text()
    text = await (await client.get("/admin/places/undo", headers=COOKIE)).text()
    assert "Are new (1)" in text
    answer = await client.post("/admin/places/undo", data=agreed(), headers=COOKIE, allow_redirects=False)
    assert (answer.status, fake.requests("RestorePlaces")[0].etag) == (303, "now")
    fake.answers["PreviewPlaces"] = Refused("PLACES_NO_PREVIOUS")
    assert "/admin/places/undo" not in await (await client.get("/admin/places", headers=COOKIE)).text()


async def test_no_file_is_told_and_not_imported(client: Client, fake: Fakes) -> None:
    answer = await client.post("/admin/places", data={}, headers=COOKIE)
    assert answer.status == 422
    assert "Choose a file first." in await answer.text()
    assert not fake.requests("ImportPlaces")


@pytest.mark.parametrize("path", ["/admin/places", "/admin/places.csv", "/admin/places/undo"])
async def test_places_are_for_administrators(client: Client, fake: Fakes, path: str) -> None:
    fake.sign_in("admin", "official")
    assert (await client.get(path, headers=COOKIE)).status == 403
