from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest

from ieum.courses.v1 import courses_pb2
from services.chassis.clock import now
from services.chassis.errors import Invalid, Missing, Refused
from services.chassis.events.bus import Bus
from services.chassis.events.outbox import Outbox
from services.chassis.principal import ANONYMOUS
from services.chassis.store.mongo import Database
from services.courses.store import media
from services.courses.store.courses import Courses
from services.courses.sweep import UNNAMED, remove_unnamed
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
    assert len({each.SerializeToString(deterministic=True) for each in kept}) == 1
    first = kept[0]
    assert (first.content_type, first.filename, first.size) == ("video/webm", "film.webm", len(WEBM))
    assert await database_of("courses")["media_bytes.files"].count_documents({}) == 1
    read = b""
    while len(read) < first.size:
        part = await desk.as_(ANONYMOUS).ReadMedia(
            courses_pb2.ReadMediaRequest(name=first.name, offset=len(read), length=50_000)
        )
        read += part.data
    assert read == WEBM
    behind = courses_pb2.ReadMediaRequest(name=first.name, offset=len(WEBM), length=10)
    assert (await desk.as_(ANONYMOUS).ReadMedia(behind)).data == b""
    assert await desk.as_(ANONYMOUS).GetMedia(named(courses_pb2.GetMediaRequest, first.name)) == first
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


async def test_nobody_fills_the_store_in_a_day(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MOST_PER_DAY", 2 * len(WEBM))
    for name in ("one.webm", "two.webm"):
        assert await desk.upload(WEBM, name)
    for _ in range(2):
        with pytest.raises(Refused, match="MEDIA_QUOTA"):
            await desk.upload(WEBM, "three.webm")


async def test_what_nothing_names_is_removed_after_a_month_and_everything_else_stays(
    desk: Desk, database_of: Callable[[str], Database], events: Bus
) -> None:
    """ASVS review, L5."""
    names = {what: await desk.upload(PNG, f"{what}.png") for what in ("draft", "text", "new", "again", "left")}
    await desk.create(cover=names["draft"])
    database = database_of("courses")
    text = {"_id": "c-1", "content": {"lessons": [{"blocks": [{"markdown": {"ko": f"![]({names['text']})"}}]}]}}
    await database["versions"].insert_one(text)
    old = now() - UNNAMED - timedelta(days=1)
    keys = [name.removeprefix("media/") for what, name in names.items() if what != "new"]
    await database["media"].update_many({"_id": {"$in": keys}}, {"$set": {"uploaded": old}})
    await desk.upload(PNG, "again.png")
    courses, store = Courses(database, Outbox(events)), media.MediaStore(database)
    assert [await remove_unnamed(courses, store, now()) for _ in range(2)] == [1, 0]
    left = {each["_id"] async for each in database["media"].find({"_id": {"$gt": ""}})}
    assert left == {name.removeprefix("media/") for what, name in names.items() if what != "left"}
    assert await database["media_bytes.files"].count_documents({}) == len(left)
    assert await desk.upload(PNG, "left.png") == names["left"]


async def test_a_file_of_version_0_1_is_as_old_as_its_bytes(desk: Desk, database_of: Callable[[str], Database]) -> None:
    key = (await desk.upload(PNG)).removeprefix("media/")
    database = database_of("courses")
    await database["media"].update_one({"_id": key}, {"$unset": {"uploaded": ""}})
    store = media.MediaStore(database)
    assert await store.uploaded_before(now() - timedelta(days=1)) == []
    assert await store.uploaded_before(now() + timedelta(days=1)) == [key]
    await store.remove(key, now() + timedelta(days=1))
    assert await store.find(key) is None
