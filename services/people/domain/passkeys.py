"""Passkeys (WebAuthn credentials): what is kept of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.chassis.errors import Invalid

NAME_LENGTH = 60
MOST_PASSKEYS = 20


@dataclass(frozen=True)
class Passkey:
    id: str
    """The credential's, in base64url."""
    public_key: bytes
    rp_id: str
    """The host it was made for: on another one the browser does not offer it."""
    display_name: str
    create_time: datetime
    sign_count: int = 0
    last_use_time: datetime | None = None


def checked_name(name: str) -> str:
    """What its owner knows it by, e.g. "My phone"."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Invalid("PASSKEY_NAME_MISSING", field="display_name")
    if len(cleaned) > NAME_LENGTH:
        raise Invalid("PASSKEY_NAME_TOO_LONG", field="display_name", max=NAME_LENGTH)
    return cleaned
