from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from services.courses.documents import formats, package
from services.courses.documents.drafting import draft_lessons, files_of
from services.courses.documents.reading import Attachment, LeftOut, Picture, Questions, ReadDocument, Unreadable, Words
from services.courses.domain.draft_limits import check_lesson
from tests.unit.courses import platforms as made
from tests.unit.courses.test_questions import items, texts


def told(document: ReadDocument) -> list[tuple[str, list[list[str]]]]:
    def words(part: object) -> str:
        match part:
            case Words():
                return part.markdown
            case Picture():
                return f"[{part.alt}]"
            case Attachment():
                return f"({part.filename})"
            case Questions():
                return f"? {part.title}: {', '.join(each.item.prompt[''] for each in part.questions)}"
        raise AssertionError(part)

    return [
        (lesson.title, [[words(part) for part in screen.parts] for screen in lesson.screens])
        for lesson in document.lessons
    ]


def left(document: ReadDocument) -> set[tuple[LeftOut, str]]:
    return {(each.what, each.where) for each in document.left}


@pytest.mark.parametrize("pack", [made.tarred, made.packed, lambda parts: made.tarred(parts, "./")])
def test_a_section_of_a_moodle_backup_becomes_a_lesson(pack: object) -> None:
    document = formats.read(pack(made.moodle_backup(people=True)), "파일")  # type: ignore[operator]
    assert (document.title, document.summary) == ("휴대전화 기초", "함께 배워요")
    assert told(document) == [
        (
            "첫 주",
            [
                ["여는 글"],
                ["## 첫 쪽\n\n## 누르기\n\n단추를 **누르세요**.", "[단추]", "<https://video.example/1>"],
                ["사이 글"],
                ["## 첫째 장\n\n처음"],
                ["## 둘째 장\n\n끝"],
                ["## 누리집\n\n[https://example.org/?a=1&b=2](<https://example.org/?a=1&b=2>)"],
                ["## 안내문", "(안내.pdf)"],
                ["? 퀴즈: 수도는?, 바다는 넓다."],
                ["## 자기소개\n\n인사해요"],
                ["## 갈래"],
                ["## 읽기\n\n글"],
                ["## 물음\n\n무엇?"],
            ],
        )
    ]
    assert left(document) == {
        (LeftOut.PEOPLE, ""),
        (LeftOut.EMBEDDED, "첫 쪽"),
        (LeftOut.QUESTION, "퀴즈 3"),
        (LeftOut.QUESTION, "갈래: 물음"),
        (LeftOut.ACTIVITY, "forum: forum_7"),
        (LeftOut.PACKAGE, "scorm: scorm_8"),
        (LeftOut.MISSING, "page: page_9"),
    }
    assert not any(b"a@b.kr" in file.data for file in files_of(document))
    (lesson,) = draft_lessons(document, "c/1", "ko", {})
    check_lesson(lesson)


def test_a_module_of_a_common_cartridge_becomes_a_lesson() -> None:
    document = formats.read(made.packed(made.cartridge()), "파일")
    assert document.title == "휴대전화"
    assert told(document) == [
        (
            "첫 주",
            [
                ["## 누르기", "[단추]"],
                ["## 누리집\n\n<https://example.org/>"],
                ["## 안내", "(안내.pdf)"],
                ["? 퀴즈: 수도는?, 고르세요, 바다는 넓다, 무엇?"],
                ["## 토론\n\n인사해요"],
            ],
        ),
        ("휴대전화", [["## 더 읽기\n\n끝"]]),
    ]
    assert left(document) == {
        (LeftOut.QUESTION, "쓰세요 (cc.essay.v0p1)"),
        (LeftOut.ACTIVITY, "토론"),
        (LeftOut.MISSING, "없음"),
        (LeftOut.UNUSED, "web_resources/남음.pdf"),
    }
    asked = items(document)
    assert [texts(each.task) for each in asked] == [["서울!", "부산"], ["가!", "나!", "다"], ["True"], ["이음", "Ieum"]]
    assert asked[0].explanation[""] == "서울이에요"


def test_items_of_qti_2_and_3_come_in_the_order_of_their_test() -> None:
    document = formats.read(made.packed(made.items_package()), "파일")
    assert [(each.prompt[""], texts(each.task)) for each in items(document)] == [
        ("우리는 _____입니다", ["이음"]),
        ("차례대로\n놓으세요", ["하나", "둘"]),
    ]
    assert left(document) == {(LeftOut.MISSING, "set/c.xml")}


@pytest.mark.parametrize("text", [made.QTI, made.QTI2, made.QTI3])
def test_questions_are_read_without_a_package_too(text: str) -> None:
    assert items(formats.read(text.encode(), "파일"))


def linked_tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as package:
        link = tarfile.TarInfo("moodle_backup.xml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        package.addfile(link)
    return stream.getvalue()


def linked_zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("moodle_backup.xml", "<moodle_backup/>")
        link = zipfile.ZipInfo("files")
        link.external_attr = 0o120777 << 16
        package.writestr(link, "/etc/passwd")
    return stream.getvalue()


BACKUP: made.Parts = {"moodle_backup.xml": "<moodle_backup/>"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (made.packed({**BACKUP, "../evil": "x"}), "PACKAGE_HOSTILE"),
        (made.tarred({**BACKUP, "a/../../evil": "x"}), "PACKAGE_HOSTILE"),
        (made.tarred({**BACKUP, "/etc/passwd": "x"}), "PACKAGE_HOSTILE"),
        (made.packed({**BACKUP, "C:\\evil": "x"}), "PACKAGE_HOSTILE"),
        (made.packed({**BACKUP, "bomb": b"0" * 70_000_000}), "DOCUMENT_UNREADABLE"),
        (made.tarred({**BACKUP, "bomb": b"0" * 70_000_000}), "PACKAGE_HOSTILE"),
        (linked_tar(), "PACKAGE_HOSTILE"),
        (linked_zip(), "PACKAGE_HOSTILE"),
        (made.tarred(BACKUP)[:-20], "DOCUMENT_UNREADABLE"),
        (made.tarred({"moodle_backup.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "DOCUMENT_UNREADABLE"),
        (made.packed({"moodle.xml": "<MOODLE_BACKUP/>"}), "PACKAGE_OLD_MOODLE"),
        (made.tarred({"other.txt": ""}), "DOCUMENT_TYPE"),
        (made.packed({"h5p.json": "{}"}), "PACKAGE_TO_PLAY"),
        (made.packed({"imsmanifest.xml": made.manifest("", "", "ADL SCORM")}), "PACKAGE_TO_PLAY"),
    ],
    ids=[
        *("up", "up in tar", "absolute", "drive", "zip bomb", "tar bomb", "link in tar", "link in zip"),
        *("cut", "entity", "old", "other", "h5p", "scorm"),
    ],
)
def test_a_hostile_or_unknown_package_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        formats.read(data, "파일")
    assert refused.value.reason == reason


def test_a_package_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_PARTS", 10)
    many: made.Parts = {f"f{number}": "" for number in range(10)}
    for pack in (made.tarred, made.packed):
        with pytest.raises(Unreadable, match="too many"):
            formats.read(pack({**BACKUP, **many}), "파일")
