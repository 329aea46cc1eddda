"""Repeats the draw of a class: `python -m services.classes draw APPLICATIONS.csv --seed S` prints the order."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path

from services.chassis.errors import Problem
from services.classes.domain.draw import Entry, list_hash, order_of, verify


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        entries = read_entries(options.applications)
        if options.secret:
            verify(entries, options.seed, options.secret, options.word, options.commitment)
    except (OSError, ValueError, Problem) as error:
        print(f"{options.applications}: {error}", file=sys.stderr)
        return 1
    print(f"# list {list_hash(entries)}", file=sys.stderr)
    for place, entry in enumerate(order_of(options.seed, entries), start=1):
        print(f"{place},{entry.application},{entry.tier}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.classes", description=__doc__)
    commands = parser.add_subparsers(required=True)
    drawing = commands.add_parser("draw", help="print the order of a draw")
    drawing.add_argument("applications", type=Path, help="the published list, as CSV with application and tier")
    drawing.add_argument("--seed", required=True, help="the published seed")
    drawing.add_argument("--secret", default="", help="the published secret: checks that the seed follows from it")
    drawing.add_argument("--word", default="", help="the public word, where the class named one")
    drawing.add_argument("--commitment", default="", help="what was published with the class: checks the secret")
    return parser


def read_entries(path: Path) -> list[Entry]:
    """Raises ValueError, naming the line, for what is no list of a draw."""
    entries: list[Entry] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            if number == 1 and row[:1] == ["application"]:
                continue
            if len(row) != 2 or row[1] not in ("0", "1"):
                raise ValueError(f"line {number}: write application,tier with a tier of 0 or 1")
            entries.append(Entry(row[0], int(row[1])))
    return entries


if __name__ == "__main__":
    raise SystemExit(main())
