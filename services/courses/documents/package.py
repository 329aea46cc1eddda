"""The ZIP of an office document, looked at before anything is unpacked, and its XML, read without following links."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from urllib.parse import quote
from xml.parsers import expat

from lxml import etree  # type: ignore[import-untyped]

from services.chassis.broken_zip import BROKEN_ZIP
from services.courses.documents.reading import Unreadable

MOST_PARTS = 10_000
LARGEST_PART = 64 * 1024**2
LARGEST = 256 * 1024**2
"""Bytes of a part and of all, unpacked."""
_LARGEST_RATIO = 200
_SMALL = 1024**2
_XML = (".xml", ".rels", ".hpf")
_PIECE = 64 * 1024
_BLANK = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"


def opened(data: bytes) -> zipfile.ZipFile:
    """Raises Unreadable for what could fill memory or hides one part behind another."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN_ZIP as error:
        raise Unreadable("no ZIP") from error
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
        raise Unreadable("too many or too large")
    if len({part.filename for part in parts}) < len(parts):
        raise Unreadable("a part stands twice")
    for part in parts:
        if part.flag_bits & 1:
            raise Unreadable("encrypted")
        if part.file_size > LARGEST_PART or part.file_size > max(_SMALL, part.compress_size * _LARGEST_RATIO):
            raise Unreadable("a part is too large")
    return package


def opened_office(data: bytes) -> zipfile.ZipFile:
    """As `opened`; raises Unreadable also where a part declares entities, for the libraries that would follow them."""
    package = opened(data)
    for part in package.infolist():
        _check_beginning(package, part)
    return package


class _Begun(Exception):
    """The root element has begun: what comes after it may declare nothing."""


def _check_beginning(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuses XML that declares a document type, however far from its start, and whatever the part is called."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_declaration
    parser.StartElementHandler = _stop
    try:
        with package.open(part) as stream:
            piece = stream.read(_PIECE)
            if (start := piece.lstrip(_BLANK)) and not start.startswith(b"<"):
                return
            while piece:
                parser.Parse(piece, False)
                piece = stream.read(_PIECE)
    except _Begun:
        return
    except expat.ExpatError as error:
        if part.filename.lower().endswith(_XML):
            raise Unreadable("a part is no XML") from error
    except BROKEN_ZIP as error:
        raise Unreadable("a part is broken") from error


def _refuse_declaration(*_: object) -> None:
    raise Unreadable("a part declares entities")


def _stop(*_: object) -> None:
    raise _Begun


def part(package: zipfile.ZipFile, name: str | zipfile.ZipInfo) -> bytes:
    try:
        return package.read(name)
    except (KeyError, *BROKEN_ZIP) as error:
        raise Unreadable(f"{name} is missing or broken") from error


def xml(package: zipfile.ZipFile, name: str) -> Any:
    return xml_of(part(package, name), name)


def xml_of(data: bytes, name: str) -> Any:
    """The root element. Raises Unreadable for what is no XML, and for what declares a document type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"{name} is no XML") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable(f"{name} declares entities")
    return root


def number(text: str | None, otherwise: float) -> float:
    try:
        value = float(text or "")
    except ValueError:
        return otherwise
    return value if abs(value) < 1e9 else otherwise


def quoted(address: str) -> str:
    """As it stands in a page."""
    return quote(address, safe="/")
