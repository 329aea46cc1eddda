"""Licence notices of what the image ships, read from the metadata of the installed packages.

`python -m deploy.licences` writes them into NOTICE. The head of NOTICE, above the marker, is written by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTICE = ROOT / "NOTICE"
MARKER = "Packages (written by `python -m deploy.licences`)\n"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
    "The MIT License (MIT)": "MIT",
}
"""What packages write that do not name their licence as SPDX does."""


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    licence: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}: {self.licence}"


def shipped(known: Iterable[Package] = ()) -> list[Package]:
    """Python packages of requirements/run.txt, and npm packages that are bundled. A package that this Python does not
    need is not installed; its licence is taken from `known`."""
    earlier = {package.name: package.licence for package in known}
    pinned = _PINNED.findall((ROOT / "requirements/run.txt").read_text())
    return sorted(
        [Package(name, version, _licence(name) or earlier.get(name, "")) for name, version in pinned] + _bundled(),
        key=lambda package: package.name,
    )


def listed() -> list[Package]:
    """The packages that NOTICE names."""
    _, _, lines = NOTICE.read_text().partition(MARKER)
    return [Package(*found) for found in re.findall(r"^(\S+) (\S+): (.+)$", lines, re.MULTILINE)]


def write() -> None:
    head = NOTICE.read_text().partition(MARKER)[0]
    NOTICE.write_text(f"{head}{MARKER}\n" + "".join(f"{package}\n" for package in shipped(listed())))


def _licence(name: str) -> str:
    """As an SPDX expression; "" where the package is not installed."""
    try:
        fields = metadata(name)
    except PackageNotFoundError:
        return ""
    if "License-Expression" in fields:
        return str(fields["License-Expression"])
    text = str(fields["License"]) if "License" in fields else ""
    if 0 < len(text) < 40:
        return _SPDX.get(text, text)
    classifiers = [each.rpartition(" :: ")[2] for each in fields.get_all("Classifier") or [] if "License" in each]
    return " OR ".join(_SPDX.get(each, each) for each in classifiers)


def _bundled() -> list[Package]:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return [
        Package(path.removeprefix("node_modules/"), package["version"], package.get("license", ""))
        for path, package in packages.items()
        if path and not package.get("dev")
    ]


if __name__ == "__main__":
    write()
