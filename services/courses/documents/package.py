"""The ZIP of an office document, looked at before anything is unpacked, and its XML, read without following links."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from services.courses.documents.reading import Unreadable

MOST_PARTS = 10_000
LARGEST_PART = 64 * 1024**2
LARGEST = 256 * 1024**2
"""Bytes of a part and of all, unpacked."""
_LARGEST_RATIO = 200
_SMALL = 1024**2
_BEGINNING = 4096
# What zipfile raises for a broken package. NotImplementedError is its word for a compression that it lacks.
_BROKEN = (zipfile.BadZipFile, NotImplementedError, ValueError, RuntimeError, EOFError, OSError)


def opened(data: bytes) -> zipfile.ZipFile:
    """Raises Unreadable for what could fill memory, hides one part behind another, or declares entities."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
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
        if part.filename.endswith((".xml", ".rels", ".hpf")) and b"<!DOCTYPE" in _beginning(package, part):
            raise Unreadable("a part declares entities")
    return package


def _beginning(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    try:
        with package.open(part) as stream:
            return stream.read(_BEGINNING).upper()
    except _BROKEN as error:
        raise Unreadable("a part is broken") from error


def part(package: zipfile.ZipFile, name: str) -> bytes:
    try:
        return package.read(name)
    except (KeyError, *_BROKEN) as error:
        raise Unreadable(f"{name} is missing or broken") from error


def xml(package: zipfile.ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(part(package, name), parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"{name} is no XML") from error
