"""Settings of mail: the server, the sender, and the address for links. Without them mail is off, and the pages say so.

`IEUM_SMTP_URL`  smtp://[user[:password]@]host[:port][?starttls] or smtps://...; the password rather in the file
                 `smtp_password` of the secrets directory, where no environment shows it
`IEUM_MAIL_FROM` the sender, "Name <address>" or an address; answers and bounces go there
`IEUM_PUBLIC_URL` where Ieum is reached from outside, for the links
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from services.notices.settings import NoticesSettings

PORTS = {"smtp": 25, "smtps": 465}
SUBMISSION = 587


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    tls: bool = False
    starttls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Mail:
    """What sending needs. `public_url` has no slash at its end."""

    server: MailServer
    sender: Address
    public_url: str


@dataclass(frozen=True)
class Off:
    """Mail is off. `reason` is machine-readable and names the setting to look at."""

    reason: str


def read(settings: NoticesSettings) -> Mail | Off:
    url = settings.smtp_url.get_secret_value()
    if not url:
        return Off("SMTP_URL_MISSING")
    server = _server(url, _password(settings))
    if isinstance(server, Off):
        return server
    sender = _sender(settings.mail_from)
    if sender is None:
        return Off("MAIL_FROM_INVALID")
    public = urlsplit(settings.public_url)
    if public.scheme not in ("http", "https") or not public.hostname:
        return Off("PUBLIC_URL_INVALID")
    return Mail(server, sender, settings.public_url.rstrip("/"))


def _server(url: str, password: str) -> MailServer | Off:
    try:
        parts = urlsplit(url)
        given_port = parts.port
    except ValueError:
        return Off("SMTP_URL_INVALID")
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/"):
        return Off("SMTP_URL_INVALID")
    if parts.query not in ("", "starttls"):
        return Off("SMTP_URL_INVALID")
    starttls = parts.query == "starttls"
    port = given_port or (SUBMISSION if starttls else PORTS[parts.scheme])
    user, password = unquote(parts.username or ""), password or unquote(parts.password or "")
    server = MailServer(parts.hostname, port, parts.scheme == "smtps", starttls, user, password if user else "")
    is_unprotected = not (server.tls or starttls or _is_loopback(parts))
    return Off("PASSWORD_UNPROTECTED") if user and is_unprotected else server


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _password(settings: NoticesSettings) -> str:
    path = settings.secrets / "smtp_password"
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def _sender(text: str) -> Address | None:
    if not text.isprintable():
        return None
    name, spec = parseaddr(text)
    try:
        return Address(display_name=name, addr_spec=spec) if "@" in spec.strip("@") and spec.isascii() else None
    except ValueError:
        return None
