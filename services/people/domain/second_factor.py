"""The second factor beside a passphrase: an authenticator app (TOTP, RFC 6238), and recovery codes on paper."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pyotp

from services.chassis.errors import Invalid, Refused
from services.people.domain.passkeys import MOST_PASSKEYS, Passkey
from services.people.domain.person import Person, Role

ATTEMPT_LIFETIME = timedelta(minutes=5)
"""Between the first proof and the second."""
TRIES = 5
"""Of one attempt to sign in; then the passphrase is asked again."""
RECOVERY_CODES = 10
RECOVERY_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of Crockford's base32: five bits each, without letters that look like digits."""
RECOVERY_LENGTH = 10
_SETUP_LIFETIME = timedelta(minutes=15)
_STEP_SECONDS = 30
_DIGITS = 6
_LOOKALIKES = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class Requirement:
    """Which roles need a second factor, and how long their holders may put it off."""

    roles: frozenset[Role] = frozenset()
    grace: timedelta = timedelta()

    def concerns(self, person: Person) -> bool:
        return any(held.role in self.roles for held in person.grants)


@dataclass(frozen=True)
class SecondFactors:
    """Of one person. Secrets are encrypted, recovery codes are keyed hashes."""

    totp: bytes = b""
    totp_time: datetime | None = None
    totp_step: int = 0
    """The last time step of which a code was accepted: none is accepted twice."""
    totp_started: bytes = b""
    """A key that was shown and of which no code was confirmed yet."""
    totp_started_time: datetime | None = None
    recovery_codes: tuple[str, ...] = ()
    passkeys: tuple[Passkey, ...] = ()
    user_handle: str = ""
    """What passkeys know their owner by: random, so that a device tells nobody who it is."""
    passkey_challenge: bytes = b""
    """Of a passkey that is being made."""
    passkey_started_time: datetime | None = None
    due_time: datetime | None = None
    """When the holder of a role that needs a second factor must have one."""

    @property
    def is_set_up(self) -> bool:
        return self.totp_time is not None or bool(self.passkeys)


Outcome = tuple[SecondFactors, Sequence[object]]


@dataclass(frozen=True)
class SignInAttempt:
    """The first proof was given, and the second is awaited. It opens nothing but the way to a session."""

    person: str
    """ "" where a passkey will say who it is."""
    epoch: int
    shared_device: bool
    agent: str
    expire_time: datetime
    tries: int = 0
    challenge: bytes = b""
    """Of a passkey, for one use."""


def begin_attempt(person: Person, shared_device: bool, agent: str, now: datetime) -> SignInAttempt:
    return SignInAttempt(person.id, person.epoch, shared_device, agent, now + ATTEMPT_LIFETIME)


def begin_unknown(shared_device: bool, agent: str, now: datetime) -> SignInAttempt:
    return SignInAttempt("", 0, shared_device, agent, now + ATTEMPT_LIFETIME)


def belongs(attempt: SignInAttempt, person: Person) -> bool:
    """Whether it may become a session of this person; one that names nobody may become anybody's."""
    return not person.erased and (not attempt.person or (attempt.person, attempt.epoch) == (person.id, person.epoch))


def count_try(attempt: SignInAttempt) -> tuple[SignInAttempt, Sequence[object]]:
    return replace(attempt, tries=attempt.tries + 1), []


def give_grace(factors: SecondFactors, grace: timedelta, now: datetime) -> Outcome:
    """Starts the time in which a second factor is to be set up, once."""
    return (factors if factors.due_time else replace(factors, due_time=now + grace)), []


def start_totp(factors: SecondFactors, encrypted: bytes, now: datetime) -> Outcome:
    return replace(factors, totp_started=encrypted, totp_started_time=now), []


def confirm_totp(
    factors: SecondFactors, code: str, decrypt: Callable[[bytes], str], recovery_codes: Sequence[str], now: datetime
) -> Outcome:
    """`recovery_codes` are hashes of fresh codes, for whoever has none yet."""
    if factors.totp_started_time is None or factors.totp_started_time + _SETUP_LIFETIME <= now:
        raise Refused("TOTP_NOT_STARTED")
    step = _step_of(decrypt(factors.totp_started), without_gaps(code), now)
    if not step:
        raise Invalid("SIGN_IN_CODE_WRONG", field="code")
    confirmed = replace(
        factors,
        totp=factors.totp_started,
        totp_time=now,
        totp_step=step,
        totp_started=b"",
        totp_started_time=None,
        recovery_codes=factors.recovery_codes or tuple(recovery_codes),
    )
    return confirmed, []


