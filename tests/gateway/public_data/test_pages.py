"""`/data` as readers, browsers and harvesters meet it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser
from rdflib import DCAT, Graph

from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis.clock import stamp
from services.chassis.errors import Unavailable
from services.chassis.principal import ANONYMOUS
from services.statistics.formats import rendering
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.releases import ID, message, publish
from tests.unit.statistics.small_release import small_release, small_release_files

PAGE, CSV = f"/data/{ID}", f"/data/{ID}/1/observations.csv"
API = f"/api/v1/statistics/releases/{ID}"


@pytest.fixture(autouse=True)
def published(fake: Fakes) -> None:
    publish(fake)


def corrected(fake: Fakes) -> None:
    """The same release with a second edition."""
    contents, second = small_release_files(), small_release(revision=2, note={"ko": "고쳤어요.", "en": "Put right."})
    again = message(second, contents, name=f"releases/{ID}-r2", corrects=f"releases/{ID}")
    publish(fake, again, message(small_release(), contents, corrected_by=again.name))


async def test_a_stranger_reads_what_is_published(client: Client) -> None:
    for address in ("/data", PAGE):
        answer = await client.get(address, headers={"Cookie": "lang=en"})
        assert answer.status == 200
        assert "Haneul Province: digital literacy training, Q3 2026" in await answer.text()


async def test_the_map_has_the_places_of_the_release_not_those_of_today(client: Client, fake: Fakes) -> None:
    fake.answers["ListPlaces"] = Unavailable("UPSTREAM_UNAVAILABLE")
    text = await (await client.get(PAGE)).text()
    assert text.count('class="tile ') == 4


async def test_nobody_in_particular_asks_even_where_an_official_looks(client: Client, fake: Fakes) -> None:
    fake.sign_in("official", "official", scope="*")
    for address in ("/data", PAGE, CSV, "/data/catalog.ttl"):
        assert (await client.get(address, headers={"Cookie": "ieum_session=official"})).status == 200
    for method in ("ListReleases", "GetRelease", "GetReleaseFile", "GetCatalogue"):
        assert {asker for _, asker in fake.calls[method]} == {ANONYMOUS}


@pytest.mark.parametrize("address", ["/data/embargoed", "/data/embargoed/1", "/data/embargoed/1/release.json"])
async def test_what_is_not_published_is_not_there(client: Client, address: str) -> None:
    assert (await client.get(address)).status == 404


async def test_before_the_first_release_the_page_says_so(client: Client, fake: Fakes) -> None:
    fake.answers["ListReleases"] = pb.ListReleasesResponse()
    fake.answers["GetCatalogue"] = pb.Catalogue()
    assert "Nothing has been published yet." in await (await client.get("/data", headers={"Cookie": "lang=en"})).text()


async def test_what_comes_next_is_announced_with_its_day(client: Client, fake: Fakes) -> None:
    coming = [
        pb.CalendarEntry(
            title={"en": f"Training {name}"}, publish_time=stamp(datetime(2027, month, 5, tzinfo=UTC)), certain=sure
        )
        for name, month, sure in (("Q1 2027", 4, False), ("Q4 2026", 1, True))
    ]
    fake.answers["ListCalendar"] = pb.ListCalendarResponse(entries=coming)
    text = " ".join((await (await client.get("/data", headers={"Cookie": "lang=en"})).text()).split())
    first, second = (
        "5 January 2027 09:00: Training Q4 2026</li>",
        "5 April 2027 09:00: Training Q1 2027 <span",
    )
    assert text.index(first.replace("\u202f", " ")) < text.index(second.replace("\u202f", " "))


async def test_an_area_that_the_release_has_not_is_said_and_the_usual_shown(client: Client) -> None:
    answer = await client.get(f"{PAGE}?area=XX&period=1999&show=NO", headers={"Cookie": "lang=en"})
    assert answer.status == 200
    assert "Part of the address is not in this release" in await answer.text()


async def test_a_release_without_an_assessment_says_so(client: Client, fake: Fakes) -> None:
    bare = small_release(capability=None)
    publish(fake, message(bare, contents := rendering.render(bare)), contents=contents)
    text = await (await client.get(PAGE, headers={"Cookie": "lang=en"})).text()
    assert "No assessment of these years had been handed in by 15 October 2026" in text
    assert "capability.csv" not in text


async def test_people_being_away_costs_only_the_map(client: Client, fake: Fakes) -> None:
    fake.answers["ListAreas"] = Unavailable("SERVICE_AWAY")
    assert (await client.get(PAGE)).status == 200


@pytest.mark.parametrize("base", [f"/data/{ID}/1", f"{API}/files"])
async def test_a_file_is_the_frozen_bytes_for_ever(client: Client, base: str) -> None:
    content = small_release_files()["tables.xlsx"]
    answer = await client.get(f"{base}/tables.xlsx")
    assert await answer.read() == content
    assert answer.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert answer.headers["Last-Modified"] == "Fri, 30 Oct 2026 03:00:00 GMT"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{ID}-tables.xlsx"'
    assert "immutable" in answer.headers["Cache-Control"]
    head = await client.head(f"{base}/tables.xlsx")
    assert (head.status, head.headers["Content-Length"]) == (200, str(len(content)))


@pytest.mark.parametrize(
    ("header", "value"),
    [("If-None-Match", '"{sum}"'), ("If-None-Match", "*"), ("If-Modified-Since", "Fri, 30 Oct 2026 03:00:00 GMT")],
)
async def test_a_file_that_the_reader_has_is_not_sent_again(client: Client, header: str, value: str) -> None:
    checksum = hashlib.sha256(small_release_files()["observations.csv"]).hexdigest()
    answer = await client.get(CSV, headers={header: value.replace("{sum}", checksum)})
    assert (answer.status, await answer.read()) == (304, b"")


@pytest.mark.parametrize(
    "condition",
    [{"If-None-Match": '"other"'}, {"If-Modified-Since": "Thu, 29 Oct 2026 03:00:00 GMT"}, {"If-Modified-Since": "x"}],
)
async def test_a_file_that_the_reader_has_not_is_sent(client: Client, condition: dict[str, str]) -> None:
    assert (await client.get(CSV, headers=condition)).status == 200


async def test_a_file_comes_in_the_part_asked_for(client: Client) -> None:
    content = small_release_files()["observations.csv"]
    answer = await client.get(CSV, headers={"Range": "bytes=10-19"})
    assert (answer.status, await answer.read()) == (206, content[10:20])
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(content)}"
    assert (await client.get(CSV, headers={"Range": "bytes=99999999-"})).status == 416


async def test_every_download_of_the_catalogue_and_the_page_answers(client: Client) -> None:
    turtle = await client.get("/data/catalog.ttl")
    assert turtle.content_type == "text/turtle"
    graph = Graph().parse(data=await turtle.text(), format="turtle")
    nodes = json.loads(await (await client.get("/data/catalog.jsonld")).text())
    assert {node["@id"] for node in nodes} == set(map(str, graph.subjects()))
    addresses = {
        str(each) for name in ("downloadURL", "accessURL", "landingPage") for each in graph.objects(None, DCAT[name])
    }
    assert len(addresses) == len(small_release_files()) + 1
    page, home = await (await client.get(PAGE)).text(), str(client.make_url("/")).rstrip("/")
    for path in (address.removeprefix(home) for address in addresses):
        assert (await client.head(path)).status == 200
        assert path == PAGE or f'href="{path}"' in page


async def test_a_catalogue_that_is_known_is_not_sent_again(client: Client) -> None:
    etag = (await client.get("/data/catalog.ttl")).headers["ETag"]
    assert (await client.get("/data/catalog.ttl", headers={"If-None-Match": etag})).status == 304


async def test_a_corrected_release_shows_the_newest_and_keeps_the_old(client: Client, fake: Fakes) -> None:
    corrected(fake)
    english = {"Cookie": "lang=en"}
    newest = await (await client.get(PAGE, headers=english)).text()
    assert "This is a corrected edition" in newest
    assert "Put right." in newest
    old = await (await client.get(f"{PAGE}/1", headers=english)).text()
    assert "There is a corrected edition" in old
    by_name = await client.get(f"/data/{ID}-r2", allow_redirects=False)
    assert (by_name.status, by_name.headers["Location"]) == (308, f"{PAGE}/2")
    assert (await client.get(f"{PAGE}/3")).status == 404
    assert (await (await client.get("/data")).text()).count("<article") == 1


async def test_a_correction_that_is_not_out_yet_is_not_shown(client: Client, fake: Fakes) -> None:
    publish(fake, message(small_release(), small_release_files(), corrected_by=f"releases/{ID}-r2"))
    page = await (await client.get(PAGE, headers={"Cookie": "lang=en"})).text()
    assert "corrected edition" not in page


@pytest.mark.parametrize("address", ["/api/v1/statistics/releases", API, f"{API}/observations"])
async def test_an_answer_that_a_program_has_is_not_sent_again(client: Client, address: str) -> None:
    answer = await client.get(address)
    assert answer.headers["Last-Modified"] == "Fri, 30 Oct 2026 03:00:00 GMT"
    again = await client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")


async def test_figures_are_found_by_area_period_and_measure(client: Client) -> None:
    asked = {"area": "areas/HB01", "period": "2026-Q3", "measure": "CPR"}
    answer = await (await client.get(f"{API}/observations", params=asked)).json()
    found = {(one["area"], one["period"], one["measure"]) for one in answer["observations"]}
    assert found == {("areas/HB01", "2026-Q3", "CPR")}
    assert answer["totalSize"] == len(answer["observations"]) == 13


@pytest.mark.parametrize(
    ("field", "code", "known"), [("area", "areas/XX", "HB01"), ("measure", "XYZ", "CPR"), ("period", "1999", "2026-Q3")]
)
async def test_a_code_that_the_release_has_not_is_refused_with_those_it_has(
    client: Client, field: str, code: str, known: str
) -> None:
    answer = await client.get(f"{API}/observations", params={field: code})
    said = await answer.json()
    assert (answer.status, said["reason"], said["field"]) == (400, "CODE_UNKNOWN", field)
    assert known in said["detail"]


@pytest.mark.parametrize("token", ["WyJ4IiwgIngiXQ", "Wy0xLCAieCJd", "eA"])
async def test_a_page_token_of_something_else_is_refused(client: Client, token: str) -> None:
    answer = await client.get(f"{API}/observations", params={"pageToken": token})
    assert (answer.status, (await answer.json())["reason"]) == (400, "PAGE_TOKEN_INVALID")


async def test_a_release_in_work_has_no_figures_for_programs(client: Client, fake: Fakes) -> None:
    publish(fake, message(small_release(), small_release_files(), state=pb.Release.SCHEDULED))
    answer = await client.get(f"{API}/observations")
    assert (answer.status, (await answer.json())["reason"]) == (409, "RELEASE_NOT_PUBLISHED")


async def test_a_token_reads_in_its_own_name(client: Client, fake: Fakes) -> None:
    fake.sign_in("ieum_city", token_scopes=["statistics.read"], token_area="areas/HB01")
    assert (await client.get(API, headers={"Authorization": "Bearer ieum_city"})).status == 200
    (_, asker), *_ = fake.calls["GetRelease"]
    assert (asker.token_scopes, asker.token_area) == (("statistics.read",), "areas/HB01")


async def test_a_token_for_another_purpose_reads_nothing(client: Client, fake: Fakes) -> None:
    fake.sign_in("ieum_other", token_scopes=["learning.read"])
    for address in (API, f"{API}/observations", f"{API}/files/release.json", "/api/v1/statistics/releases"):
        answer = await client.get(address, headers={"Authorization": "Bearer ieum_other"})
        assert (answer.status, (await answer.json())["reason"]) == (403, "TOKEN_SCOPE_NEEDED")


@pytest.mark.parametrize(("width", "language"), [(360, "ko"), (1280, "en")])
async def test_the_pages_are_sound(client: Client, browser: Browser, width: int, language: str) -> None:
    wrong: list[Any] = []
    async with page_of(browser, width) as (page, complaints):
        await page.context.add_cookies([{"name": "lang", "value": language, "url": str(client.make_url("/"))}])
        for address in ("/data", PAGE, f"{PAGE}?area=HB04&period=2026-Q1&show=EPR"):
            await page.goto(str(client.make_url(address)))
            for each in await page.locator("main summary").all():
                await each.click()
            wrong += [*await axe_findings(page), *await small_print(page), *filter(None, [await sideways(page)])]
        assert (wrong, complaints) == ([], [])
