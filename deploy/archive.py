"""What a backup looks like on disk: a directory of gzipped BSON, one file for each collection and each event stream (as
`mongodump --gzip` writes them), and last of all a manifest that counts them. Without its manifest it is no backup."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

FORMAT = 1
RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
_LEVEL = 3
_SAY_EVERY_SECONDS = 5.0
_BATCH_BYTES, _BATCH_DOCUMENTS = 8 * 1024 * 1024, 1_000


class CannotRestore(Exception):
    """Says what to do."""


@dataclass(frozen=True)
class Manifest:
    """`files`: by the path inside, how many documents it holds and its SHA-256."""

    made: str
    prefix: str
    collections: Mapping[str, Mapping[str, list[dict[str, Any]]]]
    """By database and collection: its indexes."""
    streams: tuple[str, ...]
    files: Mapping[str, Mapping[str, Any]]

    def count(self, path: Path) -> int:
        return int(self.files[str(path)]["documents"])


def for_its_owner(path: Path) -> IO[bytes]:
    """A new file that nobody else may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def collection_file(database: str, collection: str) -> Path:
    return Path("mongo", database, f"{collection}.bson.gz")


def stream_file(stream: str) -> Path:
    return Path("streams", f"{stream}.bson.gz")


class Progress:
    """Lines for whoever waits: one for each file when it is done, and one every few seconds of a large one."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last = time.monotonic()

    def reached(self, path: Path, count: int, total: int | None = None) -> None:
        if time.monotonic() - self._last >= _SAY_EVERY_SECONDS:
            self._line(path, count, f" of {total:,}" if total else " so far")

    def done(self, path: Path, count: int) -> None:
        self._line(path, count, "")

    def _line(self, path: Path, count: int, rest: str) -> None:
        self._say(f"{count:>14,}{rest}  {str(path).removesuffix('.bson.gz')}")
        self._last = time.monotonic()


async def write(root: Path, path: Path, documents: AsyncIterator[bytes], progress: Progress) -> dict[str, Any]:
    """Its line in the manifest."""
    (root / path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    count = 0
    with for_its_owner(root / path) as plain, gzip.open(plain, "wb", compresslevel=_LEVEL) as file:
        async for document in documents:
            file.write(document)
            count += 1
            progress.reached(path, count)
    progress.done(path, count)
    return {"documents": count, "sha256": _digest(root / path)}


def read(root: Path, path: Path) -> Iterator[list[RawBSONDocument]]:
    """In batches that the database takes in one go."""
    batch: list[RawBSONDocument] = []
    size = 0
    with gzip.open(root / path, "rb") as file:
        for document in bson.decode_file_iter(cast(IO[bytes], file), RAW):
            batch.append(document)
            size += len(document.raw)
            if size >= _BATCH_BYTES or len(batch) >= _BATCH_DOCUMENTS:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def write_manifest(root: Path, manifest: Manifest) -> None:
    # In the order given: that of an index's fields matters.
    text = json.dumps({"format": FORMAT, **vars(manifest)}, indent=1)
    with for_its_owner(root / "manifest.json") as file:
        file.write(f"{text}\n".encode())


def checked_manifest(root: Path) -> Manifest:
    """Every file is compared with its checksum before anything is written anywhere."""
    try:
        given = json.loads((root / "manifest.json").read_text())
        if given.pop("format") != FORMAT:
            raise CannotRestore(f"{root} was made by another version of Ieum. Restore it with that version.")
        manifest = Manifest(**{**given, "streams": tuple(given["streams"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotRestore(
            f"{root} is not a finished backup ({error}). Name the directory of one: FROM=..."
        ) from error
    expected = {stream_file(stream) for stream in manifest.streams}
    expected |= {collection_file(database, name) for database, names in manifest.collections.items() for name in names}
    if {Path(path) for path in manifest.files} != expected or any(_leads_outside(root, path) for path in expected):
        raise CannotRestore(f"The manifest of {root} names files that are none of a backup's. Nothing was done.")
    for path, line in manifest.files.items():
        if not (root / path).is_file() or _digest(root / path) != line["sha256"]:
            raise CannotRestore(f"{path} of this backup is missing or damaged. Take another backup; nothing was done.")
    return manifest


def _leads_outside(root: Path, path: Path) -> bool:
    """Also by a link inside."""
    return (root / path).resolve() != root.resolve() / path or ".." in path.parts


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
