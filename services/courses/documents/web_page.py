"""HTML of other systems as parts of a screen. Nothing of it is run, fetched or kept as HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree, html  # type: ignore[import-untyped]

from services.courses.documents.reading import Attachment, LeftOut, Part, Picture, Words, description, escaped, table

Find = Callable[[str], "tuple[str, bytes] | None"]
"""A file's name and bytes by the address that the page has for it; None if it is not in the package."""
_LINKS = ("http://", "https://", "mailto:", "tel:")
_IGNORED = frozenset(
    (
        *("script", "style", "head", "title", "meta", "link", "template", "noscript"),
        *("colgroup", "col", "source", "track", "param"),
    )
)
_EMBEDDED = frozenset(("iframe", "object", "embed", "applet", "canvas", "svg", "math"))
_BLOCKS = frozenset(
    (
        *("p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "figure", "figcaption"),
        *("form", "address", "center", "details", "summary", "dl", "dt", "dd", "fieldset"),
    )
)
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~"}


@dataclass
class Page:
    find: Find = lambda address: None
    parts: list[Part] = field(default_factory=list)
    left: Counter[LeftOut] = field(default_factory=Counter)
    _words: list[str] = field(default_factory=list)
    _deeper: bool = False
    """The highest heading of a text is of the second level, because the lesson's title is of the first."""

    def take(self, text: str) -> Page:
        root = root_of(text)
        self._deeper = root.find(".//h1") is not None
        self._children(root)
        return self.end()

    def end(self) -> Page:
        if self._words:
            self.parts.append(Words("\n\n".join(self._words)))
        self._words = []
        return self

    def words(self, markdown: str) -> None:
        if markdown.strip():
            self._words.append(markdown.strip("\n"))

    def file(self, part: Part) -> None:
        self.end()
        self.parts.append(part)

    def _paragraph(self, markdown: str) -> None:
        self.words(re.sub(r"[ \t\r\n\f]+", " ", markdown.replace("  \n", "\0")).replace("\0", "  \n").strip())

    def _block(self, element: html.HtmlElement) -> None:
        tag = str(element.tag)
        if tag in _IGNORED:
            return
        if re.fullmatch("h[1-6]", tag):
            title = " ".join(element.text_content().split())
            self.words(f"{'#' * min(int(tag[1]) + self._deeper, 6)} {escaped(title)}" if title else "")
        elif tag in ("ul", "ol"):
            self.words("\n".join(self._list(element)))
        elif tag == "table":
            self._table(element)
        elif tag == "pre":
            fence = "```" if "```" not in element.text_content() else "~~~~"
            self.words(f"{fence}\n{element.text_content().strip()}\n{fence}")
        elif tag == "blockquote":
            inner = Page(self.find)
            inner._children(element)
            quoted = "\n\n".join(part.markdown for part in inner.end().parts if isinstance(part, Words))
            self.words("\n".join(f"> {line}".rstrip() for line in quoted.splitlines()))
        elif tag == "hr":
            self.words("---")
        elif tag in _BLOCKS and _holds_blocks(element):
            return self._children(element)
        elif tag in (*_EMBEDDED, "video", "audio"):
            return self._embedded(element)
        else:
            self._paragraph(self._inline(element) if tag in _BLOCKS else self._framed(element))
        for inner in element.iter(*_EMBEDDED, "img", "video", "audio", "a"):
            self._embedded(inner)

    def _children(self, element: html.HtmlElement) -> None:
        run = [escaped(element.text or "")]
        pending: list[html.HtmlElement] = []
        for inner in [*element, None]:
            if inner is not None and not _is_block(inner):
                run.append(self._framed(inner) + escaped(inner.tail or ""))
                pending.append(inner)
                continue
            self._paragraph("".join(run))
            for each in pending:
                for found in each.iter(*_EMBEDDED, "img", "video", "audio", "a"):
                    self._embedded(found)
            pending = []
            if inner is not None:
                self._block(inner)
                run = [escaped(inner.tail or "")]

    def _table(self, element: html.HtmlElement) -> None:
        cells = element.iter("td", "th")
        self.left[LeftOut.MERGED_CELLS] += sum(
            1 for cell in cells if (cell.get("colspan", "1"), cell.get("rowspan", "1")) != ("1", "1")
        )
        rows = [[self._inline(cell) for cell in row if cell.tag in ("td", "th")] for row in element.iter("tr")]
        self.words(table([row for row in rows if row]))

    def _list(self, element: html.HtmlElement, depth: int = 0) -> Iterator[str]:
        for number, item in enumerate((each for each in element if each.tag == "li"), 1):
            sign = f"{number}." if element.tag == "ol" else "-"
            yield f"{' ' * 3 * depth}{sign} {' '.join(self._inline(item).split())}"
            for inner in item.iter("ul", "ol"):
                if depth < 8 and next(inner.iterancestors("li"), None) is item:
                    yield from self._list(inner, depth + 1)

    def _inline(self, element: html.HtmlElement) -> str:
        parts = [escaped(element.text or "")]
        for inner in element:
            if inner.tag not in ("ul", "ol", "table"):
                parts.append(self._framed(inner))
            parts.append(escaped(inner.tail or ""))
        return "".join(parts)

    def _framed(self, element: html.HtmlElement) -> str:
        tag = element.tag
        if not isinstance(tag, str) or tag in _IGNORED or tag in _EMBEDDED or tag in ("img", "video", "audio"):
            return ""
        if tag == "br":
            return "  \n"
        text = self._inline(element)
        core = text.strip()
        if not core:
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if mark := _MARKS.get(tag):
            core = f"{mark}{core}{mark}"
        elif tag == "a" and (address := _link(element.get("href", ""))):
            core = f"[{core}](<{address}>)"
        elif tag in _BLOCKS or re.fullmatch("h[1-6]|li|pre|blockquote", tag):
            return f" {text} "
        return before + core + after

    def _embedded(self, element: html.HtmlElement) -> None:
        """What stands in a place of its own: pictures, films, files that are linked to, and players of others."""
        tag = element.tag
        if tag == "img":
            self._picture(element)
        elif tag == "a":
            if not (address := element.get("href", "")).startswith(_LINKS) and (found := self.find(address)):
                self.file(Attachment(found[0], found[1]))
        elif tag in ("video", "audio"):
            sources = [element.get("src", ""), *(each.get("src", "") for each in element.iter("source"))]
            if found := next((found for source in sources if source and (found := self.find(source))), None):
                self.file(Attachment(found[0], found[1]))
            else:
                self.left[LeftOut.FILM] += 1
        else:
            self.left[LeftOut.EMBEDDED] += 1
            if address := _link(element.get("src", "") or element.get("data", "")):
                self.words(f"<{address}>")

    def _picture(self, element: html.HtmlElement) -> None:
        if found := self.find(element.get("src", "")):
            self.file(Picture(found[1], description(element.get("alt", ""))))
        else:
            self.left[LeftOut.PICTURE] += 1


def headed(title: str, parts: list[Part]) -> list[Part]:
    """With the title above; nothing of nothing."""
    if not title or not parts:
        return parts
    heading, first = f"## {escaped(' '.join(title.split()))}", parts[0]
    if isinstance(first, Words):
        return [Words(f"{heading}\n\n{first.markdown}"), *parts[1:]]
    return [Words(heading), *parts]


def decoded(data: bytes) -> str:
    """By its mark, by what it says of itself, as UTF-8, or as CP949, as Windows programs of Korea save it."""
    said = re.search(rb"""charset=["']?([A-Za-z0-9_-]{2,20})""", data[:4096])
    marked = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for encoding in (marked, said[1].decode() if said else "utf-8", "cp949"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", "replace")


def root_of(text: str) -> html.HtmlElement:
    """One element around it all; empty for what is no HTML at all."""
    shown = re.sub(r"<\?xml[^>]*>|[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    try:
        return html.fragment_fromstring(shown, create_parent="div")
    except (etree.ParserError, AssertionError, ValueError):
        return html.Element("div")


def plain(text: str) -> str:
    """The words of a piece of HTML on as many lines as it has paragraphs."""
    lines: list[str] = [""]
    for place, element in etree.iterwalk(root_of(text), events=("start", "end")):
        is_element = isinstance(element.tag, str)
        breaks = is_element and (_is_block(element) or element.tag in ("li", "tr"))
        if place == "start":
            lines += [""] if breaks or element.tag == "br" else []
            lines[-1] += (element.text or "") if is_element and element.tag not in _IGNORED else ""
        else:
            lines += [""] if breaks else []
            lines[-1] += element.tail or ""
    return "\n".join(line for line in (" ".join(each.split()) for each in lines) if line)


def _link(address: str) -> str:
    plain = address.strip()
    return plain if plain.startswith(_LINKS) and not re.search(r"[\s<>\\]", plain) and len(plain) < 2_000 else ""


def _is_block(element: html.HtmlElement) -> bool:
    tag = element.tag
    return (
        tag in _BLOCKS
        or tag in ("ul", "ol", "table", "pre", "blockquote", "hr")
        or bool(isinstance(tag, str) and re.fullmatch("h[1-6]", tag))
    )


def _holds_blocks(element: html.HtmlElement) -> bool:
    return any(_is_block(inner) for inner in element.iterdescendants())
