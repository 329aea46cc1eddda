"""`python -m services.statistics`: check our figures on your own files."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from services.statistics.commands.parser import parser
from services.statistics.figures.refusal import InvalidValue

T = TypeVar("T")
FOUND, REFUSED, DEFECT = 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    options = vars(parser().parse_args(arguments))
    run: Callable[..., dict[str, Any] | str] = options.pop("run")
    try:
        answer = run(**options)
        _print(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False, indent=2))
    except InvalidValue as error:
        name = error.file or options.get("path")
        print(f"{name}: {error}" if name else error, file=sys.stderr)
        return REFUSED
    except Exception as defect:  # exit status 1 means only that a table can be opened, or a figure differs
        print(f"This should not have happened; please report it: {defect!r}", file=sys.stderr)
        return DEFECT
    found = isinstance(answer, dict) and (answer.get("opens") or answer.get("different"))
    return FOUND if found else 0


def _print(answer: str) -> None:
    """Prints in UTF-8, as the files are read, whatever the terminal's encoding is."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    print(answer, flush=True)


def run() -> None:
    """`ieum-statistics`."""
    sys.exit(main())


if __name__ == "__main__":
    run()
