"""What becomes of an account's passphrase: chosen, replaced by a code of the desk, hashed again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.people.domain.person import Event, Person, SessionsEnded, check_in_use

CODE_LIFETIME = timedelta(hours=1)


def set_passphrase(person: Person, passphrase_hash: str, now: datetime) -> tuple[Person, list[Event]]:
    """Ends every session: whoever signed in with the old passphrase has to know the new one."""
    check_in_use(person)
    changed = replace(person, passphrase_hash=passphrase_hash, epoch=person.epoch + 1, code_expire_time=None)
    return changed, [SessionsEnded(changed, now)]


def give_code(person: Person, code_hash: str, now: datetime) -> tuple[Person, list[Event]]:
    """Ends every session; the code takes the place of the passphrase until a new one is chosen."""
    changed, events = set_passphrase(person, code_hash, now)
    return replace(changed, code_expire_time=now + CODE_LIFETIME), events


def is_code_expired(person: Person, now: datetime) -> bool:
    return person.code_expire_time is not None and person.code_expire_time <= now


def rehash(person: Person, old_hash: str, new_hash: str) -> tuple[Person, list[Event]]:
    """Replaces the hash by one of newer parameters, unless the passphrase was changed meanwhile."""
    return (replace(person, passphrase_hash=new_hash) if person.passphrase_hash == old_hash else person), []
