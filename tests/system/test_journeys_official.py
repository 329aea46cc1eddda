"""An official's and an administrator's way: numbers of their own area on page, as CSV and JSON; roles; the log."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from pymongo import AsyncMongoClient

from deploy.demo.content import Json
from deploy.local import DEMO_PASSPHRASE
from tests.system.hanbit import DESKTOP, Hanbit, plain

TABLE = "/api/v1/statistics/table"
DIMENSIONS = ("REF_AREA", "AGE", "SEX", "TARGET_GROUP", "COURSE", "TIME_PERIOD")
MEASURES = ("ENR", "EPR", "STR", "CMP", "CPR")
CITY, COUNTY = "areas/HB01", "areas/HB02"
FEWEST = 5

pytestmark = pytest.mark.timeout(120)

Cells = dict[tuple[str, str], str]


async def make_token(page: Page, name: str) -> str:
    """On the page that shows it this once."""
    await page.goto("/account/tokens")
    await page.get_by_label("What is it for?").fill(name)
    await page.get_by_label("Read the statistics of my area").check()
    await page.get_by_label("How long is it valid?").select_option("30")
    await page.get_by_label("Your passphrase").fill(DEMO_PASSPHRASE)
    await page.get_by_role("button", name="Make the token").click()
    secret = await page.locator("#secret").inner_text()
    await page.goto("/account/tokens")
    await expect(page.locator("main")).to_contain_text(name)
    assert secret not in await page.content()
    return secret


async def test_page_csv_and_json_are_the_same_cell_by_cell_and_small_cells_stand_in_none(hanbit: Hanbit) -> None:
    hidden = 0
    async with hanbit.visiting("official", width=DESKTOP) as page:
        token = await make_token(page, "cell by cell")
        for by in DIMENSIONS:
            await page.goto(f"/statistics/table?area={CITY}&by={by}")
            shown = await cells_of_page(page)
            address = await page.get_by_role("link", name="Table as JSON").get_attribute("href")
            found = json.loads((await plain(f"{hanbit.url}{address}", token))[2])
            as_csv = (address or "").replace("format=json", "format=csv")
            status, kind, text = await plain(f"{hanbit.url}{as_csv}", token, **{"Accept-Language": "en"})
            assert (status, kind) == (200, "text/csv")
            exact = cells_of_json(found)
            assert cells_of_csv(text) == exact
            assert shown == list(exact.values())
            hidden += sum(1 for value in shown if not value)
            for row in (*found["rows"], found["total"]):
                assert_no_small_cell(row)
    assert hidden > 0


async def cells_of_page(page: Page) -> list[str]:
    """Exact values of the table on the page, row by row, the total last; "" where none is shown."""
    return list(
        await page.locator("table").last.evaluate(
            "table => [...table.querySelectorAll('tbody td, tfoot td')]"
            ".map(cell => cell.querySelector('data')?.value ?? '')"
        )
    )


def cells_of_json(found: Json) -> Cells:
    rows = [*found["rows"], {**found["total"], "code": "_T"}]
    return {(row["code"], value["measure"]): value.get("value", "") for row in rows for value in row["values"]}


def cells_of_csv(text: str) -> Cells:
    lines = list(csv.DictReader(io.StringIO(text)))
    per_row = len(MEASURES)
    total = range(len(lines) - per_row, len(lines))
    return {("_T" if at in total else line["code"], line["measure"]): line["value"] for at, line in enumerate(lines)}


def assert_no_small_cell(row: Json) -> None:
    values = {value["measure"]: value.get("value", "") for value in row["values"]}
    people = int(values["EPR"]) if values.get("EPR") else 0
    assert people == 0 or people >= FEWEST


async def test_a_token_is_of_use_until_it_is_revoked(hanbit: Hanbit) -> None:
    name = f"monthly {uuid4().hex[:8]}"
    async with hanbit.visiting("official") as page:
        token = await make_token(page, name)
        assert (await plain(f"{hanbit.url}{TABLE}?area={CITY}", token))[0] == 200
        await page.get_by_role("link", name=f"Revoke {name}").click()
        await page.get_by_role("button", name="Revoke").click()
        await expect(page.locator("section", has_text=name)).to_contain_text("Revoked")
    assert (await plain(f"{hanbit.url}{TABLE}?area={CITY}", token))[0] == 401


async def test_a_token_ends_by_itself(hanbit: Hanbit) -> None:
    async with hanbit.api("official") as official:
        asked = {"displayName": f"ends {uuid4().hex[:8]}", "scopes": ["statistics.read"], "days": 1}
        asked["passphrase"] = DEMO_PASSPHRASE
        me = (await official.get("/people/me"))["name"]
        made = await official.post(f"/{me}/tokens", asked)
    url = hanbit.system.environment["IEUM_MONGO_URL"]
    async with AsyncMongoClient[Json](url, tz_aware=True) as client:
        past = datetime.now(UTC) - timedelta(minutes=1)
        number = made["token"]["name"].rpartition("/")[2]
        changed = await client["ieum_people"]["tokens"].update_one({"_id": number}, {"$set": {"expire_time": past}})
        assert changed.modified_count == 1
    status, _, text = await plain(f"{hanbit.url}{TABLE}?area={CITY}", made["secret"])
    assert status == 401, text


@pytest.mark.parametrize("area", [COUNTY, "areas/HB0201", "areas/HB", "*", "areas/NOWHERE"])
async def test_an_official_sees_nothing_outside_their_area(hanbit: Hanbit, area: str) -> None:
    async with hanbit.visiting("official", width=DESKTOP) as page:
        answer = await page.goto(f"/statistics?area={area}")
        assert answer is not None
        assert answer.status in (403, 404, 422)
        assert "Saebyeok" not in await page.locator("main").inner_text()
        inside = await page.request.get(f"{TABLE}?area={area}")
        assert inside.status in (403, 404)


async def test_an_official_is_offered_their_area_and_those_below_only(hanbit: Hanbit) -> None:
    async with hanbit.visiting("official", width=DESKTOP) as page:
        await page.goto("/statistics")
        await expect(page.get_by_role("heading", name="Statistics: Hanbit City", level=1)).to_be_visible()
        offered = await page.locator("#area option").evaluate_all("all => all.map(each => each.value)")
        assert {each for each in offered if each.startswith("areas/")} == {
            CITY,
            *(f"areas/HB01{number:02}" for number in range(1, 9)),
        }
        await page.goto("/statistics/table?area=areas/HB0101&by=AGE")
        await expect(page.get_by_role("heading", name="Statistics: Solnae-dong", level=1)).to_be_visible()


async def test_a_learner_has_no_statistics(hanbit: Hanbit) -> None:
    async with hanbit.visiting("learner") as page:
        answer = await page.goto("/statistics")
        assert answer is not None
        assert answer.status == 403
        assert (await page.request.get(f"{TABLE}?area={CITY}")).status == 403


async def make_admin(hanbit: Hanbit, login: str, passphrase: str, at: Path) -> None:
    """What `make admin` runs."""
    at.write_text(passphrase)
    command = (sys.executable, "-m", "deploy.admin", "create-admin", "--login", login, "--name", "First Admin")
    made = await asyncio.create_subprocess_exec(
        *(*command, "--passphrase-file", str(at)),
        env=dict(hanbit.system.environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await made.communicate()
    assert made.returncode == 0, said.decode()
    assert "is an administrator now" in said.decode()


async def test_the_first_administrator_comes_by_command_gives_a_role_and_reads_what_happened(
    hanbit: Hanbit, tmp_path: Path
) -> None:
    first, passphrase = f"first-{uuid4().hex[:8]}", "three words together"
    await make_admin(hanbit, first, passphrase, tmp_path / "passphrase")
    name = f"Yu Gwansun {uuid4().hex[:6]}"
    login = await hanbit.newcomer(name)
    async with hanbit.visiting(width=DESKTOP) as page:
        await sign_in_as(page, first, passphrase)
        await give_role(page, login, name, passphrase)
        await page.goto("/admin/audit?who=" + first)
        log = page.locator("table tbody")
        for happened in ("Signed in", "Role given", "Personal data looked at"):
            await expect(log).to_contain_text(happened)
    async with hanbit.visiting(login, width=DESKTOP) as page:
        await page.goto("/statistics")
        await expect(page.get_by_role("heading", name="Statistics: Deulkkot-eup", level=1)).to_be_visible()
        assert (await page.request.get(f"{TABLE}?area={CITY}")).status == 403
        assert (await page.request.get(f"{TABLE}?area=areas/HB0105&format=csv")).status == 200
    async with hanbit.visiting("admin", width=DESKTOP) as page:
        await page.goto("/admin/audit?who=" + login)
        for happened in ("Signed in", "Data downloaded"):
            await expect(page.locator("table tbody")).to_contain_text(happened)


async def sign_in_as(page: Page, login: str, passphrase: str) -> None:
    await page.goto("/sign-in")
    await page.locator("#login").fill(login)
    await page.locator("#passphrase").fill(passphrase)
    await page.locator("#main button.main").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("People")


async def give_role(page: Page, login: str, name: str, passphrase: str) -> None:
    await page.locator("main input[type=search]").first.fill(login)
    await page.locator("main form button").first.click()
    await page.get_by_role("link", name=name).click()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await page.get_by_label("Role", exact=True).select_option("OFFICIAL")
    await page.get_by_label("Where it counts").select_option("areas/HB0105")
    await page.get_by_label("Your own passphrase").fill(passphrase)
    await page.get_by_role("button", name="Give the role").click()
    await expect(page.locator("main .tree")).to_contain_text("Deulkkot-eup")
