"""The ledger of erasures: a file outside the databases and their backups that names whoever was erased.

A backup from before an erasure knows nothing of it. Whoever restores it asks this ledger and erases again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path


class ErasureLedger:
    """A line for each: when, and the person's name, which is a number without meaning elsewhere."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: set[str] = set()
        self._read = 0
        self._reading = threading.Lock()

    def begin(self) -> None:
        """An empty one says that nobody was erased; a missing one says nothing. Raises OSError where none can be."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))

    def add(self, person: str, time: datetime) -> None:
        """Returns when the disk has it. Safe to repeat."""
        if person in self._persons_so_far():
            return
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{time.isoformat(timespec='seconds')} {person}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _persons_so_far(self) -> set[str]:
        """Reads only what was added since, by whichever process: a list of thousands may be erased at once."""
        with self._reading:
            if not self._file.exists():
                return set()
            with self._file.open("rb") as file:
                file.seek(self._read)
                added = file.read()
            whole = added[: added.rfind(b"\n") + 1]
            self._read += len(whole)
            self._known.update(line.partition(" ")[2] for line in whole.decode().splitlines())
            return self._known

    def persons(self) -> Iterator[str]:
        """The names, oldest first; a line that was cut off by a crash is passed over."""
        if self._file.exists():
            for line in self._file.read_text().splitlines():
                _, _, person = line.partition(" ")
                if person.startswith("people/"):
                    yield person
