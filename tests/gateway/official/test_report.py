"""What an official takes away: text to paste, a document, pictures, a sheet."""

from __future__ import annotations

import csv
import io

import pytest
from hwpx import HwpxDocument
from PIL import Image
from playwright.async_api import Browser

from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.official.figures import sign_in
from tests.gateway.official.test_live_table import answer

KOREAN = {"Cookie": "ieum_session=official", "Accept-Language": "ko"}


@pytest.fixture(autouse=True)
def official(fake: Fakes) -> None:
    sign_in(fake)
    fake.answers["QueryTable"] = answer


async def test_the_document_has_the_sentences_and_the_tables_and_the_picture(client: Client, fake: Fakes) -> None:
    response = await client.get("/statistics/report.hwpx", headers=KOREAN)
    assert response.content_type == "application/hwp+zip"
    assert fake.requests("GetOverview")[0].export, "the service notes that it leaves"
    document = HwpxDocument.open(io.BytesIO(await response.read()))
    text = document.text.plain()
    assert "2026년 2분기에 한빛시에서 412명이 참여하였습니다(주민 1,000명당 32.4명)." in text
    tables = [table for paragraph in document.paragraphs for table in paragraph.tables]
    assert len(tables) == 3
    assert [tables[0].cell(1, column).text for column in range(3)] == ["실인원", "412", "348"]
    assert [tables[1].cell(2, column).text for column in range(2)] == ["등록 장애인", "숨김"]
    assert len(document.media.images) == 1
    assert not document.validate().issues


@pytest.mark.parametrize("address", ["/statistics/chart", "/statistics/table/chart"])
async def test_every_chart_is_a_picture_and_a_drawing(client: Client, address: str) -> None:
    picture = await client.get(f"{address}.png", headers=KOREAN)
    assert Image.open(io.BytesIO(await picture.read())).size[0] > 1500, "sharp on paper"
    drawing = await client.get(f"{address}.svg", headers=KOREAN)
    assert drawing.content_type == "image/svg+xml"
    assert (await drawing.text()).startswith("<svg")


async def test_the_sheet_of_the_table_opens_in_excel(client: Client, fake: Fakes) -> None:
    response = await client.get("/statistics/table.csv?by=AGE&period=2026-Q1", headers=KOREAN)
    content = await response.read()
    assert content.startswith("\ufeff".encode())
    assert fake.requests("QueryTable")[0].export
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert head[:5] == ["지역", "기간", "나이대", "수강 신청", "실인원"]
    assert rows[1][:5] == ["한빛시", "2026년 1분기", "75세 이상", "24", "20"]
    assert rows[1][head.index("수료율: 비고")] == "사람이 적음"
    assert rows[-1][2] == "합계"


async def test_one_press_copies_sentences_table_and_picture(client: Client, browser: Browser) -> None:
    origin = str(client.make_url("/")).rstrip("/")
    async with page_of(browser, 360) as (page, complaints):
        cookies = {"ieum_session": "official", "lang": "ko"}
        await page.context.add_cookies([{"name": name, "value": each, "url": origin} for name, each in cookies.items()])
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
        await page.goto(f"{origin}/statistics/report")
        findings = [*await axe_findings(page), *await small_print(page), *complaints, await sideways(page)]
        assert not any(findings), findings
        await page.get_by_role("button", name="보고서용 복사").click()
        await page.get_by_text("복사하였습니다").wait_for()
        read = "async kind => (await (await navigator.clipboard.read())[0].getType(kind)).text()"
        html, text = await page.evaluate(read, "text/html"), await page.evaluate(read, "text/plain")
        assert "412명이 참여하였습니다" in text
        assert "<table" in html
        assert 'src="data:image/png;base64,' in html
