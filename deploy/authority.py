"""A private authority and its certificates, for an Ieum whose parts speak TLS with each other on one machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.place import LOOPBACK

_AUTHORITY_DAYS, _DAYS = 3650, 90
_USES = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])


class Authority:
    """Its key stays in the directory; certificates are made anew at each start, so they never run out unseen."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.certificate = directory / "authority.pem"
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = directory / "authority.key"
        if not self.certificate.exists():
            self._make(key)
        self._key = serialization.load_pem_private_key(key.read_bytes(), None)
        self._issuer = x509.load_pem_x509_certificate(self.certificate.read_bytes())

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key of a part that answers on loopback."""
        assert isinstance(self._key, ec.EllipticCurvePrivateKey)  # noqa: S101 - we made it
        key, cert = ec.generate_private_key(ec.SECP256R1()), self._directory / f"{name}.pem"
        names = [x509.DNSName(name), x509.DNSName("localhost"), x509.IPAddress(ip_address(LOOPBACK))]
        builder = _builder(name, self._issuer.subject, key.public_key(), _DAYS)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(_USES, critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        _write(cert, builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return cert, _write(self._directory / f"{name}.key", _pem(key))

    def _make(self, at: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ieum on this machine")])
        builder = _builder("Ieum on this machine", name, key.public_key(), _AUTHORITY_DAYS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        _write(at, _pem(key))
        _write(self.certificate, builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def _builder(name: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(minutes=5),
        not_valid_after=now + timedelta(days=days),
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(data)
    return path
