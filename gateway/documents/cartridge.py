"""A course as a Common Cartridge 1.3, for other learning platforms: in one language, a module for each lesson."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape

from markupsafe import Markup, escape

from gateway.documents.cartridge_questions import assessment
from gateway.html import markdown
from ieum.courses.v1.content_pb2 import Block, Content, Lesson, Practice
from ieum.courses.v1.courses_pb2 import Media

MIME_TYPE = "application/vnd.ims.imsccv1p3"
_QUIZ = "imsqti_xmlv1p2/imscc_xmlv1p3/assessment"
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Resource:
    id: str
    kind: str
    path: str
    title: str
    content: str
    media: tuple[str, ...] = ()


@dataclass
class Cartridge:
    """`left`: titles of what has no counterpart there, by what it is."""

    manifest: str
    resources: list[Resource]
    left: list[tuple[str, str]] = field(default_factory=list)
    files: Mapping[str, str] = field(default_factory=dict)
    """Path in the package of each medium that is shown."""


def media_of(content: Content, language: str) -> list[str]:
    """Names of the media that learners of this language see."""
    found: dict[str, None] = {}
    for lesson in content.lessons:
        for block in lesson.blocks:
            kind = block.WhichOneof("body")
            if kind in ("image", "video", "file"):
                found[_in(getattr(block, kind).media, language)] = None
            for item in block.quiz.items:
                found[_in(item.picture.media, language)] = None
    return [name for name in found if name]


def cartridge(content: Content, language: str, media: Mapping[str, Media]) -> Cartridge:
    return _Builder(content, language, media).build()


class _Builder:
    def __init__(self, content: Content, language: str, media: Mapping[str, Media]) -> None:
        self._content, self._language, self._media = content, language, media
        self._files = {name: _path(medium) for name, medium in media.items()}
        self._left: list[tuple[str, str]] = []

    def build(self) -> Cartridge:
        modules = [(lesson, list(self._of_lesson(lesson))) for lesson in self._content.lessons]
        resources = [each for _, inside in modules for each in inside]
        items = "".join(
            f'<item identifier="module-{lesson.id}"><title>{_line(self._text(lesson.title))}</title>'
            + "".join(_item(each) for each in inside)
            + "</item>"
            for lesson, inside in modules
        )
        listed = "".join(self._listed(each) for each in resources)
        files = "".join(
            f'<resource identifier="{_file_id(name)}" type="webcontent" href="{path}"><file href="{path}"/></resource>'
            for name, path in ((name, _line(path)) for name, path in self._files.items())
        )
        title = _line(self._text(self._content.title))
        manifest = _MANIFEST.format(language=self._language, title=title, items=items, resources=listed + files)
        return Cartridge(_clean(manifest), resources, self._left, self._files)

    def _of_lesson(self, lesson: Lesson) -> Iterator[Resource]:
        """A page for each screen; a quiz is a resource of its own."""
        title = self._text(lesson.title)
        blocks = {block.id: block for block in lesson.blocks}
        done: set[str] = set()
        for screen in lesson.screens:
            shown = [blocks[id] for id in screen.blocks if id in blocks]
            quiz = next((block for block in shown if block.WhichOneof("body") == "quiz"), None)
            if quiz is None:
                yield self._page(f"page-{lesson.id}-{shown[0].id}" if shown else f"page-{lesson.id}", title, shown)
            elif quiz.id not in done:
                done.add(quiz.id)
                yield from self._quiz(lesson, quiz, title)

    def _page(self, id: str, title: str, blocks: list[Block]) -> Resource:
        body = Markup("\n").join(self._block(block) for block in blocks)
        heading = re.search(r"<h[2-6]>(.*?)</h[2-6]>", body)
        named = unescape(re.sub(r"<[^>]*>", "", heading[1])) if heading else title
        page = _PAGE.format(language=self._language, title=escape(named), body=body)
        media = tuple(name for block in blocks for name in [self._medium(block)] if name)
        return Resource(id, "webcontent", f"pages/{id}.html", named, _clean(page), media)

    def _medium(self, block: Block) -> str:
        kind = block.WhichOneof("body")
        name = _in(getattr(block, kind).media, self._language) if kind in ("image", "video", "file") else ""
        return name if name in self._files else ""

    def _block(self, block: Block) -> Markup:
        kind = block.WhichOneof("body")
        path = f"../{self._files[name]}" if (name := self._medium(block)) else ""
        if kind == "text":
            return markdown.html(self._text(block.text.markdown))
        if kind == "image":
            return (
                Markup('<p><img src="{}" alt="{}"></p>').format(path, self._text(block.image.alt)) if path else Markup()
            )
        if kind == "practice":
            return self._practice(block.practice)
        if kind == "video":
            source = path or block.video.url
            film = Markup('<p><video controls src="{}"></video></p>').format(source) if source else Markup()
            return self._titled(block.video.title) + film + markdown.html(self._text(block.video.transcript))
        return Markup('<p><a href="{}">{}</a></p>').format(path, self._text(block.file.title)) if path else Markup()

    def _titled(self, texts: Texts) -> Markup:
        return Markup("<h2>{}</h2>").format(self._text(texts))

    def _practice(self, practice: Practice) -> Markup:
        """Only what is to be done: nothing there can be pressed."""
        self._left.append(("practice", self._text(practice.title)))
        return self._titled(practice.title) + Markup("<p>{}</p>").format(self._text(practice.task))

    def _quiz(self, lesson: Lesson, block: Block, title: str) -> Iterator[Resource]:
        """Nothing where none of its questions has a counterpart."""
        id = f"quiz-{lesson.id}-{block.id}"
        named = self._text(block.quiz.title) or title
        content, left = assessment(id, named, block.quiz.items, self._language, self._files)
        self._left += [("question", prompt) for prompt in left]
        shown = [_in(item.picture.media, self._language) for item in block.quiz.items]
        pictures = tuple(name for name in shown if name in self._files)
        if len(left) < len(block.quiz.items):
            yield Resource(id, _QUIZ, f"{id}/assessment.xml", named, _clean(content), pictures)

    def _listed(self, resource: Resource) -> str:
        needed = "".join(f'<dependency identifierref="{_file_id(name)}"/>' for name in dict.fromkeys(resource.media))
        href = f' href="{resource.path}"' if resource.kind == "webcontent" else ""
        return (
            f'<resource identifier="{resource.id}" type="{resource.kind}"{href}>'
            f'<file href="{resource.path}"/>{needed}</resource>'
        )

    def _text(self, texts: Texts) -> str:
        """In this language, or in the first that there is."""
        return texts.get(self._language) or next((text for _, text in sorted(texts.items()) if text), "")


def _in(media: Texts, language: str) -> str:
    return media.get(language) or media.get("", "")


def _path(medium: Media) -> str:
    return f"files/{medium.name.removeprefix('media/')[:8]}-{medium.filename}"


def _file_id(name: str) -> str:
    return f"file-{name.removeprefix('media/')}"


def _item(resource: Resource) -> str:
    title = _line(resource.title)
    return f'<item identifier="item-{resource.id}" identifierref="{resource.id}"><title>{title}</title></item>'


def _line(text: str) -> str:
    return str(escape(" ".join(text.split())))


def _clean(text: str) -> str:
    """XML cannot hold these signs."""
    return _NO_XML.sub("", text)


_PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>
<body>
{body}
</body></html>
"""
_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="course" xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"\
 xmlns:lomimscc="http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest">
<metadata><schema>IMS Common Cartridge</schema><schemaversion>1.3.0</schemaversion>
<lomimscc:lom><lomimscc:general><lomimscc:title><lomimscc:string language="{language}">{title}</lomimscc:string>\
</lomimscc:title></lomimscc:general></lomimscc:lom></metadata>
<organizations><organization identifier="organisation" structure="rooted-hierarchy"><item identifier="root">{items}\
</item></organization></organizations>
<resources>{resources}</resources></manifest>
"""
