"""Makes an account of the desk or of a list: without a passphrase, and with a number as its login if none is wished."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

from services.chassis.errors import Exists
from services.people.domain import desk
from services.people.domain.desk import DeskData
from services.people.domain.person import Person

if TYPE_CHECKING:
    from services.people.store import Store

_LOGIN_DIGITS = 8
_DRAWS = 20


def drawn_login(key: str, draw: int = 0) -> str:
    """A number, because everybody can type one."""
    number = int.from_bytes(hashlib.sha256(f"login/{key}/{draw}".encode()).digest()[:8], "big")
    return str(10 ** (_LOGIN_DIGITS - 1) + number % (9 * 10 ** (_LOGIN_DIGITS - 1)))


async def register(store: Store, drafted: Person, data: DeskData, *, free_login: bool) -> Person:
    """Safe to repeat. Draws another login while somebody has it. Raises Exists for a wished one."""
    drafted, _ = desk.keep(drafted, *kept(store, drafted.id, data))
    for draw in range(1, _DRAWS):
        try:
            verb = partial(desk.register, drafted, now=drafted.create_time)
            return await store.people.change(drafted.id, verb, start=drafted)
        except Exists:
            if not free_login:
                raise
            drafted = desk.with_login(drafted, drawn_login(drafted.id, draw))
    raise Exists("LOGIN_TAKEN", field="login")


def kept(store: Store, id: str, data: DeskData) -> tuple[bytes, tuple[str, ...]]:
    """What the account keeps of it: encrypted, and the marks by which it is found."""
    return store.desk.close(id, data), store.desk.marks(data.birth_year, data.last_digits)
