"""`make image-test`: builds the image and brings Ieum up as docs/operations.md says, with the proxy before it.

It needs root on Debian, some 4 GB of disk and ten minutes, most of them for packages. podman runs the compose file, in
a copy of `deploy/`. What cannot be done ends it with the error, and nothing counts as tried.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from services.registry import SERVICES
from tests.image import standins

ROOT = Path(__file__).parents[2]
IMAGE = "localhost/ieum:latest"
PASSPHRASE = "a bridge over the river Han"
_PATIENCE_SECONDS = 300
_BASES = ("python:3.11-slim-bookworm", "node:22-bookworm-slim")
_SERVERS = ("mongo:8.0", "nats:2.15-alpine", "caddy:2.11-alpine")
# Limits and ways that also hold where this is itself a container.
_CONTAINERS = """
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
"""


class Machine:
    """Runs commands, says what is done and how long it took."""

    def __init__(self, work: Path) -> None:
        self._work = work
        (work / "containers.conf").write_text(_CONTAINERS)
        self._environment = {**os.environ, "CONTAINERS_CONF": str(work / "containers.conf")}
        self._began = time.monotonic()

    def say(self, words: str) -> None:
        print(f"{time.monotonic() - self._began:6.0f} s  {words}", flush=True)

    def run(self, *command: str, given: str = "", **settings: str) -> str:
        """What the command printed. Ends everything with its last words where it fails."""
        done = self.try_to(*command, given=given, **settings)
        if done.returncode:
            sys.exit(f"image-test: failed: {' '.join(command)}\n{done.stdout[-3000:]}")
        return done.stdout

    def try_to(self, *command: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=ROOT, env=self._environment | settings, input=given, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip


def get_images(machine: Machine, names: tuple[str, ...], make: Callable[[], None]) -> None:
    """From a registry; where none can be reached, from what this machine has. What is here already stays."""
    for name in names:
        if not machine.try_to("podman", "image", "exists", f"docker.io/library/{name}").returncode:
            continue
        pulled = machine.try_to("podman", "pull", "-q", f"docker.io/library/{name}")
        if pulled.returncode:
            reason = pulled.stdout.strip().splitlines()[-1][-160:]
            machine.say(f"{name} cannot be had ({reason}): making stand-ins")
            return make()


def build(machine: Machine, work: Path) -> None:
    get_images(machine, _BASES, lambda: standins.build_bases(machine.run, work))
    machine.say("building the image")
    machine.run("buildah", "build", "--isolation", "chroot", "--layers", "-f", "deploy/Dockerfile", "-t", IMAGE, ".")
    held = machine.run("podman", "run", "--rm", "--network", "none", IMAGE, "python", "-c", _LOOK)
    user, secrets = json.loads(held.splitlines()[-1])
    expect("the image runs as user 10001", user, 10001)
    expect("no keys are in the image", secrets, [])
    machine.say("the image is built")


_LOOK = """
import json, os, pathlib
secret = [str(path) for path in pathlib.Path('/ieum').rglob('*') if 'secret' in path.name and path.suffix != '.py']
print(json.dumps([os.getuid(), secret]))
"""


def expect(what: str, seen: Any, wanted: Any) -> None:
    if seen != wanted:
        sys.exit(f"image-test: not so: {what}: {seen!r} instead of {wanted!r}")


class Compose:
    """The compose file in a directory of its own, so that neither keys nor settings come to lie in the tree."""

    def __init__(self, machine: Machine, work: Path) -> None:
        self._machine = machine
        here = work / "deploy"
        shutil.copytree(ROOT / "deploy", here, ignore=shutil.ignore_patterns("demo", "secrets", "backups", ".env"))
        self._file = here / "compose.yaml"
        document = yaml.safe_load(self._file.read_text())
        self._file.write_text(yaml.safe_dump(for_podman(document)))
        settings = (here / "env.example").read_text().replace("learn.example.org", "localhost")
        (here / ".env").write_text(f"{settings}IEUM_IMAGE={IMAGE}\n")

    def command(self, *arguments: str) -> tuple[str, ...]:
        return (".venv-image/bin/podman-compose", "--in-pod", "0", "-f", str(self._file), *arguments)

    def __call__(self, *arguments: str, given: str = "") -> str:
        return self._machine.run(*self.command(*arguments), given=given)

    def operate(self, step: str) -> None:
        self("--profile", "operator", "run", "--rm", "-T", step)

    def down(self) -> None:
        self._machine.try_to(*self.command("--profile", "operator", "down", "-v", "--timeout", "5"))


def for_podman(document: dict[str, Any]) -> dict[str, Any]:
    """Without what Debian 12's podman and podman-compose do not know: to wait for the health of others, to check more
    often at the start, and files as `configs`."""
    files = {name: config["file"] for name, config in document.pop("configs").items()}
    for service in document["services"].values():
        service.pop("depends_on", None)
        service.get("healthcheck", {}).pop("start_interval", None)
        mounted = [f"./{files[config['source']]}:{config['target']}:ro" for config in service.pop("configs", [])]
        service.setdefault("volumes", []).extend(mounted)
    return document


def bring_up(machine: Machine, compose: Compose) -> None:
    compose.operate("keys")
    machine.say("the keys are made; starting the stores")
    compose("up", "-d", "mongo", "nats")
    wait(lambda: healthy(machine, "mongo") and healthy(machine, "nats"), "the stores answer", compose)
    compose("up", "mongo-replica-set")
    compose("up", "-d", *SERVICES)
    compose("up", "-d", "gateway", "proxy")
    wait(lambda: ask("/sign-in")[0] == 200, "a page comes through the proxy", compose)
    wait(lambda: all(healthy(machine, name) for name in (*SERVICES, "gateway")), "all are healthy", compose)
    machine.say("all are healthy, and a page comes through the proxy")
    command = ("python", "-m", "services.people.commands", "create-admin", "--login", "chief", "--passphrase-file")
    compose("exec", "-T", "people", *command, "/dev/stdin", given=PASSPHRASE)


def healthy(machine: Machine, service: str) -> bool:
    return not machine.try_to("podman", "healthcheck", "run", f"ieum_{service}_1").returncode


def wait(check: Callable[[], bool], what: str, compose: Compose) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not check():
        if time.monotonic() > deadline:
            logs = compose("logs", "--tail", "5")[-6000:]
            sys.exit(f"image-test: not after {_PATIENCE_SECONDS} seconds: {what}\n{logs}")
        time.sleep(2)


def ask(path: str, body: Mapping[str, str] | None = None) -> tuple[int, http.client.HTTPMessage | None]:
    """Status and headers from the proxy, whose certificate is its own; 0 where nothing answers."""
    connection = http.client.HTTPSConnection("localhost", 443, timeout=10, context=ssl._create_unverified_context())  # noqa: S323
    try:
        headers = {"Content-Type": "application/json", "Origin": "https://localhost"}
        connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers
    except OSError:
        return 0, None
    finally:
        connection.close()


def use(machine: Machine, compose: Compose) -> None:
    status, headers = ask("/api/v1/sessions", {"login": "chief", "passphrase": PASSPHRASE})
    expect("the administrator signs in", status, 200)
    assert headers is not None
    cookie = headers.get("Set-Cookie", "")
    expect("the cookie is for this host alone", cookie.startswith("__Host-ieum_session=") and "Secure" in cookie, True)
    expect("browsers keep to https", "max-age=" in headers.get("Strict-Transport-Security", ""), True)
    for inside in ("/metrics", "/healthz", "/readyz"):
        expect(f"{inside} stays inside", ask(inside)[0], 404)
    machine.say("signed in through the proxy")
    compose.operate("backup")
    machine.say("backed up")


def main() -> None:
    work = Path(tempfile.mkdtemp(prefix="ieum-image-"))
    machine = Machine(work)
    compose = Compose(machine, work)
    try:
        build(machine, work)
        caddy = ROOT / ".venv-image/bin/caddy"
        get_images(machine, _SERVERS, lambda: standins.build_servers(machine.run, work, IMAGE, caddy))
        bring_up(machine, compose)
        use(machine, compose)
    finally:
        compose.down()
        shutil.rmtree(work, ignore_errors=True)
    machine.say("image-test: all of it came up and answered")


if __name__ == "__main__":
    main()
