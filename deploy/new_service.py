"""`make new-service NAME=surveys`: the skeleton of a service from `service_template/`, entered in the list of services.

`make manifests` then writes what compose, Kubernetes and the import contracts say of it.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from keyword import iskeyword
from pathlib import Path
from string import Template

ROOT = Path(__file__).parents[1]
TEMPLATES = Path(__file__).with_name("service_template")
# Room of the template -> folder of the tree.
_FOLDERS = {"proto": "proto/ieum/{}/v1", "code": "services/{}", "unit": "tests/unit/{}", "service": "tests/service/{}"}
_NAME = re.compile(r"[a-z]{3,20}")
_REGISTRY = "services/registry.py"
_CONTRACTS = ".importlinter"


class CannotMake(Exception):
    """Says what to do instead."""


def make(root: Path, name: str) -> list[Path]:
    """Returns the files made. The list comes last: a service that is in it has all its files."""
    if not _NAME.fullmatch(name) or iskeyword(name):
        raise CannotMake(f"NAME={name} cannot name a package. Use 3 to 20 small letters, for example NAME=surveys.")
    if (root / "services" / name).exists():
        raise CannotMake(f"services/{name} is there already. Choose another name.")
    made = [_write(root, name, template) for template in sorted(TEMPLATES.rglob("*.tmpl"))]
    _insert(root / _CONTRACTS, r"(?s)(\[importlinter:contract:rooms\].*?)(\nlayers =)", rf"\1\n    services.{name}\2")
    _insert(root / _REGISTRY, r"(?s)(\nREGISTRY = \(.*?)(\n\)\n)", rf'\1\n    Service("{name}", hears=("people",)),\2')
    return made


def _write(root: Path, name: str, template: Path) -> Path:
    room, *rest = template.relative_to(TEMPLATES).parts
    target = root / _FOLDERS[room].format(name) / "/".join(rest).replace("NAME", name).removesuffix(".tmpl")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(Template(template.read_text()).substitute(name=name, Name=name.capitalize()))
    return target


def _insert(file: Path, pattern: str, replacement: str) -> None:
    text, count = re.subn(pattern, replacement, file.read_text(), count=1)
    if not count:
        raise CannotMake(f"{file} does not look as expected; enter the service there by hand.")
    file.write_text(text)


def _sort_imports(root: Path, code: list[str]) -> None:
    """Their order depends on the service's name."""
    ruff = [sys.executable, "-m", "ruff"]
    subprocess.run([*ruff, "check", "-q", "--fix", *code], cwd=root, check=True)  # noqa: S603 - our own files
    subprocess.run([*ruff, "format", "-q", *code], cwd=root, check=True)  # noqa: S603


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--root", type=Path, default=ROOT)
    asked = parser.parse_args()
    try:
        made = make(asked.root, asked.name)
    except CannotMake as reason:
        print(reason, file=sys.stderr)
        return 1
    _sort_imports(asked.root, [str(path) for path in made if path.suffix == ".py"])
    for path in made:
        print(path.relative_to(asked.root))
    print(f"Run `make manifests`, then `make check` and `make test ARGS=tests/service/{asked.name}`.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
