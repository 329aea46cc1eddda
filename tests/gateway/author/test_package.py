from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from aiohttp import FormData

from gateway.documents.course_package import PackageReader
from gateway.web.author import package
from ieum.courses.v1.content_pb2 import Content
from ieum.courses.v1.courses_pb2 import Course, DocumentImport, ExportedCourse, Media, PackedFile, ReadMediaResponse
from services.chassis.errors import Invalid
from tests.gateway.author.test_courses import headers, lesson_
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes

PICTURE = b"picture"


def signed_in(fake: Fakes) -> dict[str, str]:
    fake.sign_in("inst", "instructor")
    media = Media(name="media/old", content_type="image/png", filename="그림.png", size=7)
    media.sha256 = hashlib.sha256(PICTURE).hexdigest()
    fake.answers["ExportCourse"] = ExportedCourse(
        content=b'{"cover": "media/a"}', files=[PackedFile(name="media/a", media=media)], title={"ko": "사진/문자"}
    )
    fake.answers["ReadMedia"] = lambda request: ReadMediaResponse(data=PICTURE[request.offset :][:4])
    fake.answers["UploadMedia"] = Media(name="media/new")
    fake.answers["ImportCourse"] = Course(name="courses/c2")
    return headers("inst") | {"Accept-Language": "en"}


def form(data: bytes, **fields: str) -> FormData:
    sent = FormData({"key": "k1"} | fields, quote_fields=False)
    sent.add_field("file", data, filename="a.ieum.zip", content_type="application/zip")
    return sent


async def test_a_course_is_saved_as_a_file_and_made_of_it_again(client: Client, fake: Fakes) -> None:
    ask = signed_in(fake)
    saved = await client.get("/teach/c1/export", headers=ask)
    assert "%EC%82%AC%EC%A7%84_%EB%AC%B8%EC%9E%90.ieum.zip" in saved.headers["Content-Disposition"]
    data = await saved.read()
    read = PackageReader(io.BytesIO(data))
    assert [(each.name, read.data(each)) for each in read.media] == [("media/a", PICTURE)]

    made = await client.post("/teach/import", data=form(data), headers=ask, allow_redirects=False)
    assert (made.status, made.headers["Location"]) == (303, "/teach/c2")
    (upload,) = fake.requests("UploadMedia")
    assert (upload.filename, upload.data) == ("그림.png", PICTURE)
    (request,) = fake.requests("ImportCourse")
    assert (request.request_id, request.content, dict(request.media)) == ("k1", read.content, {"media/a": "media/new"})


async def test_the_api_gives_and_takes_the_same_file(client: Client, fake: Fakes) -> None:
    ask = signed_in(fake)
    data = await (await client.get("/api/v1/courses/c1:export", headers=ask)).read()
    sent = ask | {"Content-Type": "application/vnd.ieum.course+zip"}
    made = await client.post("/api/v1/courses:import?requestId=k1", data=data, headers=sent)
    assert (await made.json())["name"] == "courses/c2"
    assert fake.requests("ImportCourse")[-1].request_id == "k1"


async def test_a_common_cartridge_is_offered_in_each_language_with_what_it_lacks(client: Client, fake: Fakes) -> None:
    ask = signed_in(fake)
    draft = Content(title={"ko": "사진"}, languages=["ko", "en"], lessons=[lesson_()])
    draft.lessons[0].blocks[1].quiz.items[0].ordering.SetInParent()
    fake.answers["GetCourse"] = Course(name="courses/c1", draft=draft)
    shown = await (await client.get("/teach/c1/cartridge?lang=ko", headers=ask)).text()
    assert "어느 것이 맞나요?" in shown
    assert 'href="/teach/c1/cartridge.imscc?lang=en"' in shown
    for address in ("/teach/c1/cartridge.imscc?lang=ko", "/api/v1/courses/c1:cartridge?inLanguage=ko"):
        saved = await client.get(address, headers=ask)
        assert "%EC%82%AC%EC%A7%84.imscc" in saved.headers["Content-Disposition"]
        with zipfile.ZipFile(io.BytesIO(await saved.read())) as opened:
            assert opened.namelist() == ["imsmanifest.xml", "pages/page-l1-b1.html"]


async def test_a_course_is_made_of_another_systems_file(client: Client, fake: Fakes) -> None:
    ask = signed_in(fake)
    fake.answers["CreateCourseOfDocument"] = DocumentImport(name="courses/c3/imports/i3")
    made = await client.post("/teach/import", data=form(b"a {T}", language="ko"), headers=ask, allow_redirects=False)
    assert (made.status, made.headers["Location"]) == (303, "/teach/c3/imports/i3")
    (request,) = fake.requests("CreateCourseOfDocument")
    assert (request.request_id, request.language, request.data) == ("k1", "ko", b"a {T}")


async def test_another_file_is_asked_for_again_with_the_reason(
    client: Client, fake: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = signed_in(fake)
    fake.answers["CreateCourseOfDocument"] = Invalid("DOCUMENT_TYPE", field="data")
    monkeypatch.setattr(package, "LARGEST_FILE", 4)
    for sent, reason in (
        (form(b"PK\x03\x04"), "Nothing can be made of this kind"),
        (form(b"PK\x03\x04more"), "MB. Save it without its films"),
        ({"key": "k1"}, "Choose a file first"),
    ):
        answer = await client.post("/teach/import", data=sent, headers=ask)
        assert answer.status == 400
        assert reason in await answer.text()
