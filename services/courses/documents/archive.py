"""The files of a package, ZIP or tar: looked at before they are read, never unpacked to a disk."""

from __future__ import annotations

import io
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.courses.documents import package
from services.courses.documents.reading import Unreadable

GZIP = b"\x1f\x8b"
_DRIVE = re.compile(r"[A-Za-z]:")
UNSAFE = "PACKAGE_HOSTILE"


@dataclass(frozen=True)
class Archive:
    """By name, with "/" between folders."""

    _zip: zipfile.ZipFile | None = None
    _entries: Mapping[str, zipfile.ZipInfo] = field(default_factory=dict)
    _data: Mapping[str, bytes] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self._entries or name in self._data

    @property
    def names(self) -> list[str]:
        return sorted((*self._entries, *self._data))

    def read(self, name: str) -> bytes:
        if name in self._data:
            return self._data[name]
        if self._zip is None or name not in self._entries:
            raise Unreadable(f"{name} is missing")
        return package.part(self._zip, self._entries[name])

    def xml(self, name: str) -> Any:
        return package.xml_of(self.read(name), name)


def opened(data: bytes) -> Archive:
    """Raises Unreadable for what could fill memory, leads out of the package, or is no archive."""
    return _opened_tar(data) if data.startswith(GZIP) else _opened_zip(data)


def _opened_zip(data: bytes) -> Archive:
    opened = package.opened(data)
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in opened.infolist():
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unreadable("a link", UNSAFE)
        name = _checked(_decoded(entry))
        if not entry.is_dir():
            entries[name] = entry
    return Archive(opened, entries)


def _decoded(entry: zipfile.ZipInfo) -> str:
    """Names without the mark of UTF-8 were read as cp437; programs of Korea mean UTF-8 or CP949."""
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename
    for encoding in ("utf-8", "cp949"):
        try:
            return entry.filename.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return entry.filename


def _opened_tar(data: bytes) -> Archive:
    files: dict[str, bytes] = {}
    size = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r|gz") as opened:
            for number, member in enumerate(opened):
                if number >= package.MOST_PARTS:
                    raise Unreadable("too many files", UNSAFE)
                if member.isdir():
                    continue
                if not member.isreg() or member.issparse():
                    raise Unreadable("a link or a device", UNSAFE)
                size += member.size
                if size > package.LARGEST or member.size > package.LARGEST_PART:
                    raise Unreadable("too large", UNSAFE)
                name, stream = _checked(member.name), opened.extractfile(member)
                if name in files:
                    raise Unreadable("a file stands twice", UNSAFE)
                files[name] = stream.read() if stream else b""
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError) as error:
        raise Unreadable("no archive") from error
    return Archive(_data=files)


def _checked(name: str) -> str:
    plain = name.removeprefix("./")
    steps = plain.split("/")
    if plain.startswith("/") or _DRIVE.match(plain) or ".." in steps or "\\" in plain or "\0" in plain:
        raise Unreadable("a name that leads out of the package", UNSAFE)
    return plain
