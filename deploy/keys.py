"""`python -m deploy.keys DIRECTORY`: makes the keys that a new Ieum needs, for its owner alone.

It never touches a key that is there: with another pseudonym_key nobody in the statistics is known any more. Run by
root, as in a container, it gives the files to the user that the image's processes run as.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

KEYS = ("principal_key", "pseudonym_key", "session_key")
SMTP_PASSWORD = "smtp_password"  # noqa: S105 - the name of a file
IMAGE_USER = 10001


def make_keys(directory: Path) -> None:
    """32 random bytes in hexadecimal for each key that is missing."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in KEYS:
        write_once(directory / name, secrets.token_hex(32))


def write_once(file: Path, text: str) -> None:
    """Appears whole, and only where no file of that name has anything in it."""
    if file.exists() and file.stat().st_size:
        return
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
    # The mail server's password goes in here, where it asks for one.
    (directory / SMTP_PASSWORD).touch(mode=0o600)
    if os.geteuid() == 0:
        for file in (directory, *directory.iterdir()):
            os.chown(file, IMAGE_USER, IMAGE_USER)
    print(f"The keys are in {directory}. Keep a copy of them apart from the backups.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
