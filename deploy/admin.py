"""`make admin`: the people service's account commands, for the Ieum that runs here with its stores and secrets.

`python -m deploy.admin services.statistics rebuild`, and so on: any service's own command, told the same.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.place import TOLD


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """What the running processes were told; what is given explicitly counts more."""
    data = Path(given.get("IEUM_DATA") or ".ieum").resolve()
    told = json.loads((data / TOLD).read_text()) if (data / TOLD).exists() else {}
    return {"IEUM_SECRETS": str(data / "secrets"), **told, **given}


def command(asked: list[str]) -> list[str]:
    of_a_service = bool(asked) and asked[0].startswith("services.")
    return [sys.executable, "-m", *([] if of_a_service else ["services.people.commands"]), *asked]


if __name__ == "__main__":
    os.execve(sys.executable, command(sys.argv[1:]), environment(os.environ))  # noqa: S606 - what was asked for
