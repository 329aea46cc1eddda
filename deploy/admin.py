"""`make admin`: the people service's account commands, for the Ieum that runs here with its stores and secrets."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.place import store_urls


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """What the running processes were told; what is given explicitly counts more."""
    data = Path(given.get("IEUM_DATA") or ".ieum").resolve()
    record = data / "ports.json"
    ports = json.loads(record.read_text()) if record.exists() else {}
    return {"IEUM_SECRETS": str(data / "secrets"), **store_urls(ports), **given}


if __name__ == "__main__":
    command = [sys.executable, "-m", "services.people.accounts", *sys.argv[1:]]
    os.execve(command[0], command, environment(os.environ))  # noqa: S606 - the very command that was asked for
