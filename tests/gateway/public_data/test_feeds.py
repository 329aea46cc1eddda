"""Readers that look by themselves: the feed, the calendar, the data block and the catalogue before any release."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from rdflib import DCAT, RDF, Graph

from gateway.html.render import locales
from gateway.web.public_data import feeds, structured_data
from ieum.statistics.v1 import releases_pb2 as pb
from services.chassis.clock import stamp
from services.statistics.formats import dcat
from services.statistics.formats.names import JSON_LD, TURTLE
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.releases import ID, publish

A = f"{{{feeds.ATOM}}}"
OUT = stamp(datetime(2026, 10, 20, 0, 0, tzinfo=UTC))


def release(edition: int = 1, title: str = "Residents <Q3> & more; all") -> pb.Release:
    name = "releases/q3" if edition == 1 else f"releases/q3-r{edition}"
    state = pb.Release.PUBLISHED
    return pb.Release(
        name=name, series="releases/q3", edition=edition, title={"en": title}, publish_time=OUT, state=state
    )


def test_the_feed_names_every_edition_by_an_address_that_stays() -> None:
    text = feeds.atom([release(2), release()], locales()["en"], "https://a.test", "A & B")
    feed = ElementTree.fromstring(text)  # noqa: S314 - our own
    entries = feed.findall(f"{A}entry")
    assert [entry.findtext(f"{A}id") for entry in entries] == ["https://a.test/data/q3/2", "https://a.test/data/q3/1"]
    assert entries[0].findtext(f"{A}title") == "Residents <Q3> & more; all (Edition 2)"
    assert feed.findtext(f"{A}updated") == "2026-10-20T00:00:00+00:00"
    assert feed.findtext(f"{A}author/{A}name") == "A & B"


def test_an_empty_feed_is_a_feed() -> None:
    feed = ElementTree.fromstring(feeds.atom([], locales()["ko"], "https://a.test", "가"))  # noqa: S314
    assert (feed.tag, feed.findall(f"{A}entry")) == (f"{A}feed", [])
    assert feed.findtext(f"{A}updated")


def test_the_calendar_has_what_is_out_and_what_comes() -> None:
    long = "디지털 역량 교육 통계, 2026년 4분기; 한빛시 전체 주민을 대상으로 한 공표"
    coming = [pb.CalendarEntry(title={"ko": long}, publish_time=stamp(datetime(2027, 1, 20, 1, tzinfo=UTC)))]
    text = feeds.calendar([release()], coming, locales()["ko"], "https://a.test")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    whole = text.replace("\r\n ", "")
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == 2
    assert "UID:q3@a.test" in whole
    assert "DTSTART:20270120T010000Z" in whole
    assert "STATUS:TENTATIVE" in whole
    assert "SUMMARY:" + long.replace(",", "\\,").replace(";", "\\;") in whole
    assert whole.endswith("END:VCALENDAR\r\n")


@pytest.mark.parametrize(
    ("path", "kind"), [("/data/releases.atom", "application/atom+xml"), ("/data/releases.ics", "text/calendar")]
)
async def test_a_feed_that_is_known_is_not_sent_again(client: Client, fake: Fakes, path: str, kind: str) -> None:
    publish(fake)
    first = await client.get(path)
    assert (first.status, first.content_type) == (200, kind)
    again = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304


async def test_a_release_says_what_it_is_to_search_engines(client: Client, fake: Fakes) -> None:
    publish(fake)
    page = await (await client.get(f"/data/{ID}", headers={"Cookie": "lang=en"})).text()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    described: dict[str, Any] = json.loads(found[1])
    assert described["@type"] == "Dataset"
    assert len(described["description"]) >= 50  # Google asks for that
    assert described["url"].endswith(f"/data/{ID}/1")
    assert described["license"].startswith("https://")
    for file in described["distribution"]:
        assert (await client.head(file["contentUrl"].removeprefix(str(client.make_url("/")).rstrip("/")))).status == 200


@pytest.mark.parametrize(
    ("periods", "days"),
    [
        (["2026-Q3"], ("2026-07-01", "2026-09-30")),
        (["2026"], ("2026-01-01", "2026-12-31")),
        (["2026-Q1", "2025-Q4", "2026-Q2"], ("2025-10-01", "2026-06-30")),
    ],
)
def test_a_dataset_covers_its_periods_from_the_first_day_to_the_last(periods: list[str], days: tuple[str, str]) -> None:
    assert structured_data.span(periods) == days


def test_the_catalogue_is_there_before_the_first_release() -> None:
    files = dcat.catalogue([], "https://a.test/data")
    graph = Graph().parse(data=files[TURTLE], format="turtle")
    assert len(list(graph.subjects(RDF.type, DCAT.Catalog))) == 1
    assert list(graph.subjects(RDF.type, DCAT.Dataset)) == []
    assert json.loads(files[JSON_LD])
