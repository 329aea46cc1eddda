"""`make admin`: the people service's account commands, for the Ieum that runs here with its stores and secrets.

`python -m deploy.admin services.statistics rebuild`, and so on: any service's own command, with the same environment.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.place import SAVED_ENVIRONMENT


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of the running processes; `given` overrides it."""
    data = Path(given.get("IEUM_DATA") or ".ieum").resolve()
    saved = json.loads((data / SAVED_ENVIRONMENT).read_text()) if (data / SAVED_ENVIRONMENT).exists() else {}
    return {"IEUM_SECRETS": str(data / "secrets"), **saved, **given}


def command(asked: list[str]) -> list[str]:
    of_a_service = bool(asked) and asked[0].startswith("services.")
    return [sys.executable, "-m", *([] if of_a_service else ["services.people.commands"]), *asked]


if __name__ == "__main__":
    os.execve(sys.executable, command(sys.argv[1:]), environment(os.environ))  # noqa: S606 - what was asked for
