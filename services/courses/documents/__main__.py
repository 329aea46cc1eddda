"""Reads the document on standard input and writes what it holds as JSON, within limits of memory and time."""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from dataclasses import asdict
from typing import Any

from services.chassis.child_process import limit_resources
from services.courses.documents import formats
from services.courses.documents.reading import Unreadable

MEMORY = 1024**3
SECONDS = 30


def main() -> int:
    (title,) = sys.argv[1:]
    limit_resources(MEMORY, SECONDS)
    try:
        answer: dict[str, Any] = {"document": asdict(formats.read(sys.stdin.buffer.read(), title))}
    except Unreadable as error:
        answer = {"refused": error.reason}
    except (MemoryError, RecursionError) as error:
        print(repr(error), file=sys.stderr)
        return 1
    json.dump(answer, sys.stdout, default=_in_base64)
    return 0


def _in_base64(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(type(value))


if __name__ == "__main__":
    sys.exit(main())
