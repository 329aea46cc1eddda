from __future__ import annotations

from aiohttp import FormData

from gateway.web.author.document import LEFT_OUT
from ieum.courses.v1.content_pb2 import Content
from ieum.courses.v1.courses_pb2 import Course, DocumentImport, LeftOut, LeftOutKind
from services.chassis.errors import Invalid
from tests.gateway.author.test_courses import headers, lesson_
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

HERE = "/teach/c1/document"


def signed_in(fake: Fakes) -> dict[str, str]:
    fake.sign_in("inst", "instructor")
    draft = Content(languages=["ko"], lessons=[lesson_()])
    fake.answers["GetCourse"] = Course(name="courses/c1", teachers=["people/inst"], draft=draft)
    return headers("inst") | {"Accept-Language": "en"}


def form(**fields: str) -> FormData:
    data = FormData({"key": "k1", "language": "ko"} | fields, quote_fields=False)
    data.add_field("file", b"bytes", filename="사진.pptx", content_type="application/octet-stream")
    return data


async def test_a_document_is_sent_once_and_its_page_says_what_came_of_it(client: Client, fake: Fakes) -> None:
    ask = signed_in(fake)
    left = LeftOut(what=LeftOutKind.NOTES, where="주문하기", count=2)
    made = DocumentImport(name="courses/c1/imports/i1", filename="사진.pptx", lessons=["l1", "gone"], left_out=[left])
    fake.answers["ImportDocument"] = fake.answers["GetDocumentImport"] = made
    asked = await client.get(HERE, headers=ask)
    assert 'accept=".pptx,.docx,.hwpx,' in await asked.text()
    sent = await client.post(HERE, data=form(), headers=ask, allow_redirects=False)
    assert (sent.status, sent.headers["Location"]) == (303, "/teach/c1/imports/i1")
    request = fake.requests("ImportDocument")[-1]
    assert (request.request_id, request.filename, request.data) == ("k1", "사진.pptx", b"bytes")
    page = await (await client.get("/teach/c1/imports/i1", headers=ask)).text()
    for words in (
        "2 new lessons",
        "2 screens · 1 question",
        'href="/teach/c1/lessons/l1"',
        LEFT_OUT[LeftOutKind.NOTES],
        "주문하기",
    ):
        assert words in page


async def test_a_refused_document_is_asked_for_again_with_the_reason(client: Client, fake: Fakes) -> None:
    ask = signed_in(fake)
    fake.answers["ImportDocument"] = Invalid("DOCUMENT_UNREADABLE", field="data")
    answer = await client.post(HERE, data=form(), headers=ask)
    assert answer.status == 400
    page = await answer.text()
    assert "save it under another name without a password" in page
    assert 'value="k1"' in page


def test_everything_that_may_be_left_out_has_its_words() -> None:
    assert set(LEFT_OUT) == set(LeftOutKind.values()) - {LeftOutKind.LEFT_OUT_KIND_UNSPECIFIED}
