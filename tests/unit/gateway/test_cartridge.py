from __future__ import annotations

from dataclasses import replace

from lxml import etree  # type: ignore[import-untyped]

from gateway.documents.cartridge import Cartridge, cartridge, media_of
from ieum.courses.v1.courses_pb2 import Media
from services.courses.documents import formats
from services.courses.documents.reading import Attachment, Picture, Questions, ReadDocument, Words
from services.courses.domain.content import Block, Item, ShortText, Text
from services.courses.domain.practice import Practice
from services.courses.messages.content import content_to_message
from tests.unit.courses.builders import content, lesson
from tests.unit.courses.documents import packed, png

PRACTICE = Block("p1", Practice(title={"ko": "송금 연습"}, task={"ko": "5만 원을 보내세요"}))
TEXT = Block("t1", Text({"ko": "## 처음\n\n**굵게** & <b>\x0b", "en": "first"}))


def made(language: str = "ko") -> Cartridge:
    draft = content_to_message(
        content(lesson(), replace(lesson("second", TEXT, PRACTICE), title={"ko": "둘째 <수업>"}))
    )
    media = {
        name: Media(name=name, filename=f"{name[6:]} 1.png", content_type="image/png")
        for name in media_of(draft, language)
    }
    return cartridge(draft, language, media)


def read_again(package: Cartridge) -> ReadDocument:
    parts: dict[str, str | bytes] = {"imsmanifest.xml": package.manifest}
    parts |= {resource.path: resource.content for resource in package.resources}
    return formats.read(packed(parts | dict.fromkeys(package.files.values(), png())), "파일")


def test_what_is_exported_is_read_again_as_the_same_course() -> None:
    document = read_again(made())
    assert document.title == "한국어"
    assert [each.title for each in document.lessons] == ["한국어", "둘째 <수업>"]
    first, second = document.lessons
    kinds = [type(part) for screen in first.screens for part in screen.parts]
    assert kinds == [Words, Picture, Words, Attachment, Words, Words, Attachment, Questions]
    asked: list[Item] = [
        each.item for part in first.screens[-1].parts if isinstance(part, Questions) for each in part.questions
    ]
    assert [each.task.kind for each in asked] == ["choice", "choice", "true_false", "short_text", "short_text"]
    assert [getattr(each.task, "correct", None) for each in asked] == [("1",), ("1", "3"), True, None, None]
    assert asked[3].task == ShortText(("한빛", "hanbit"))
    assert {each.explanation[""] for each in asked} == {"한국어"}
    assert second.screens[0].parts == (Words("## 처음\n\n**굵게** & \\<b\\>"),)
    assert second.screens[1].parts == (Words("## 송금 연습\n\n5만 원을 보내세요"),)
    assert not document.left


def test_what_other_platforms_have_nothing_for_is_said() -> None:
    assert made().left == [("question", "한국어"), ("question", "한국어"), ("practice", "송금 연습")]


def test_every_reference_leads_to_a_resource_and_every_resource_to_a_file() -> None:
    package = made("en")
    root = etree.fromstring(package.manifest.encode())
    resources = {each.get("identifier") for each in root.iter("{*}resource")}
    references = {each.get("identifierref") for each in root.iter("{*}item", "{*}dependency")} - {None}
    assert references == resources
    paths = {each.get("href") for each in root.iter("{*}file")}
    assert paths == {resource.path for resource in package.resources} | set(package.files.values())
    for resource in package.resources:
        if resource.path.endswith(".xml"):
            etree.fromstring(resource.content.encode())