def use_code(
    factors: SecondFactors, code: str, decrypt: Callable[[bytes], str], hash_code: Callable[[str], str], now: datetime
) -> Outcome:
    """Takes a code of the app or a recovery code; each counts once. Raises Invalid for any other."""
    given = without_gaps(code)
    if len(given) == RECOVERY_LENGTH:
        return _use_recovery_code(factors, hash_code(given.translate(_LOOKALIKES)))
    step = _step_of(decrypt(factors.totp), given, now) if factors.totp else 0
    if step <= factors.totp_step:
        raise Invalid("SIGN_IN_CODE_USED" if step else "SIGN_IN_CODE_WRONG", field="code")
    return replace(factors, totp_step=step), []


def _use_recovery_code(factors: SecondFactors, hashed: str) -> Outcome:
    left = tuple(each for each in factors.recovery_codes if not hmac.compare_digest(each, hashed))
    if len(left) == len(factors.recovery_codes):
        raise Invalid("SIGN_IN_CODE_WRONG", field="code")
    return replace(factors, recovery_codes=left), []


def remove_totp(factors: SecondFactors, required: bool) -> Outcome:
    return _without(replace(factors, totp=b"", totp_time=None), required), []


def _without(left: SecondFactors, required: bool) -> SecondFactors:
    """After one was removed. Recovery codes go with the last one, which stays where one is required."""
    if left.is_set_up:
        return left
    if required:
        raise Refused("SECOND_FACTOR_REQUIRED")
    return replace(left, recovery_codes=(), due_time=None)


def start_passkey(factors: SecondFactors, challenge: bytes, handle: str, now: datetime) -> Outcome:
    if len(factors.passkeys) >= MOST_PASSKEYS:
        raise Refused("TOO_MANY_PASSKEYS", max=MOST_PASSKEYS)
    known = factors.user_handle or handle
    return replace(factors, passkey_challenge=challenge, passkey_started_time=now, user_handle=known), []


def passkey_challenge(factors: SecondFactors, now: datetime) -> bytes:
    if factors.passkey_started_time is None or factors.passkey_started_time + ATTEMPT_LIFETIME <= now:
        raise Refused("PASSKEY_NOT_STARTED")
    return factors.passkey_challenge


def add_passkey(factors: SecondFactors, made: Passkey, challenge: bytes, recovery_codes: Sequence[str]) -> Outcome:
    """`challenge` must still be the one that was answered: each counts once."""
    if not challenge or factors.passkey_challenge != challenge:
        raise Refused("PASSKEY_NOT_STARTED")
    added = replace(
        factors,
        passkeys=(*factors.passkeys, made),
        passkey_challenge=b"",
        passkey_started_time=None,
        recovery_codes=factors.recovery_codes or tuple(recovery_codes),
    )
    return added, []


def use_passkey(factors: SecondFactors, id: str, sign_count: int, now: datetime) -> Outcome:
    used = tuple(
        replace(each, sign_count=sign_count, last_use_time=now) if each.id == id else each for each in factors.passkeys
    )
    return replace(factors, passkeys=used), []


def remove_passkey(factors: SecondFactors, id: str, required: bool) -> Outcome:
    """Removing what is not there changes nothing."""
    kept = tuple(each for each in factors.passkeys if each.id != id)
    return (factors if kept == factors.passkeys else _without(replace(factors, passkeys=kept), required)), []


def renew_recovery_codes(factors: SecondFactors, hashes: Sequence[str]) -> Outcome:
    if not factors.is_set_up:
        raise Refused("SECOND_FACTOR_MISSING")
    return replace(factors, recovery_codes=tuple(hashes)), []


def reset(now: datetime) -> SecondFactors:
    """Nothing is left, and whoever needs a second factor sets one up at the next sign-in, without another grace."""
    return SecondFactors(due_time=now)


def without_gaps(code: str) -> str:
    """As people type it: with spaces or hyphens, in small letters, in full width."""
    plain = unicodedata.normalize("NFKC", code[:100])
    return "".join(character for character in plain if character.isalnum()).upper()


def _step_of(secret: str, code: str, now: datetime) -> int:
    """The time step whose code this is, the present one or a neighbour; 0 if it is of none."""
    if len(code) != _DIGITS:
        return 0
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // _STEP_SECONDS
    matching = [
        step
        for step in (present - 1, present, present + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
    ]
    return max(matching, default=0)
