"""`ieum COMMAND ...`, where Ieum is installed as a package: its processes and the steps of an operator."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Mapping

from services.registry import SERVICES

COMMANDS: Mapping[str, tuple[str, str]] = {
    "gateway": ("gateway.main", "run the gateway"),
    **{name: (f"services.{name}.main", f"run the service {name}") for name in SERVICES},
    "accounts": ("services.people.commands", "make an administrator, set a passphrase"),
    "keys": ("deploy.keys", "make the keys of a new site"),
    "backup": ("deploy.backup", "save everything as of one moment"),
    "restore": ("deploy.restore", "fill empty stores from a backup"),
    "dead-letters": ("deploy.dead_letters", "see, repeat and remove events that could not be handled"),
}


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in COMMANDS:
        width = max(map(len, COMMANDS))
        lines = [f"  {each:<{width}}  {words}" for each, (_, words) in COMMANDS.items()]
        print("usage: ieum COMMAND ...\n\n" + "\n".join(lines), file=sys.stdout if name == "--help" else sys.stderr)
        sys.exit(0 if name == "--help" else 2)
    module, _ = COMMANDS[name]
    sys.argv = [f"ieum {name}", *sys.argv[2:]]
    runpy.run_module(module, run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main()
