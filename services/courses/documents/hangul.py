"""Documents of Hangul (HWPX, KS X 6101). Read here, because the libraries for it are young or lax."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]

from services.courses.documents import package
from services.courses.documents.reading import LeftOut, Outline, ReadDocument, Unreadable, escaped, table

_SECTION = re.compile(r"Contents/section(\d+)\.xml")
_OUTLINE = re.compile(r"(?:개요|Outline|제목|Heading)\s*([1-9])?", re.IGNORECASE)
_PICTURES = re.compile(r"\.(png|jpe?g|gif|webp)$", re.IGNORECASE)
_LEFT = {"equation": LeftOut.EQUATION, "chart": LeftOut.CHART, "ole": LeftOut.OBJECT, "video": LeftOut.FILM}


def read(data: bytes, title: str) -> ReadDocument:
    opened = package.opened_office(data)
    sections = sorted((int(found[1]), found[0]) for name in opened.namelist() if (found := _SECTION.fullmatch(name)))
    if not sections:
        raise Unreadable("no section")
    reader = _Reader(opened)
    for _, name in sections:
        for paragraph in package.xml(opened, name):
            if _name(paragraph) == "p":
                reader.take(paragraph)
    return reader.outline.document(title)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _named(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (each for each in element.iter() if _name(each) == name)


class _Reader:
    def __init__(self, opened: zipfile.ZipFile) -> None:
        self.outline = Outline()
        self._opened = opened
        self._levels = self._levels_of_styles()
        self._pictures = self._picture_parts()

    def take(self, paragraph: etree._Element) -> None:
        """A paragraph of the section; tables and pictures in it follow its words."""
        text = "".join(self._text(paragraph))
        level = self._levels.get(paragraph.get("styleIDRef", ""), 0)
        if level and text.strip():
            self.outline.heading(level, text)
        else:
            self.outline.words(escaped(text))
        self._take_objects(paragraph)

    def _text(self, paragraph: etree._Element) -> Iterator[str]:
        for run in paragraph:
            if _name(run) != "run":
                continue
            for each in run:
                if _name(each) == "t":
                    yield each.text or ""
                    for inner in each:
                        yield {"lineBreak": "\n", "tab": " ", "nbSpace": " ", "fwSpace": " "}.get(_name(inner), "")
                        yield inner.tail or ""

    def _take_objects(self, paragraph: etree._Element) -> None:
        for run in paragraph:
            for each in run:
                name = _name(each)
                if name == "tbl":
                    self._take_table(each)
                elif name == "pic":
                    self._take_picture(each)
                elif name in _LEFT:
                    self.outline.leave(_LEFT[name])
                elif name in ("rect", "ellipse", "container"):  # text boxes and groups
                    for inner in _named(each, "p"):
                        self.take(inner)

    def _take_table(self, element: etree._Element) -> None:
        rows, merged = [], 0
        for row in (each for each in element if _name(each) == "tr"):
            cells = [each for each in row if _name(each) == "tc"]
            merged += sum(
                1
                for cell in cells
                for span in _named(cell, "cellSpan")
                if (span.get("colSpan", "1"), span.get("rowSpan", "1")) != ("1", "1")
            )
            rows.append([self._cell(cell) for cell in cells])
        self.outline.leave(LeftOut.MERGED_CELLS, merged)
        if len(rows) == 1 and len(rows[0]) == 1:  # a frame around text, as offices like it
            self.outline.words(rows[0][0])
        else:
            self.outline.words(table(rows))
        for picture in _named(element, "pic"):
            self._take_picture(picture)

    def _cell(self, cell: etree._Element) -> str:
        return " ".join(escaped("".join(self._text(each))).strip() for each in _named(cell, "p")).strip()

    def _take_picture(self, element: etree._Element) -> None:
        reference = next((each.get("binaryItemIDRef", "") for each in _named(element, "img")), "")
        part = self._pictures.get(reference, "")
        if not _PICTURES.search(part) or part not in self._opened.namelist():
            self.outline.leave(LeftOut.PICTURE)
            return
        comment = next((each.text or "" for each in _named(element, "shapeComment")), "")
        # Hangul writes the file's name and size there by itself.
        described = "" if "그림입니다" in comment else comment
        self.outline.picture(package.part(self._opened, part), described)

    def _levels_of_styles(self) -> dict[str, int]:
        """Heading level by a style's id: "개요 1" is 1."""
        if "Contents/header.xml" not in self._opened.namelist():
            return {}
        levels = {}
        for style in _named(package.xml(self._opened, "Contents/header.xml"), "style"):
            found = _OUTLINE.fullmatch((style.get("name") or "").strip())
            if found:
                levels[style.get("id", "")] = int(found[1] or 1)
        return levels

    def _picture_parts(self) -> dict[str, str]:
        """The part of each binary item."""
        if "Contents/content.hpf" not in self._opened.namelist():
            return {}
        return {
            item.get("id", ""): (item.get("href") or "").lstrip("/")
            for item in _named(package.xml(self._opened, "Contents/content.hpf"), "item")
        }
