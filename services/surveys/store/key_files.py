"""The halves of polls' keys that stand outside every database and backup: one file each, gone after the count."""

from __future__ import annotations

import os
from pathlib import Path


class KeyFiles:
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def write(self, name: str, half: bytes) -> None:
        """On the disk when this returns."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self._path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(half)
            opened.flush()
            os.fsync(opened.fileno())

    def read(self, name: str) -> bytes | None:
        """None where it is lost. Raises FileNotFoundError where the whole directory is not there: perhaps it comes
        back."""
        if not self._directory.is_dir():
            raise FileNotFoundError(self._directory)
        path = self._path(name)
        return path.read_bytes() if path.is_file() else None

    def destroy(self, name: str) -> None:
        """Overwritten first; what a disk keeps of it beyond that, decision 29 says."""
        path = self._path(name)
        if path.is_file():
            with path.open("r+b") as opened:
                opened.write(os.urandom(path.stat().st_size))
                opened.flush()
                os.fsync(opened.fileno())
            path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.half"
