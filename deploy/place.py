"""One installation on this machine: its data directory, ports, secrets, and the environment of its processes.

Nothing outside IEUM_DATA is written.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.keys import make_keys
from services.registry import SERVICES, variable_of

LOOPBACK = "127.0.0.1"
# Below the kernel's ephemeral ports: no outgoing connection may take the port of a process that is being restarted, and
# no client that connects there meanwhile may be connected to itself.
INTERNAL_PORTS = range(20000, 32000)
MOST_WORKERS = 64
SAVED_ENVIRONMENT = "told.json"
_SAVED = frozenset(
    f"IEUM_{name}"
    for name in (
        *("HOST", "PORT", "SECRETS", "MONGO_URL", "NATS_URL", "STREAM_REPLICAS", "PREFIX", "TIME_ZONE"),
        *("TLS_CA", "TLS_CERT", "TLS_KEY"),
    )
) | {variable_of(name) for name in SERVICES}
STORE_URLS = {"mongod": "IEUM_MONGO_URL", "nats-server": "IEUM_NATS_URL"}


class CannotStart(Exception):
    """Says to whoever started Ieum what to do."""


@dataclass(frozen=True)
class Place:
    data: Path
    host: str
    port: int
    ports: Mapping[str, int]
    environment: Mapping[str, str]

    def workers(self, name: str) -> int:
        """As how many processes the gateway or a service runs."""
        return workers_of(self.environment, name)

    @property
    def url(self) -> str:
        host = LOOPBACK if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 (compared, not bound)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def owns(self, store: str) -> bool:
        return store in self.ports

    def directory(self, name: str) -> Path:
        path = self.data / name
        path.mkdir(parents=True, exist_ok=True)
        return path


def settle(given: Mapping[str, str], internal: tuple[str, ...]) -> Place:
    """Assigns ports to the `internal` processes, those of last time if still free, and makes missing secrets."""
    data = Path(given.get("IEUM_DATA") or ".ieum").resolve()
    host = given.get("IEUM_HOST") or LOOPBACK
    port = _gateway_port(host, given.get("IEUM_PORT") or "8080")
    own_names = [name for name in internal if not given.get(STORE_URLS.get(name, ""))]
    wanted = [each for name in (*own_names, "gateway") for each in worker_names(name, workers_of(given, name))]
    ports = _internal_ports(data / "ports.json", wanted, port)
    addresses = {
        f"IEUM_{name.upper()}": ",".join(f"{LOOPBACK}:{ports[each]}" for each in worker_names(name, many))
        for name in own_names
        if name not in STORE_URLS and (many := workers_of(given, name))
    }
    own = {
        "IEUM_DATA": str(data),
        "IEUM_HOST": host,
        "IEUM_PORT": str(port),
        "IEUM_SECRETS": str(_secrets(data / "secrets")),
        "PYTHONUNBUFFERED": "1",
    }
    return Place(data, host, port, ports, {**given, **addresses, **store_urls(ports), **own})


def save_environment(place: Place) -> None:
    """Saves the environment for later commands (`make backup`). Mode 0600: it contains passwords."""
    file = place.data / SAVED_ENVIRONMENT
    file.touch(mode=0o600)
    file.write_text(json.dumps({name: value for name, value in place.environment.items() if name in _SAVED}, indent=2))


def worker_names(name: str, many: int) -> tuple[str, ...]:
    """Names of the processes of one kind: progress, progress-2, progress-3."""
    return (name, *(f"{name}-{number}" for number in range(2, many + 1)))


def workers_of(given: Mapping[str, str], name: str) -> int:
    """IEUM_WORKERS is a number for the gateway and every service, or one for some: gateway:2,progress:3."""
    if name in STORE_URLS or not name.isalpha():
        return 1
    workers = given.get("IEUM_WORKERS", "").replace(" ", "")
    try:
        some = dict(part.split(":") for part in workers.split(",")) if ":" in workers else {name: workers or "1"}
        many = int(some.get(name, "1"))
    except ValueError:
        many = 0
    if not 1 <= many <= MOST_WORKERS:
        raise CannotStart(
            f"IEUM_WORKERS={workers} says no number of processes. Give one from 1 to {MOST_WORKERS} for all, "
            "or for some: IEUM_WORKERS=gateway:2,progress:2"
        )
    return many


def store_urls(ports: Mapping[str, int]) -> dict[str, str]:
    urls = {"mongod": "mongodb://{}/?replicaSet=ieum", "nats-server": "nats://{}"}
    return {STORE_URLS[name]: urls[name].format(f"{LOOPBACK}:{ports[name]}") for name in urls if name in ports}


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Holds a lock on the data directory, which the system releases however this process ends."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(
                f"Ieum already runs on {data} (process {lock.read().strip() or 'unknown'}). "
                "Stop it first, or choose another directory: IEUM_DATA=/another/directory make run"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _gateway_port(host: str, text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise CannotStart(f"IEUM_PORT={text} is not a port number. Choose one from 1024 to 65535, for example 8080.")
    if text == "0":
        return _free_port(set())
    try:
        _bind(host, int(text))
    except PermissionError:
        raise CannotStart(f"Port {text} may only be opened by root. Choose one above 1023: IEUM_PORT=8080") from None
    except OSError as error:
        raise CannotStart(
            f"Port {text} on {host} is taken ({error.strerror}). Stop the program that has it, "
            f"or choose another port: IEUM_PORT={int(text) + 1 if int(text) < 65535 else 8080} make run"
        ) from None
    return int(text)


def _internal_ports(record: Path, names: list[str], gateway_port: int) -> dict[str, int]:
    """The gateway's own port may lie among them, and nothing listens on it yet."""
    last: dict[str, int] = json.loads(record.read_text()) if record.exists() else {}
    ports: dict[str, int] = {}
    for name in names:
        before, taken = last.get(name, 0), {gateway_port, *ports.values()}
        ports[name] = before if before not in taken and _is_free(before) else _free_port(taken)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps({**last, **ports}, indent=2) + "\n")
    return ports


def _free_port(taken: set[int]) -> int:
    candidates = random.SystemRandom().sample(INTERNAL_PORTS, 200)
    return next(port for port in candidates if port not in taken and _is_free(port))


def _is_free(port: int) -> bool:
    try:
        _bind(LOOPBACK, port)
    except OSError:
        return False
    return port != 0


def _bind(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As the servers do, so that connections of the last run that are still closing do not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _secrets(directory: Path) -> Path:
    make_keys(directory)
    # Version 0.1 signed with it. Here all processes start together, so nobody signs with it any more.
    (directory / "principal_key").unlink(missing_ok=True)
    return directory
