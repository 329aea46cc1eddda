"""Certificates for both ends of gRPC, and for NATS as its URL names them; MongoDB's driver reads its own URL."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import grpc

from services.chassis.config import Settings


@dataclass(frozen=True)
class Identity:
    """PEM files. Whoever is spoken to must show a certificate of the same authority, at either end."""

    ca: Path
    cert: Path
    key: Path

    def for_servers(self) -> grpc.ServerCredentials:
        pair = (self.key.read_bytes(), self.cert.read_bytes())
        return grpc.ssl_server_credentials([pair], root_certificates=self.ca.read_bytes(), require_client_auth=True)

    def for_clients(self) -> grpc.ChannelCredentials:
        return grpc.ssl_channel_credentials(self.ca.read_bytes(), self.key.read_bytes(), self.cert.read_bytes())

    def context(self) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=self.ca)
        made.load_cert_chain(self.cert, self.key)
        return made


def identity(settings: Settings) -> Identity | None:
    """Nothing where none is set: gRPC is then spoken in the open."""
    if settings.tls_ca and settings.tls_cert and settings.tls_key:
        return Identity(settings.tls_ca, settings.tls_cert, settings.tls_key)
    if settings.tls_ca or settings.tls_cert or settings.tls_key:
        raise ValueError("Set all of IEUM_TLS_CA, IEUM_TLS_CERT and IEUM_TLS_KEY, or none of them.")
    return None


def of_nats(url: str) -> tuple[list[str], ssl.SSLContext | None]:
    """Servers of "tls://user:passphrase@host:4222,tls://...?ca=FILE&cert=FILE&key=FILE", and how to speak with them."""
    servers, _, query = url.partition("?")
    told = parse_qs(query, strict_parsing=bool(query))
    if not told:
        return servers.split(","), None
    files = {name: Path(values[0]) for name, values in told.items()}
    if files.keys() != {"ca", "cert", "key"}:
        raise ValueError("The options of IEUM_NATS_URL are ?ca=FILE&cert=FILE&key=FILE, all three of them.")
    return servers.split(","), Identity(**files).context()
