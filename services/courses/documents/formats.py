"""Which reader a file needs, by its content alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from services.courses.documents import hangul, moodle_xml, package, plain_questions, slides, word
from services.courses.documents.reading import ReadDocument, Unreadable

Reader = Callable[[bytes, str], ReadDocument]
_OFFICE: dict[str, Reader] = {
    "word/document.xml": word.read,
    "ppt/presentation.xml": slides.read,
    "Contents/content.hpf": hangul.read,
}
_ROOT = re.compile(rb"<(?!\?|!--)(?:[\w.-]+:)?([\w.-]+)")
_BEGINNING = 64 * 1024


def read(data: bytes, title: str) -> ReadDocument:
    """Raises Unreadable, with the reason DOCUMENT_TYPE for what is none of the known formats."""
    return _reader_of(data)(data, title)


def _reader_of(data: bytes) -> Reader:
    if data.startswith(b"PK"):
        names = set(package.opened(data).namelist())
        for part, reader in _OFFICE.items():
            if part in names:
                return reader
        raise Unreadable("unknown ZIP", "DOCUMENT_TYPE")
    if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        root = _ROOT.search(data[:_BEGINNING])
        if root and root[1] == b"quiz":
            return moodle_xml.read
        raise Unreadable("unknown XML", "DOCUMENT_TYPE")
    return plain_questions.read
