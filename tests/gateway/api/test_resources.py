"""What the API does beyond carrying shapes: files by range, tables as CSV, names in grids, certificates, waiting."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from pypdf import PdfReader

from gateway.documents import csv as table
from gateway.documents.live_table import COLUMNS
from ieum.courses.v1.courses_pb2 import CompetenceArea, ListCompetencesResponse, Media, ReadMediaResponse, Version
from ieum.enrollment.v1.enrollment_pb2 import Enrollment
from ieum.people.v1.people_pb2 import BatchGetNamesResponse, CertificateHolder
from ieum.progress.v1 import progress_pb2
from ieum.statistics.v1 import statistics_pb2
from services.chassis.errors import Missing, Unavailable
from tests.gateway.conftest import Client
from tests.gateway.fakes import MOMENT, Fakes

TOKEN = {"Authorization": "Bearer ieum_somebody"}
COOKIE = {"Cookie": "ieum_session=ieum_somebody"}
FILE = bytes(range(256)) * 10_000


@pytest.fixture(autouse=True)
def signed_in(fake: Fakes) -> None:
    fake.sign_in("ieum_somebody", "official", "instructor", token_scopes=["statistics.read"])


def put_file(fake: Fakes, content_type: str = "video/webm", filename: str = "영상 1.webm") -> None:
    fake.answers["GetMedia"] = Media(
        name="media/1", content_type=content_type, filename=filename, size=len(FILE), sha256="cafe"
    )
    fake.answers["ReadMedia"] = lambda asked: ReadMediaResponse(data=FILE[asked.offset : asked.offset + asked.length])


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        (None, 0, len(FILE)),
        ("bytes=0-", 0, len(FILE)),
        ("bytes=0-99", 0, 100),
        ("bytes=2500000-", 2_500_000, len(FILE)),
        ("bytes=-5", -5, None),
    ],
)
async def test_a_file_is_sent_whole_or_by_range(
    client: Client, fake: Fakes, asked: str | None, start: int, stop: int | None
) -> None:
    put_file(fake)
    answer = await client.get("/api/v1/media/1", headers={"Range": asked} if asked else {})
    assert answer.status == (206 if asked else 200)
    assert await answer.read() == FILE[start:stop]
    assert answer.headers["Accept-Ranges"] == "bytes"


async def test_a_range_beyond_the_end_gets_416(client: Client, fake: Fakes) -> None:
    put_file(fake)
    beyond = await client.get("/api/v1/media/1", headers={"Range": "bytes=9999999-"})
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{len(FILE)}")


async def test_a_file_that_the_browser_has_cached_gets_304(client: Client, fake: Fakes) -> None:
    put_file(fake)
    answer = await client.get("/api/v1/media/1", headers={"If-None-Match": '"cafe"'})
    assert (answer.status, await answer.read()) == (304, b"")
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(("kind", "shown"), [("image/png", "inline"), ("application/pdf", "attachment")])
async def test_a_file_that_is_no_image_or_video_is_downloaded(
    client: Client, fake: Fakes, kind: str, shown: str
) -> None:
    put_file(fake, kind, 'a"\r\nX-Bad: 1.pdf')
    answer = await client.get("/api/v1/media/1")
    assert answer.headers["Content-Disposition"].startswith(shown)
    assert "X-Bad" not in answer.headers
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


async def test_a_file_is_uploaded_raw_and_from_a_form(client: Client, fake: Fakes) -> None:
    raw = {"Content-Type": "application/octet-stream"}
    await client.post("/api/v1/media?filename=a.png", data=io.BytesIO(b"raw"), headers=TOKEN | raw)
    await client.post("/api/v1/media", data={"file": io.BytesIO(b"form")}, headers=TOKEN)
    assert [sent.data for sent in fake.requests("UploadMedia")] == [b"raw", b"form"]


def cells() -> statistics_pb2.Table:
    shown = statistics_pb2.Value(measure="CMP", value="12", obs_status="A", unit="PERSONS")
    hidden = statistics_pb2.Value(measure="CMP", obs_status="Q", unit="PERSONS")
    row = statistics_pb2.Row(code="areas/HB0101", title={"ko": "=솔내동", "en": "Sollae"}, values=[hidden])
    total = statistics_pb2.Row(code="_T", values=[shown])
    return statistics_pb2.Table(
        area="areas/HB01",
        universe=statistics_pb2.RESIDENT,
        by=statistics_pb2.REF_AREA,
        as_of=MOMENT,
        rows=[row],
        total=total,
        method_version="1",
    )


async def test_csv_and_json_hold_the_same_numbers(client: Client, fake: Fakes) -> None:
    fake.answers["QueryTable"] = cells()
    address = "/api/v1/statistics/table?area=areas/HB01&by=REF_AREA"
    document = await (await client.get(address, headers=TOKEN)).json()
    text = await (await client.get(address, headers=TOKEN | {"Accept": "text/csv"})).text()
    lines = list(csv.DictReader(io.StringIO(text)))
    assert tuple(lines[0]) == COLUMNS
    rows = [*document["rows"], document["total"]]
    in_json = [(row["code"], value["value"], value["obsStatus"]) for row in rows for value in row["values"]]
    assert in_json == [(line["code"], line["value"], line["obs_status"]) for line in lines]
    assert [line["value"] for line in lines] == ["", "12"]
    assert lines[0]["title"] == "'=솔내동"


async def test_an_export_is_recorded_before_it_leaves(client: Client, fake: Fakes) -> None:
    fake.answers["QueryTable"] = lambda asked: Unavailable("SERVICE_AWAY") if asked.export else cells()
    refused = await client.get("/api/v1/statistics/table?format=csv", headers=TOKEN)
    assert refused.status == 503, "nothing leaves that the statistics service could not note"
    assert (await client.get("/api/v1/statistics/table?format=json", headers=TOKEN)).status == 200


async def test_csv_has_a_byte_order_mark_for_browsers_and_none_for_programs(client: Client, fake: Fakes) -> None:
    fake.answers["QueryTable"] = cells()
    address = "/api/v1/statistics/table?format=csv"
    assert (await (await client.get(address, headers=COOKIE)).read()).startswith("\ufeffarea,".encode())
    assert (await (await client.get(address, headers=TOKEN)).read()).startswith(b"area,")


async def test_a_media_type_that_is_not_offered_gets_406(client: Client) -> None:
    assert (await client.get("/api/v1/statistics/table", headers=TOKEN | {"Accept": "image/png"})).status == 406


@pytest.mark.parametrize(
    ("cell", "written"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("-x", "'-x"), ("-1.5", "-1.5"), ("+82", "'+82"), ("가", "가"), (None, "")],
)
def test_no_cell_is_a_formula(cell: table.Cell, written: str) -> None:
    assert table.lines([[cell, 1]]) == f"{written},1\r\n"


def grid_of(asked: Any) -> progress_pb2.ListGridResponse:
    """Two learners, one to a page."""
    second = bool(asked.page_token)
    row = progress_pb2.GridRow(
        enrollment="enrollments/1",
        person="people/2" if second else "people/1",
        cells=bytes([progress_pb2.DONE, progress_pb2.LESSON_STATE_UNSPECIFIED, 81, 0]),
        percent=50,
    )
    columns = [progress_pb2.GridColumn(lesson=lesson, title={"ko": lesson}) for lesson in ("a", "b")]
    token = "" if second else "next"
    return progress_pb2.ListGridResponse(rows=[row], columns=columns, next_page_token=token)


async def test_the_grid_has_names_and_its_csv_has_every_learner(client: Client, fake: Fakes) -> None:
    fake.answers["ListGrid"] = grid_of
    fake.answers["BatchGetNames"] = BatchGetNamesResponse(display_names={"people/1": "박은지"})
    document = await (await client.get("/api/v1/courses/x/grid", headers=TOKEN)).json()
    assert (document["rows"][0]["displayName"], document["rows"][0]["states"]) == ("박은지", ["DONE", None])
    text = await (await client.get("/api/v1/courses/x/grid?format=csv", headers=TOKEN)).text()
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(line["person"], line["name"]) for line in lines] == [("people/1", "박은지"), ("people/2", "")]
    assert (lines[0]["1. a"], lines[0]["1. a (%)"], lines[0]["2. b"]) == ("DONE", "80", "")
    assert [asked.export for asked in fake.requests("ListGrid")] == [False, True, True]


async def test_enrolling_is_answered_when_learning_can_begin(client: Client, fake: Fakes) -> None:
    fake.answers["Enrol"] = Enrollment(name="enrollments/abc-1")
    fake.answers["GetProgress"] = Missing("PROGRESS_NOT_FOUND")
    answer = await client.post("/api/v1/enrollments", json={"course": "courses/x"}, headers=TOKEN)
    assert (await answer.json())["name"] == "enrollments/abc-1"
    assert [(asked.name, asked.wait) for asked in fake.requests("GetProgress")] == [("progress/abc-1", True)]


async def test_late_progress_is_answered_with_retry_after(client: Client, fake: Fakes) -> None:
    fake.answers["GetProgress"] = Missing("PROGRESS_NOT_FOUND")
    soon = await client.get("/api/v1/progress/abc-1", headers=TOKEN)
    assert (soon.status, soon.headers["Retry-After"]) == (503, "1")
    fake.answers["GetEnrollment"] = Missing("ENROLLMENT_NOT_FOUND")
    assert (await client.get("/api/v1/progress/abc-1", headers=TOKEN)).status == 404


def hand_out(fake: Fakes, holder: str) -> None:
    certificate = progress_pb2.Certificate(
        name="certificates/IEUM-1",
        state=progress_pb2.VALID,
        person=holder,
        course="courses/x",
        version=1,
        course_title={"ko": "사진 보내기", "en": "Sending photos"},
        minutes=75,
        issue_time=MOMENT,
    )
    reason = progress_pb2.CompletionReason(lessons_counted=3, pass_mark=60, scores=[progress_pb2.QuizScore()])
    progress = progress_pb2.Progress(certificate=certificate, completion_reason=reason)
    fake.answers["VerifyCertificate"] = certificate
    fake.answers["ListProgress"] = progress_pb2.ListProgressResponse(progress=[progress])
    fake.answers["GetCertificateHolder"] = CertificateHolder(display_name="박은지")
    fake.answers["GetVersion"] = Version()
    fake.answers["ListCompetences"] = ListCompetencesResponse(areas=[CompetenceArea(id="2")])


@pytest.mark.parametrize(
    ("language", "words"), [("ko", ["수료증", "사진 보내기"]), ("en", ["Certificate of completion", "Sending photos"])]
)
async def test_a_certificate_is_one_tagged_page_in_the_readers_language(
    client: Client, fake: Fakes, language: str, words: list[str]
) -> None:
    hand_out(fake, "people/ieum-somebody")
    headers = TOKEN | {"Cookie": f"lang={language}"}
    answer = await client.get("/api/v1/certificates/IEUM-1.pdf", headers=headers)
    assert answer.content_type == "application/pdf"
    document = PdfReader(io.BytesIO(await answer.read()))
    assert len(document.pages) == 1
    root: Any = document.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, language)
    text = document.pages[0].extract_text()
    for expected in (*words, "박은지", "IEUM-1", "60%"):
        assert expected in text.replace("\u00a0", " "), text


async def test_a_certificate_document_is_for_its_holder_alone(client: Client, fake: Fakes) -> None:
    hand_out(fake, "people/another")
    assert (await client.get("/api/v1/certificates/IEUM-1.pdf", headers=TOKEN)).status == 403
    assert (await client.get("/api/v1/certificates/IEUM-1.pdf")).status == 401
    public = await client.get("/api/v1/certificates/IEUM-1")
    assert public.status == 200
    assert "person" not in await public.json()
