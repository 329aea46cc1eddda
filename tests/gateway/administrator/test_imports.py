"""A file of people is uploaded, its columns are named, and what each line would do is shown before it is approved."""

from __future__ import annotations

import pytest
from aiohttp import FormData
from playwright.async_api import Browser

from ieum.people.v1 import imports_pb2 as pb
from services.chassis.errors import Conflict, Forbidden
from tests.browser import axe_findings, page_of, sideways, small_print
from tests.gateway.centre.test_centre import STAFF
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, get, post

NAME = "imports/" + "a" * 16
HERE = f"/admin/{NAME}"
HEADER = ["성명", "출생연도", "연락처", "비고"]
FILE = "성명;출생연도;연락처;비고\n강영희;1949;010-1111-2222;=1+1\n\n박철수;1950\n".encode("cp949")
LINES = [
    pb.ImportLine(number=2, cells=["강영희", "1949", "010-1111-2222", "=1+1"], verdict=pb.LINE_NEW),
    pb.ImportLine(
        number=4, cells=["박철수", "1950"], verdict=pb.LINE_CHANGE, person="people/park",
        changes=[
            pb.LineChange(field="phone", after="01033334444"),
            pb.LineChange(field="area", before="areas/HB01", after="areas/HB0101"),
        ],
    ),
    pb.ImportLine(
        number=5, cells=["최", "19"], verdict=pb.LINE_ERROR,
        faults=[
            pb.LineFault(reason="BIRTH_YEAR_INVALID", column=2, details={"min": "1900", "max": "2026"}),
            pb.LineFault(reason="IMPORT_TWICE", details={"line": "3"}),
        ],
    ),
]  # fmt: skip


def imported(state: pb.ImportState.ValueType, **more: object) -> pb.Import:
    found = pb.Import(name=NAME, file_name="마을.csv", state=state, header=HEADER, lines=3, encoding="cp949")
    if state != pb.IMPORT_LOADING:
        found.columns.extend(["display_name", "birth_year", "phone", ""])
        found.plan_hash = "hash"
        found.done = 1
        found.counts.update({"new": 1, "change": 1, "error": 1})
    return found


@pytest.fixture(autouse=True)
def staff(town: Fakes) -> None:
    town.sign_in("teacher", "administrator", scope="areas/HB01")
    town.answers["CreateImport"] = imported(pb.IMPORT_LOADING)
    town.answers["GetImport"] = imported(pb.IMPORT_LOADING)
    town.answers["ListImports"] = pb.ListImportsResponse(imports=[imported(pb.IMPORT_PLANNED)])
    town.answers["ListImportLines"] = pb.ListImportLinesResponse(lines=LINES)


async def upload(client: Client, content: bytes, name: str = "마을.csv") -> tuple[int, str, str]:
    form = FormData()
    form.add_field("file", content, filename=name, content_type="text/csv")
    answer = await client.post("/admin/imports", data=form, headers=STAFF, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), await answer.text()


async def test_a_file_is_handed_on_with_the_numbers_of_its_lines(client: Client, town: Fakes) -> None:
    assert "마을.csv" in await get(client, "/admin/imports", STAFF)
    assert (await upload(client, FILE))[:2] == (303, HERE)
    (created,) = town.requests("CreateImport")
    assert (list(created.header), created.encoding) == (HEADER, "cp949")
    added = town.requests("AddImportLines")
    assert [(each.first, [list(line.cells) for line in each.lines]) for each in added] == [
        (2, [["강영희", "1949", "010-1111-2222", "=1+1"]]),
        (4, [["박철수", "1950"]]),
    ]


async def test_a_file_that_cannot_be_read_is_refused_in_words(client: Client, town: Fakes) -> None:
    for content, words in ((b"", "Line 1: the first line must name the columns."), (b"a\n\xff\xff", "Line 2")):
        status, _, text = await upload(client, content)
        assert (status, words in text) == (422, True)
    assert not town.requests("CreateImport")


