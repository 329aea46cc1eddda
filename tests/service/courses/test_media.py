from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Callable

import pytest

from ieum.courses.v1 import courses_pb2
from services.chassis.errors import Invalid, Missing
from services.chassis.principal import ANONYMOUS
from services.chassis.store.entities import Database
from tests.service.courses.desk import (
    PNG,
    WEBM,
    Desk,
    named,
)


async def test_the_same_bytes_uploaded_at_once_are_kept_once_and_read_in_parts(
    desk: Desk, database_of: Callable[[str], Database]
) -> None:
    request = courses_pb2.UploadMediaRequest(filename="C:\\films\\film.webm", data=WEBM)
    kept = await asyncio.gather(*(desk.teacher.UploadMedia(request) for _ in range(20)))
    assert len({media.SerializeToString(deterministic=True) for media in kept}) == 1
    media = kept[0]
    assert (media.content_type, media.filename, media.size) == ("video/webm", "film.webm", len(WEBM))
    assert await database_of("courses")["media_bytes.files"].count_documents({}) == 1
    read = b""
    while len(read) < media.size:
        part = await desk.as_(ANONYMOUS).ReadMedia(
            courses_pb2.ReadMediaRequest(name=media.name, offset=len(read), length=50_000)
        )
        read += part.data
    assert read == WEBM
    behind = courses_pb2.ReadMediaRequest(name=media.name, offset=len(WEBM), length=10)
    assert (await desk.as_(ANONYMOUS).ReadMedia(behind)).data == b""
    assert await desk.as_(ANONYMOUS).GetMedia(named(courses_pb2.GetMediaRequest, media.name)) == media
    with pytest.raises(Missing, match="MEDIA_NOT_FOUND"):
        await desk.as_(ANONYMOUS).ReadMedia(named(courses_pb2.ReadMediaRequest, "media/nothere"))


async def test_a_large_upload_passes_and_a_larger_one_is_refused(desk: Desk) -> None:
    largest = 32 * 1024 * 1024
    assert await desk.upload(PNG + bytes(largest - len(PNG)))
    with pytest.raises(Invalid, match="MEDIA_TOO_LARGE"):
        await desk.upload(PNG + bytes(largest - len(PNG) + 1))


async def test_a_document_with_macros_is_refused(desk: Desk) -> None:
    def document(*parts: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for part in parts:
                archive.writestr(part, "x")
        return buffer.getvalue()

    assert await desk.upload(document("[Content_Types].xml", "word/document.xml"), "card.docx")
    with pytest.raises(Invalid, match="MEDIA_ACTIVE"):
        await desk.upload(document("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "card.docx")
