"""`make chaos SEED= MINUTES=`: exit status 1 where anything is wrong. The same seed plans the same faults."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import tempfile
from pathlib import Path

from tests.chaos.run import Outcome, prepared, unleash


async def run(data: Path, seed: int, minutes: float) -> Outcome:
    async with prepared(data) as hand:
        return await unleash(hand, seed, minutes * 60, at_once=4, say=lambda line: print(line, flush=True))


def main() -> int:
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    minutes = float(os.environ.get("MINUTES") or 10)
    with tempfile.TemporaryDirectory(prefix="ieum-chaos-", ignore_cleanup_errors=True) as data:
        outcome = asyncio.run(run(Path(data), seed, minutes))
        print(outcome)
        if keep := os.environ.get("KEEP"):
            (Path(data) / "logs").rename(keep)
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
