"""Word documents (DOCX), by way of the HTML that mammoth makes of them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import mammoth  # type: ignore[import-untyped]
from lxml import html  # type: ignore[import-untyped]

from services.courses.documents import package
from services.courses.documents.reading import LeftOut, Outline, ReadDocument, Unreadable, escaped, table

# Names of headings in Word's Korean and English versions, beside those that mammoth knows.
_STYLES = "\n".join(
    (
        *(f"p[style-name='제목 {level}'] => h{level}:fresh" for level in range(1, 7)),
        *(f"p[style-name='개요 {level}'] => h{level}:fresh" for level in range(1, 7)),
        *(f"p[style-name='{name}'] => h1:fresh" for name in ("제목", "Title")),
    )
)
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_MARKS = {
    LeftOut.CHART: re.compile(rb"<c:chart[ />]"),
    LeftOut.DIAGRAM: re.compile(rb"<dgm:relIds[ />]"),
    LeftOut.EQUATION: re.compile(rb"<m:oMath[ />]"),
    LeftOut.OBJECT: re.compile(rb"<o:OLEObject[ />]"),
}


def read(data: bytes, title: str) -> ReadDocument:
    body = package.part(package.opened_office(data), "word/document.xml")
    outline, pictures = Outline(), _Pictures()
    try:
        converted = mammoth.convert_to_html(
            io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(pictures.keep)
        )
    except Exception as error:
        # The library raises whatever the document's oddity leads to.
        raise Unreadable("no Word document") from error
    for each in html.fragments_fromstring(converted.value or "<p></p>"):
        if not isinstance(each, str):
            _take(each, outline, pictures)
    for what, mark in _MARKS.items():
        outline.leave(what, len(mark.findall(body)), of_all=True)
    return outline.document(title)


class _Pictures:
    """By the number that stands in their place in the HTML; None for what no browser shows."""

    def __init__(self) -> None:
        self._kept: list[tuple[bytes | None, str]] = []

    def keep(self, image: Any) -> dict[str, str]:
        data = None
        if image.content_type in _PICTURES:
            with image.open() as stream:
                data = stream.read()
        self._kept.append((data, image.alt_text or ""))
        return {"src": str(len(self._kept) - 1)}

    def within(self, element: html.HtmlElement) -> Iterator[tuple[bytes | None, str]]:
        for each in element.iter("img"):
            yield self._kept[int(each.get("src"))]


def _take(element: html.HtmlElement, outline: Outline, pictures: _Pictures) -> None:
    tag = str(element.tag)
    if re.fullmatch("h[1-6]", tag):
        outline.heading(int(tag[1]), element.text_content())
    elif tag in ("ul", "ol"):
        outline.words("\n".join(_list_lines(element)))
    elif tag == "table":
        outline.leave(LeftOut.MERGED_CELLS, sum(1 for each in element.iter("td", "th") if _spans(each)))
        outline.words(table([[_inline(cell) for cell in row.iter("td", "th")] for row in element.iter("tr")]))
    else:
        outline.words(_inline(element))
    for data, alt in pictures.within(element):
        if data is None:
            outline.leave(LeftOut.PICTURE)
        else:
            outline.picture(data, alt)


def _spans(cell: html.HtmlElement) -> bool:
    return bool(cell.get("colspan", "1") != "1" or cell.get("rowspan", "1") != "1")


def _list_lines(element: html.HtmlElement, depth: int = 0) -> Iterator[str]:
    for number, item in enumerate(element.findall("li"), 1):
        sign = f"{number}." if element.tag == "ol" else "-"
        yield f"{' ' * 3 * depth}{sign} {_inline(item)}"
        for inner in item:
            if inner.tag in ("ul", "ol"):
                yield from _list_lines(inner, depth + 1)


def _inline(element: html.HtmlElement) -> str:
    """Bold, italic, links and breaks; of a list item or a cell without the lists in it."""
    parts = [escaped(element.text or "")]
    for inner in element:
        if inner.tag not in ("ul", "ol", "table", "img"):
            parts.append(_framed(inner))
        parts.append(escaped(inner.tail or ""))
    return "".join(parts)


def _framed(element: html.HtmlElement) -> str:
    text, tag = _inline(element), str(element.tag)
    if tag == "br":
        return "  \n"
    core = text.strip()
    if not core:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if tag in ("strong", "b"):
        core = f"**{core}**"
    elif tag in ("em", "i"):
        core = f"*{core}*"
    elif tag == "a" and element.get("href", "").startswith(("http://", "https://", "mailto:", "tel:")):
        core = f"[{core}]({element.get('href')})"
    elif tag == "p":
        return f"{text} "
    return before + core + after
