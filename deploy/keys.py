"""`python -m deploy.keys DIRECTORY`: makes the keys that a new Ieum needs, for its owner alone.

`{caller}_signing_key` is the private half of the pair with which the gateway, or a service that calls others, signs
who is asking; `public_keys` has the other halves by caller. Each process is given only the files it reads.

It never touches a key that is there: with another pseudonym_key nobody in the statistics is known any more. Run by
root, as in a container, it gives the files to the user that the image's processes run as.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path

from services.chassis.signature import public_half
from services.registry import CALLERS

KEYS = ("pseudonym_key", "session_key", *(f"{caller}_signing_key" for caller in CALLERS))
PUBLIC_KEYS = "public_keys"
FOREIGN = ("smtp_password", "sms_token")
"""Files for what others gave out: the mail server's password and the SMS gateway's token."""
IMAGE_USER = 10001


def make_keys(directory: Path) -> None:
    """32 random bytes in hexadecimal for each key that is missing; public_keys names what signs now, beside what it
    names already."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in KEYS:
        if not (directory / name).exists():
            _write(directory / name, secrets.token_hex(32))
    _write(directory / PUBLIC_KEYS, json.dumps(_public_keys(directory), indent=1) + "\n")


def _public_keys(directory: Path) -> dict[str, list[str]]:
    file = directory / PUBLIC_KEYS
    known: dict[str, list[str]] = json.loads(file.read_text()) if file.exists() else {}
    for caller in CALLERS:
        private = bytes.fromhex((directory / f"{caller}_signing_key").read_text())
        known[caller] = list(dict.fromkeys([*known.get(caller, ()), public_half(private).hex()]))
    return known


def _write(file: Path, text: str) -> None:
    """Appears whole."""
    part = file.with_name(f"{file.name}.part")
    part.touch(mode=0o600)
    part.write_text(text)
    part.rename(file)


def main() -> int:
    if len(sys.argv) != 2:
        print("Name a directory for the keys: python -m deploy.keys DIRECTORY", file=sys.stderr)
        return 1
    directory = Path(sys.argv[1])
    make_keys(directory)
    for name in FOREIGN:
        (directory / name).touch(mode=0o600)
    if os.geteuid() == 0:
        for file in (directory, *directory.iterdir()):
            os.chown(file, IMAGE_USER, IMAGE_USER)
    print(f"The keys are in {directory}. Keep a copy of them apart from the backups.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