async def test_columns_are_guessed_by_their_headings_and_can_be_changed(client: Client, town: Fakes) -> None:
    text = " ".join((await get(client, HERE, STAFF)).split())
    assert '<option value="display_name" selected>' in text
    assert '<option value="phone" selected>' in text
    assert "강영희, 박철수" in text
    form = {"column": ["display_name", "birth_year", "", "phone"], "area": "areas/HB0101"}
    assert (await post(client, f"{HERE}/plan", form, STAFF))[:2] == (303, HERE)
    (asked,) = town.requests("PlanImport")
    assert (list(asked.columns), asked.area) == (form["column"], "areas/HB0101")


async def test_what_each_line_would_do_stands_in_words(client: Client, town: Fakes) -> None:
    town.answers["GetImport"] = imported(pb.IMPORT_PLANNED)
    text = await get(client, f"{HERE}?show=change", STAFF)
    assert town.requests("ListImportLines")[-1].verdict == pb.LINE_CHANGE
    assert "Registers 강영희, 1949, 010-1111-2222" in text
    assert "Telephone: 01033334444" in text
    assert "Where they live: Solnae instead of Hanbit" in text
    assert "Column “출생연도”: Write the year of birth" in text
    assert "Line 3 is about the same person" in text
    assert (await post(client, f"{HERE}/approve", {"plan_hash": "hash"}, STAFF))[:2] == (303, HERE)
    assert [each.plan_hash for each in town.requests("ApproveImport")] == ["hash"]
    town.answers["ApproveImport"] = Conflict("IMPORT_PLAN_CHANGED", field="plan_hash")
    status, _, text = await post(client, f"{HERE}/approve", {"plan_hash": "old"}, STAFF)
    assert (status, "checked again meanwhile" in text) == (412, True)


async def test_the_file_comes_back_with_what_is_to_be_said_and_without_formulas(client: Client, town: Fakes) -> None:
    town.answers["GetImport"] = imported(pb.IMPORT_PLANNED)
    lines = (await get(client, f"{HERE}/lines.csv", STAFF)).removeprefix("\ufeff").splitlines()
    assert lines[0] == "성명,출생연도,연락처,비고,What Ieum says,Line"
    assert lines[1].startswith("강영희,1949,010-1111-2222,'=1+1,")
    assert lines[2].startswith("박철수,1950,,,")
    assert lines[3].endswith(",5")


async def test_progress_is_shown_and_the_file_can_be_taken_back(client: Client, town: Fakes) -> None:
    town.answers["GetImport"] = imported(pb.IMPORT_APPLYING)
    text = await get(client, HERE, STAFF)
    assert '<meta http-equiv="refresh" content="3">' in text
    assert "1 of 3 lines" in text
    assert not town.requests("ListImportLines")
    town.answers["GetImport"] = imported(pb.IMPORT_APPLIED)
    assert "Take the whole file back" in await get(client, HERE, STAFF)
    assert (await post(client, f"{HERE}/undo", {}, STAFF))[:2] == (303, HERE)
    assert len(town.requests("UndoImport")) == 1


async def test_only_administrators_see_files_and_learners_may_not_upload(client: Client, town: Fakes) -> None:
    await get(client, "/admin/imports", PAT, 403)
    town.answers["GetImport"] = Forbidden("ROLE_NEEDED", roles="administrator")
    await get(client, HERE, STAFF, 403)


async def test_the_pages_fit_a_small_screen_and_can_be_read_aloud(
    client: Client, town: Fakes, browser: Browser
) -> None:
    async with page_of(browser, 360) as (page, problems):
        origin = str(client.make_url("/"))
        await page.context.add_cookies(
            [
                {"name": "ieum_session", "value": "teacher", "url": origin},
                {"name": "lang", "value": "ko", "url": origin},
            ]
        )
        states = (pb.IMPORT_LOADING, pb.IMPORT_PLANNED, pb.IMPORT_APPLIED)
        for path, state in [("/admin/imports", states[0]), *((f"{HERE}?show=new", state) for state in states)]:
            town.answers["GetImport"] = imported(state)
            await page.goto(str(client.make_url(path)))
            assert (await axe_findings(page), await sideways(page) <= 0, await small_print(page)) == ([], True, []), (
                path
            )
        assert problems == []
