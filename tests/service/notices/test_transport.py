"""The connection to the mail server."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from services.chassis.clock import now
from services.notices.channel import ServerAway
from services.notices.mail import settings as mail_settings
from services.notices.mail.transport import connected
from services.notices.settings import NoticesSettings
from tests.mailbox import Mailbox


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    box = Mailbox()
    await box.start()
    yield box
    await box.stop()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Of localhost, signed by itself: certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = tmp_path / "server.crt", tmp_path / "server.key"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@pytest.mark.parametrize("trouble", ["", "no certificate that we trust", "another password"])
async def test_the_password_goes_to_the_right_server_under_tls_or_nowhere(
    tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox, trouble: str
) -> None:
    await mailbox.stop()
    mailbox.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mailbox.tls.load_cert_chain(*certificate)
    mailbox.login = ("ieum", "right")
    await mailbox.start()
    if trouble != "no certificate that we trust":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    (tmp_path / "smtp_password").write_text("wrong" if trouble == "another password" else "right")
    url = SecretStr(f"smtp://ieum@localhost:{mailbox.port}?starttls")
    given = {"secrets": tmp_path, "smtp_url": url, "mail_from": "s@haneul.test", "public_url": "https://ieum.test"}
    mail = mail_settings.read(NoticesSettings.model_validate(given))
    assert isinstance(mail, mail_settings.Mail)

    async def send() -> None:
        async with connected(mail) as transport:
            message = EmailMessage()
            message["To"] = "a@office.test"
            await transport.send(message, "a@office.test")

    if trouble:
        with pytest.raises(ServerAway):
            await send()
    else:
        await send()
    assert len(mailbox.mails) == (0 if trouble else 1)
