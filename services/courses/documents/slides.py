"""Presentations (PPTX): a slide is a screen."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER

from services.courses.documents import package
from services.courses.documents.reading import (
    Left,
    LeftOut,
    Part,
    Picture,
    ReadDocument,
    ReadLesson,
    Screen,
    Unreadable,
    Words,
    description,
    escaped,
    table,
)

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
_FOOTERS = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER)
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"


def read(data: bytes, title: str) -> ReadDocument:
    package.opened_office(data)
    try:
        slides = list(pptx.Presentation(io.BytesIO(data)).slides)
        read_slides = [_Slide(slide, number) for number, slide in enumerate(slides, 1)]
    except Exception as error:
        # The library raises whatever the document's oddity leads to.
        raise Unreadable("no presentation") from error
    screens = tuple(Screen(tuple(each.parts)) for each in read_slides if each.parts)
    left = tuple(Left(what, each.title, count) for each in read_slides for what, count in each.left.items())
    named = next((each.title for each in read_slides if each.has_title), title)
    return ReadDocument((ReadLesson(named, screens),) if screens else (), left)


class _Slide:
    def __init__(self, slide: Any, number: int) -> None:
        shapes = sorted(_shapes(slide.shapes), key=_place)
        heading = next((shape for shape in shapes if _kind(shape) in _TITLES and shape.has_text_frame), None)
        words = " ".join(heading.text_frame.text.split()) if heading is not None else ""
        self.has_title = bool(words)
        self.title = words or str(number)
        self.left: dict[LeftOut, int] = {}
        self.parts: list[Part] = []
        if words:
            self._add(f"## {escaped(words)}")
        for shape in shapes:
            if shape is not heading and _kind(shape) not in _FOOTERS:
                self._take(shape)
        notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        if notes and notes.text.strip():
            self._leave(LeftOut.NOTES)

    def _take(self, shape: Any) -> None:
        data, content_type = _picture(shape)
        if data is not None:
            if content_type in _PICTURES:
                self.parts.append(Picture(data, description(_described(shape))))
            else:
                self._leave(LeftOut.PICTURE)
        elif getattr(shape, "has_table", False) and shape.has_table:
            rows = [[escaped(cell.text) for cell in row.cells] for row in shape.table.rows]
            if any(cell.is_merge_origin for row in shape.table.rows for cell in row.cells):
                self._leave(LeftOut.MERGED_CELLS)
            self._add(table(rows))
        elif shape.has_text_frame:
            self._add("\n".join(_lines(shape)))
        elif what := _foreign(shape):
            self._leave(what)

    def _add(self, markdown: str) -> None:
        if not markdown.strip():
            return
        if self.parts and isinstance(last := self.parts[-1], Words):
            self.parts[-1] = Words(f"{last.markdown}\n\n{markdown}")
        else:
            self.parts.append(Words(markdown))

    def _leave(self, what: LeftOut) -> None:
        self.left[what] = self.left.get(what, 0) + 1


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    """Also those in groups."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _place(shape: Any) -> tuple[int, int]:
    """From the top down, then from the left; a row is a tenth of an inch high. A placeholder may be placed by its
    layout alone."""
    return (shape.top or 0) // 91_440, shape.left or 0


def _kind(shape: Any) -> Any:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _picture(shape: Any) -> tuple[bytes | None, str]:
    """(None, "") where the shape is none, or is only linked."""
    try:
        image = shape.image
    except (AttributeError, ValueError, KeyError):
        return None, ""
    return image.blob, image.content_type


def _described(shape: Any) -> str:
    named = shape._element.xpath("./*/p:cNvPr")
    return str(named[0].get("descr", "")) if named else ""


def _lines(shape: Any) -> Iterator[str]:
    """Paragraphs of a body are a list, which is what slides show; of another box they are text."""
    listed = _kind(shape) in (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)
    for paragraph in shape.text_frame.paragraphs:
        text = "".join(_run(run) for run in paragraph.runs).strip()
        if text and listed:
            yield f"{' ' * 3 * paragraph.level}- {text}"
        elif text:
            yield f"{text}\n"


def _run(run: Any) -> str:
    text = escaped(run.text)
    core = text.strip()
    if core and run.font.bold:
        return text.replace(core, f"**{core}**")
    address = run.hyperlink.address or ""
    if core and address.startswith(("http://", "https://", "mailto:", "tel:")):
        return text.replace(core, f"[{core}]({address})")
    return text


def _foreign(shape: Any) -> LeftOut | None:
    """What is drawn by another program, or plays."""
    uris = set(shape._element.xpath(".//a:graphicData/@uri"))
    if _CHART in uris:
        return LeftOut.CHART
    if _DIAGRAM in uris:
        return LeftOut.DIAGRAM
    if shape._element.xpath(".//a:videoFile | .//a:audioFile"):
        return LeftOut.FILM
    return LeftOut.OBJECT if uris else None
