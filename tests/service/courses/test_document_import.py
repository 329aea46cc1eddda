from __future__ import annotations

import pytest

from ieum.courses.v1 import courses_pb2
from services.chassis.errors import Invalid, Missing, Refused
from tests.service.courses.desk import PNG, Desk
from tests.unit.courses import documents

WORD = documents.word(
    documents.heading(1, "사진 보내기"),
    documents.drawing("seen", "단추"),
    documents.drawing("unseen", ""),
    documents.heading(1, "사진 받기"),
    documents.paragraph(documents.run("받은 사진을 여세요.")),
)


def request(course: courses_pb2.Course, data: bytes = WORD, id: str = "once") -> courses_pb2.ImportDocumentRequest:
    return courses_pb2.ImportDocumentRequest(
        parent=course.name, language="ko", filename=r"C:\\자료\\사진.docx", data=data, request_id=id
    )


async def test_a_document_becomes_lessons_at_the_end_of_the_draft_once(desk: Desk) -> None:
    course = await desk.complete()
    made = await desk.teacher.ImportDocument(request(course))
    assert made == await desk.teacher.ImportDocument(request(course))
    assert made == await desk.teacher.GetDocumentImport(courses_pb2.GetDocumentImportRequest(name=made.name))
    assert made.filename == "사진.docx"
    assert [(each.what, each.where, each.count) for each in made.left_out] == [
        (courses_pb2.LeftOutKind.PICTURE, "사진 보내기", 1)
    ]
    after = await desk.teacher.GetCourse(courses_pb2.GetCourseRequest(name=course.name))
    _, *new = after.draft.lessons
    assert [lesson.id for lesson in new] == list(made.lessons)
    assert [lesson.title["ko"] for lesson in new] == ["사진 보내기", "사진 받기"]
    picture = new[0].blocks[0].image
    assert picture.alt["ko"] == "단추"
    medium = await desk.teacher.GetMedia(courses_pb2.GetMediaRequest(name=picture.media[""]))
    assert (medium.content_type, medium.size) == ("image/png", len(documents.png()))
    assert new[1].blocks[0].text.markdown["ko"] == "받은 사진을 여세요."


async def test_lessons_that_were_deleted_since_do_not_come_back(desk: Desk) -> None:
    course = await desk.complete()
    made = await desk.teacher.ImportDocument(request(course))
    for lesson in made.lessons:
        await desk.teacher.DeleteLesson(courses_pb2.DeleteLessonRequest(parent=course.name, lesson=lesson))
    await desk.teacher.ImportDocument(request(course))
    after = await desk.teacher.GetCourse(courses_pb2.GetCourseRequest(name=course.name))
    assert len(after.draft.lessons) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PNG, "DOCUMENT_TYPE"),
        (documents.word(), "DOCUMENT_EMPTY"),
        (documents.packed({"word/document.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}), "DOCUMENT_UNREADABLE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "MEDIA_OLD_OFFICE"),
        (b"", "DOCUMENT_TYPE"),
    ],
    ids=["picture", "empty", "entities", "old", "nothing"],
)
async def test_what_is_no_document_is_refused_with_what_to_do(desk: Desk, data: bytes, reason: str) -> None:
    course = await desk.create()
    with pytest.raises(Invalid, match=reason):
        await desk.teacher.ImportDocument(request(course, data))


async def test_nothing_is_added_during_a_review(desk: Desk) -> None:
    course = await desk.complete()
    await desk.teacher.SubmitCourse(courses_pb2.SubmitCourseRequest(name=course.name))
    with pytest.raises(Refused, match="COURSE_IN_REVIEW"):
        await desk.teacher.ImportDocument(request(course))
    with pytest.raises(Missing, match="IMPORT_NOT_FOUND"):
        await desk.teacher.GetDocumentImport(courses_pb2.GetDocumentImportRequest(name=f"{course.name}/imports/x"))
