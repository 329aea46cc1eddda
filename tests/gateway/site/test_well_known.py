"""What machines ask for on every site, and what search engines read in a page."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from aiohttp.test_utils import TestClient

from gateway.app import create_app
from gateway.settings import GatewaySettings
from ieum.courses.v1 import courses_pb2
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis import clock
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.lessons import course, version
from tests.gateway.serving import Served

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


async def test_robots_are_kept_from_what_is_not_for_them_and_shown_the_sitemap(client: Client) -> None:
    answer = await client.get("/robots.txt")
    lines = (await answer.text()).splitlines()
    assert answer.content_type == "text/plain"
    assert lines[0] == "User-agent: *"
    assert "Disallow: /admin" in lines
    assert lines[-1] == f"Sitemap: {client.make_url('/sitemap.xml')!s}"
    assert not any(line in ("Disallow: /", "Disallow: /courses", "Disallow: /data") for line in lines)


async def test_the_sitemap_lists_courses_and_releases(client: Client, fake: Fakes) -> None:
    pages = [
        courses_pb2.SearchCatalogResponse(
            entries=[courses_pb2.CatalogEntry(course=f"courses/{name}")], next_page_token=token
        )
        for name, token in (("photos", "more"), ("maps", ""))
    ]
    fake.answers["SearchCatalog"] = lambda request: pages[1 if request.page_token else 0]
    release = pb.Release(name="releases/q3-r2", series="releases/q3", edition=2, state=pb.Release.PUBLISHED)
    fake.answers["ListReleases"] = pb.ListReleasesResponse(releases=[release])
    answer = await client.get("/sitemap.xml")
    found = [each.text or "" for each in ElementTree.fromstring(await answer.text()).iter(SITEMAP)]  # noqa: S314
    home = str(client.make_url("/")).rstrip("/")
    assert answer.content_type == "application/xml"
    assert {f"{home}/{path}" for path in ("", "courses/photos", "courses/maps", "data/q3", "help")} <= set(found)


async def test_the_page_for_a_line_that_is_down_knows_nobody_and_is_kept_with_its_style(
    client: Client, fake: Fakes
) -> None:
    fake.sign_in("pat")
    answer = await client.get("/offline", headers={"Cookie": "ieum_session=pat; lang=en"})
    text = await answer.text()
    assert text.index("You are offline") < text.index("인터넷이 끊겼어요")
    assert "박은지" not in text
    assert not fake.requests("VerifySession")
    worker = await client.get("/service-worker.js")
    assert (worker.content_type, worker.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    kept = re.findall(r'const (?:PAGE|STYLE) = "([^"]+)"', await worker.text())
    assert [(await client.get(path)).status for path in kept] == [200, 200]


@pytest.mark.parametrize(("contact", "said"), [("", "tel:0001200000"), ("mailto:cert@a.test", "mailto:cert@a.test")])
async def test_security_txt_says_whom_to_tell(services: tuple[Fakes, GatewaySettings], contact: str, said: str) -> None:
    app = create_app(services[1].model_copy(update={"security_contact": contact}))
    async with TestClient(Served(app)) as client:
        answer = await client.get("/.well-known/security.txt")
        fields = dict(line.split(": ", 1) for line in (await answer.text()).splitlines())
    assert answer.content_type == "text/plain"
    assert fields["Contact"] == said
    assert 90 < (datetime.fromisoformat(fields["Expires"]) - clock.now()).days < 366
    assert fields["Preferred-Languages"] == "ko, en"


async def test_old_phones_get_their_icon(client: Client) -> None:
    answer = await client.get("/favicon.ico")
    body = await answer.read()
    assert (answer.status, body[:4]) == (200, b"\x00\x00\x01\x00")
    assert len(body) < 6_000


def data_block(page: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


async def test_a_course_says_what_it_is_to_search_engines(client: Client, fake: Fakes) -> None:
    content = course()
    content.title["en"] = "</script><b>Photos"
    fake.answers["GetVersion"] = version(content)
    described = data_block(await (await client.get("/courses/c1?lang=en", headers={"Cookie": "lang=en"})).text())
    assert (described["@type"], described["name"]) == ("Course", "</script><b>Photos")
    assert described["provider"]["name"] == "Hanbit City Digital Learning"
    assert described["isAccessibleForFree"] is True
    assert re.fullmatch(r"PT\d+M", described["hasCourseInstance"]["courseWorkload"])
