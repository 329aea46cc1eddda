"""WebAuthn by the library: options for a browser, and what it answers verified.

User verification is always required, so that a passkey is two factors in one: the device, and a finger, face or PIN.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.chassis.errors import Invalid
from services.people.domain.passkeys import Passkey

_NAME = "Ieum"
_REQUIRED = UserVerificationRequirement.REQUIRED


def rp_id(origin: str) -> str:
    """The host of "https://learn.example.org"."""
    return urlsplit(origin).hostname or ""


def creation_options(origin: str, login: str, handle: bytes, challenge: bytes, known: Iterable[Passkey]) -> str:
    options = webauthn.generate_registration_options(
        rp_id=rp_id(origin),
        rp_name=_NAME,
        user_name=login,
        user_id=handle,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
        ),
        exclude_credentials=_descriptors(known),
    )
    return webauthn.options_to_json(options)


def registered(answer: str, challenge: bytes, origin: str, display_name: str, now: datetime) -> Passkey:
    """The passkey that a browser has made. Raises Invalid."""
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp_id(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid("PASSKEY_REFUSED", field="passkey") from error
    id = bytes_to_base64url(verified.credential_id)
    return Passkey(id, verified.credential_public_key, rp_id(origin), display_name, now, verified.sign_count)


def request_options(origin: str, challenge: bytes, allowed: Iterable[Passkey]) -> str:
    """Without any allowed the browser offers those that it has for this host."""
    options = webauthn.generate_authentication_options(
        rp_id=rp_id(origin),
        challenge=challenge,
        allow_credentials=_descriptors(allowed),
        user_verification=_REQUIRED,
    )
    return webauthn.options_to_json(options)


def verified_count(answer: str, passkey: Passkey, challenge: bytes, origin: str) -> int:
    """The counter of a passkey that was used. It may fall: passkeys that are synchronised send none. Raises Invalid."""
    if passkey.rp_id != rp_id(origin):
        raise Invalid("PASSKEY_REFUSED", field="passkey")
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=passkey.rp_id,
            expected_origin=origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid("PASSKEY_REFUSED", field="passkey") from error
    return verified.new_sign_count


def id_in(answer: str) -> str:
    """Which passkey a browser answers with. Raises Invalid."""
    try:
        return str(json.loads(answer)["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("PASSKEY_REFUSED", field="passkey") from error


def _descriptors(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.id)) for each in passkeys]
