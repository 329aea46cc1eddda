"""The charts of a release as pictures: the numbers of the page, nothing that is not in the release, drawn once."""

from __future__ import annotations

import re

import pytest

from gateway.web.public_data.pictures import PICTURES
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.releases import ID, publish

PAGE = f"/data/{ID}"
ENGLISH = {"Cookie": "lang=en"}


@pytest.fixture(autouse=True)
def published(fake: Fakes) -> None:
    publish(fake)


async def test_each_chart_of_the_page_is_there_as_png_and_svg(client: Client) -> None:
    text = await (await client.get(f"{PAGE}?show=CPR", headers=ENGLISH)).text()
    addresses = [address.replace("&amp;", "&") for address in re.findall(r'href="(/data/[^"]+/charts/[^"]+)"', text)]
    assert len(addresses) == 2 * text.count("The chart as a picture:") >= 4
    for address in addresses[:4]:
        answer = await client.get(address, headers=ENGLISH)
        body = await answer.read()
        is_png = ".png?" in address
        assert (answer.status, body.startswith(b"\x89PNG"), b"<svg" in body) == (200, is_png, not is_png), address


async def test_a_picture_is_drawn_once_and_known_by_its_tag(client: Client) -> None:
    address = f"{PAGE}/1/charts/over-time.svg?show=EPR"
    first = await client.get(address, headers=ENGLISH)
    assert len(client.app[PICTURES]) == 1
    again = await client.get(address, headers=ENGLISH | {"If-None-Match": first.headers["ETag"]})
    assert (again.status, len(client.app[PICTURES])) == (304, 1)
    korean = await client.get(address, headers={"Cookie": "lang=ko"})
    assert await korean.read() != await first.read()


@pytest.mark.parametrize("chart", ["none.svg", "over-time.svg?area=XX", "over-time.svg?period=1999"])
async def test_what_the_release_has_not_is_not_drawn(client: Client, chart: str) -> None:
    assert (await client.get(f"{PAGE}/1/charts/{chart}")).status == 404
    assert not client.app[PICTURES]
