"""Which reader a file needs, by its content alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from services.courses.documents import (
    archive,
    cartridge,
    hangul,
    moodle_backup,
    moodle_xml,
    package,
    plain_questions,
    qti1,
    qti2,
    slides,
    word,
)
from services.courses.documents.reading import ReadDocument, Unreadable

Reader = Callable[[bytes, str], ReadDocument]
_OFFICE: dict[str, Reader] = {
    "word/document.xml": word.read,
    "ppt/presentation.xml": slides.read,
    "Contents/content.hpf": hangul.read,
}
_PACKAGES: dict[str, Reader] = {
    moodle_backup.MANIFEST: moodle_backup.read,
    moodle_backup.OLD_MANIFEST: moodle_backup.read,
    cartridge.MANIFEST: cartridge.read,
}
_XML: dict[bytes, Reader] = {
    b"quiz": moodle_xml.read,
    b"questestinterop": qti1.read,
    b"assessmentItem": qti2.read,
    b"qti-assessment-item": qti2.read,
}
_ROOT = re.compile(rb"<(?!\?|!--)(?:[\w.-]+:)?([\w.-]+)")
_BEGINNING = 64 * 1024


def read(data: bytes, title: str) -> ReadDocument:
    """Raises Unreadable, with the reason DOCUMENT_TYPE for what is none of the known formats."""
    return _reader_of(data)(data, title)


def _reader_of(data: bytes) -> Reader:
    if data.startswith(b"PK"):
        names = set(package.opened(data).namelist())
        for part, reader in (_OFFICE | _PACKAGES).items():
            if part in names or f"./{part}" in names:
                return reader
        if "h5p.json" in names:
            raise Unreadable("H5P", "PACKAGE_TO_PLAY")
        if any(name.endswith(f"/{cartridge.MANIFEST}") for name in names):  # in a folder
            return cartridge.read
        raise Unreadable("unknown ZIP", "DOCUMENT_TYPE")
    if data.startswith(archive.GZIP):
        return moodle_backup.read
    if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        root = _ROOT.search(data[:_BEGINNING])
        if root and root[1] in _XML:
            return _XML[root[1]]
        raise Unreadable("unknown XML", "DOCUMENT_TYPE")
    return plain_questions.read
