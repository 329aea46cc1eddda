"""The small SDMX REST API over published releases, and all files of a release in one."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from services.statistics.formats import datapackage
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.releases import publish

FLOW = "IEUM.HB/DF_TRAINING_2026_Q3/1.0.0"


@pytest.fixture(autouse=True)
def release(fake: Fakes) -> None:
    publish(fake)


async def rows(client: Client, address: str) -> list[dict[str, str]]:
    answer = await client.get(address)
    assert answer.status == 200, await answer.text()
    assert answer.content_type == "application/vnd.sdmx.data+csv"
    return list(csv.DictReader(io.StringIO(await answer.text(), newline="")))


async def test_a_key_and_the_time_choose_figures(client: Client) -> None:
    everything = await rows(client, f"/sdmx/data/dataflow/{FLOW}")
    found = await rows(client, f"/sdmx/data/dataflow/{FLOW}/Q.RES.HB,HB01._T._T._T._T.ENR?c[TIME_PERIOD]=2026-Q1")
    assert 0 < len(found) < len(everything)
    assert {(each["REF_AREA"], each["MEASURE"], each["TIME_PERIOD"]) for each in found} == {
        ("HB", "ENR", "2026-Q1"),
        ("HB01", "ENR", "2026-Q1"),
    }
    assert found[0]["STRUCTURE_ID"] == "IEUM.HB:DF_TRAINING_2026_Q3(1.0.0)"
    of_area = await rows(client, f"/sdmx/data/dataflow/{FLOW}/*.*.HB.*.*.*.*.*")
    assert {each["REF_AREA"] for each in of_area} == {"HB"}


@pytest.mark.parametrize("version", ["1.0.0", "1", "latest", "+"])
async def test_the_structure_is_found_by_flow_and_by_structure(client: Client, version: str) -> None:
    for artefact, name in (("dataflow", "DF"), ("datastructure", "DSD")):
        answer = await client.get(f"/sdmx/structure/{artefact}/IEUM.HB/{name}_TRAINING_2026_Q3/{version}")
        assert answer.status == 200
        assert 'id="DSD_TRAINING_2026_Q3" version="1.0.0"' in await answer.text()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/sdmx/data/dataflow/IEUM.HB/DF_TRAINING_2026_Q3/7.0.0", 404),
        ("/sdmx/data/dataflow/IEUM.A41590/DF_TRAINING_2026_Q3/1.0.0", 404),
        ("/sdmx/data/dataflow/IEUM.HB/DF_NOTHING/1.0.0", 404),
        (f"/sdmx/data/dataflow/{FLOW}/Q.RES.XX._T._T._T._T.ENR", 404),
        (f"/sdmx/data/dataflow/{FLOW}/Q.RES", 400),
    ],
)
async def test_what_is_not_there_is_said(client: Client, address: str, status: int) -> None:
    assert (await client.get(address)).status == status


async def test_one_archive_holds_all_files_by_the_names_that_the_metadata_use(client: Client) -> None:
    answer = await client.get("/data/training-2026-q3/1.zip")
    content = await answer.read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        described = json.loads(archive.read(datapackage.DESCRIPTOR))
        assert {each["path"] for each in described["resources"]} <= set(archive.namelist())
        assert json.loads(archive.read("observations.csv-metadata.json"))["url"] in archive.namelist()
    assert await (await client.get("/data/training-2026-q3/1.zip")).read() == content
    page = await (await client.get("/data/training-2026-q3")).text()
    assert 'href="/data/training-2026-q3/1.zip"' in page
    assert "/sdmx/data/dataflow/*/DF_TRAINING_2026_Q3/1.0.0" in page
