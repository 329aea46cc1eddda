"""Ieum's own package of a course: a ZIP whose bytes follow from the course alone. docs/course-package.md describes it.

Nothing in it is compressed, because programs compress the same bytes differently.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO

from pydantic import TypeAdapter, ValidationError

from gateway.documents.zip_pieces import ZipPieces
from services.chassis.broken_zip import BROKEN_ZIP
from services.chassis.errors import Invalid

MIME_TYPE = "application/vnd.ieum.course+zip"
FORMAT, VERSION = "ieum-course", 1
MOST_FILES = 5_000
LARGEST_FILE = 32 * 1024**2
LARGEST_JSON = 8 * 1024**2
_LARGEST_DIRECTORY = 1024**2
_END_RECORD = struct.Struct("<4s4HIIH")
_MIME, _MANIFEST, _COURSE = "mimetype", "manifest.json", "course.json"
_UNREADABLE = (*BROKEN_ZIP, KeyError)
"""Also a part that is missing."""


@dataclass(frozen=True)
class PackedMedium:
    """`name`: as the content calls it. Its bytes are in `media/{sha256}`."""

    name: str
    filename: str
    content_type: str
    size: int
    sha256: str

    @property
    def path(self) -> str:
        return f"media/{self.sha256}"


@dataclass(frozen=True)
class Manifest:
    format: str
    version: int
    content_sha256: str
    media: tuple[PackedMedium, ...]


_MEDIA: TypeAdapter[Manifest] = TypeAdapter(Manifest)


class PackageWriter:
    """Gives the package in pieces: first what `begin` returns, then each medium in the manifest's order, then `end`."""

    def __init__(self, content: bytes, media: tuple[PackedMedium, ...]) -> None:
        self.media = tuple(sorted({each.name: each for each in media}.values(), key=lambda each: each.name))
        self._zip = ZipPieces()
        manifest = asdict(Manifest(FORMAT, VERSION, hashlib.sha256(content).hexdigest(), self.media))
        self._zip.add(_MIME, MIME_TYPE.encode())
        self._zip.add(_MANIFEST, json.dumps(manifest, sort_keys=True, ensure_ascii=False).encode())
        self._zip.add(_COURSE, content)

    @property
    def files(self) -> Iterator[PackedMedium]:
        """Those whose bytes are to be added: the same bytes once."""
        yield from sorted({each.sha256: each for each in self.media}.values(), key=lambda each: each.path)

    def fetch(self) -> bytes:
        return self._zip.fetch()

    def add(self, medium: PackedMedium, data: bytes) -> bytes:
        self._zip.add(medium.path, data)
        return self.fetch()

    def end(self) -> bytes:
        return self._zip.end()


class PackageReader:
    """Raises Invalid for what is no package, was made by a later version, or could fill memory."""

    def __init__(self, file: IO[bytes]) -> None:
        _check_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
            self._parts = {part.filename: part for part in self._zip.infolist()}
            mime = self._read(_MIME, 100)
        except _UNREADABLE as error:
            raise _broken() from error
        if mime.strip() != MIME_TYPE.encode():
            raise _broken()
        if len(self._parts) < len(self._zip.infolist()):
            raise Invalid("PACKAGE_UNSAFE", field="file")
        self._manifest = self._read_manifest()
        self.content = self._checked(_COURSE, LARGEST_JSON, self._manifest.content_sha256)

    @property
    def media(self) -> tuple[PackedMedium, ...]:
        return self._manifest.media

    def data(self, medium: PackedMedium) -> bytes:
        return self._checked(medium.path, LARGEST_FILE, medium.sha256)

    def _read_manifest(self) -> Manifest:
        try:
            manifest = _MEDIA.validate_json(self._read(_MANIFEST, LARGEST_JSON))
        except (ValidationError, *_UNREADABLE) as error:
            raise _broken() from error
        if manifest.format != FORMAT or manifest.version > VERSION:
            raise Invalid("PACKAGE_NEWER", field="file")
        packed = {each.path for each in manifest.media}
        if strange := sorted(set(self._parts) - packed - {_MIME, _MANIFEST, _COURSE}):
            raise Invalid("PACKAGE_STRANGE_FILE", field="file", file=strange[0][:80])
        return manifest

    def _checked(self, name: str, most: int, sha256: str) -> bytes:
        try:
            data = self._read(name, most)
        except _UNREADABLE as error:
            raise _broken() from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _broken()
        return data

    def _read(self, name: str, most: int) -> bytes:
        """Declared sizes are not believed: reading stops at the limit."""
        with self._zip.open(self._parts[name]) as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise ValueError("too large")
        return data


def is_package(file: IO[bytes]) -> bool:
    """By its first file, as the format wants it. The position of the file stays at its start."""
    file.seek(0)
    beginning = file.read(30 + len(_MIME) + 200)
    file.seek(0)
    return beginning.startswith(b"PK\x03\x04") and MIME_TYPE.encode() in beginning


def _check_directory(file: IO[bytes]) -> None:
    """By the end record alone, before a list is made of what may be millions of files. We write no comment after it."""
    if file.seek(0, io.SEEK_END) < _END_RECORD.size:
        raise _broken()
    file.seek(-_END_RECORD.size, io.SEEK_END)
    sign, _, _, _, files, size, _, _ = _END_RECORD.unpack(file.read(_END_RECORD.size))
    if sign != b"PK\x05\x06":
        raise _broken()
    if files > MOST_FILES or size > _LARGEST_DIRECTORY:
        raise Invalid("PACKAGE_UNSAFE", field="file")


def _broken() -> Invalid:
    return Invalid("PACKAGE_BROKEN", field="file")
