"""A ZIP that is fetched while it is written. Nothing is compressed or dated: the same files give the same bytes."""

from __future__ import annotations

import io
import zipfile
from typing import Any


class _Sink(io.RawIOBase):
    """Where the ZIP is written to. Keeps only what was not fetched yet, so that a package needs no room of its own."""

    def __init__(self) -> None:
        self._start = 0
        self._kept = io.BytesIO()

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._start + self._kept.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._start + self._kept.seek(offset - self._start if whence == io.SEEK_SET else offset, whence)

    def write(self, data: Any) -> int:
        return self._kept.write(data)

    def fetch(self) -> bytes:
        data = self._kept.getvalue()
        self._start += len(data)
        self._kept = io.BytesIO()
        return data


class ZipPieces:
    def __init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_STORED)

    def add(self, name: str, data: bytes) -> None:
        info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        info.create_system, info.external_attr = 3, 0o644 << 16
        self._zip.writestr(info, data)

    def fetch(self) -> bytes:
        return self._sink.fetch()

    def end(self) -> bytes:
        self._zip.close()
        return self.fetch()
