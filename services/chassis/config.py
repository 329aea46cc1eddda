"""Settings of a process, from `IEUM_*` environment variables; secrets from files, so that no environment shows them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.registry import SERVICES, port_of, variable_of


def _service_addresses() -> dict[str, str]:
    """IEUM_PEOPLE, IEUM_COURSES and so on, of all services."""
    return {name: os.environ.get(variable_of(name)) or f"127.0.0.1:{port_of(name)}" for name in SERVICES}


class Settings(BaseSettings):
    """Shared by all processes. Addresses are "host:port"."""

    model_config = SettingsConfigDict(env_prefix="IEUM_", env_ignore_empty=True, frozen=True)

    mongo_url: str = "mongodb://127.0.0.1:27017/?directConnection=true"
    nats_url: str = "nats://127.0.0.1:4222"
    secrets: Path = Path(".ieum/secrets")
    data: Path = Path(".ieum")
    # Set by tests so that many systems fit on one mongod and one nats-server.
    prefix: str = ""
    stream_replicas: int = 1
    # PEM files of this process, for gRPC at both ends; the addresses of MongoDB and NATS name their own.
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    uvloop: bool = True
    log_level: str = "info"
    # Prometheus asks the gateway on this port, the services on those after it as SERVICES has them; 0 = nobody asks.
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"

    # "host:port" where a service says whether it serves, in the open and nothing else; "" = at its own address only.
    health_at: str = ""

    # Tells everybody who can reach a service which methods it has, for tools like grpcurl.
    reflection: bool = False

    # Which of the processes that do the same this is; an address below may list one for each: "host:1,host:2".
    worker: int = 0
    addresses: Mapping[str, str] = Field(default_factory=_service_addresses)

    # Decides where a day and a quarter end, and in which zone times are shown.
    time_zone: str = "Asia/Seoul"

    # Where Ieum is reached from outside, for links in mails; "" = not set.
    public_url: str = ""

    # A file that names everybody who was erased, outside the databases; "" = "erasures" in IEUM_DATA.
    erasures: Path | None = None

    @property
    def erasure_ledger(self) -> Path:
        return self.erasures or self.data / "erasures"

    def address(self, service: str) -> str:
        """Where this worker of a service listens; port 0 asks the system for a free one."""
        addresses = self.addresses[service].split(",")
        return addresses[min(self.worker, len(addresses) - 1)]

    def target(self, service: str) -> str:
        """All its workers, as gRPC writes it."""
        address = self.addresses[service]
        return f"ipv4:{address}" if "," in address else address

    def metrics_of(self, process: str) -> int:
        """The port of a process' measurements, or 0."""
        place = ("gateway", *SERVICES).index(process)
        return self.metrics_port and self.metrics_port + place + 10 * self.worker

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def signing_key(self, caller: str) -> bytes:
        """The private key with which the gateway or a service signs who is asking."""
        return self.secret(f"{caller}_signing_key")

    @cached_property
    def public_keys(self) -> Mapping[str, Sequence[bytes]]:
        """Those of everybody who may call a service, by name; more than one of somebody while they are replaced."""
        file = self.secrets / "public_keys"
        if not file.exists():
            raise FileNotFoundError(
                f"{file} is missing. Make it and what else is missing: python -m deploy.keys DIRECTORY"
            )
        callers: Mapping[str, Sequence[str]] = json.loads(file.read_text())
        return {caller: [bytes.fromhex(key) for key in several] for caller, several in callers.items()}

    @cached_property
    def shared_key(self) -> bytes | None:
        """The key with which the gateway of version 0.1 signed; there only until an upgrade is over."""
        return self.secret("principal_key") if (self.secrets / "principal_key").exists() else None

    @cached_property
    def pseudonym_key(self) -> bytes:
        """Turns a person into the pseudonym that statistics know."""
        return self.secret("pseudonym_key")

    def secret(self, name: str) -> bytes:
        """32 bytes from a file of 64 hex digits."""
        return bytes.fromhex((self.secrets / name).read_text().strip())
