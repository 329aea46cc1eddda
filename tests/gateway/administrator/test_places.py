"""The list of places: seen as a tree, written as a file, read as a whole or refused with the line that is wrong."""

from __future__ import annotations

import pytest
from aiohttp import FormData

from gateway.backend.places import Places
from gateway.documents.csv_upload import WrongLine
from gateway.html.render import locales
from gateway.web.administrator import places_file
from gateway.web.administrator.places import branches
from services.chassis.errors import Invalid
from tests.gateway.administrator.test_people import AREAS, CENTRE, COOKIE, OFFICE, administrator
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

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
    fake.answers["ImportPlaces"] = Invalid("AREA_PARENT_UNKNOWN", field="areas", name="areas/HB01", parent="areas/X")
    answer = await client.post("/admin/places", data=upload(GOOD + "area,HB01,X,TOWN,솔내동,0\n"), headers=COOKIE)
    assert answer.status == 422
    assert "Line 3: The area areas/HB01 lies in areas/X" in await answer.text()


async def test_a_right_list_replaces_the_places(client: Client, fake: Fakes) -> None:
    answer = await client.post("/admin/places", data=upload(GOOD), headers=COOKIE, allow_redirects=False)
    assert answer.status == 303
    assert fake.requests("ImportPlaces")[0].areas[0].name == "areas/HB"


async def test_no_file_is_told_and_not_imported(client: Client, fake: Fakes) -> None:
    answer = await client.post("/admin/places", data={}, headers=COOKIE)
    assert answer.status == 422
    assert "Choose a file first." in await answer.text()
    assert not fake.requests("ImportPlaces")


@pytest.mark.parametrize("path", ["/admin/places", "/admin/places.csv"])
async def test_places_are_for_administrators(client: Client, fake: Fakes, path: str) -> None:
    fake.sign_in("admin", "official")
    assert (await client.get(path, headers=COOKIE)).status == 403
