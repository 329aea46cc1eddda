"""Names of resources, and the ids in them."""

from __future__ import annotations

import re

from services.chassis.errors import Invalid, Missing

_CLASS = re.compile(r"classes/([0-9a-z]{16})")
_APPLICATION = re.compile(r"applications/([a-z2-7]{20})")
_REASON = re.compile(r"[A-Z][A-Z_]{1,39}")
_NAMED = re.compile(r"[a-z]+/[A-Za-z0-9._-]{1,100}")


def class_name(key: str) -> str:
    return f"classes/{key}"


def application_name(key: str) -> str:
    return f"applications/{key}"


def class_key(name: str) -> str:
    match = _CLASS.fullmatch(name)
    if not match:
        raise Missing("CLASS_NOT_FOUND")
    return match[1]


def application_key(name: str) -> str:
    match = _APPLICATION.fullmatch(name)
    if not match:
        raise Missing("APPLICATION_NOT_FOUND")
    return match[1]


def visit_key(name: str) -> str:
    key = name.removeprefix("visits/")
    if name == key or not _CLASS.fullmatch(f"classes/{key}"):
        raise Missing("VISIT_NOT_FOUND")
    return key


def checked_id(text: str, field: str = "class_id") -> str:
    if not _CLASS.fullmatch(f"classes/{text}"):
        raise Invalid("NAME_MALFORMED", field=field)
    return text


def checked_reason(text: str) -> str:
    """A code; words belong in a note, which no event carries."""
    if not _REASON.fullmatch(text):
        raise Invalid("REASON_CODE_INVALID", field="reason")
    return text


def checked_names(names: list[str], kind: str, field: str) -> tuple[str, ...]:
    """Names such as "people/{id}", each once."""
    for name in names:
        if not _NAMED.fullmatch(name) or not name.startswith(f"{kind}/"):
            raise Invalid("NAME_MALFORMED", field=field)
    return tuple(dict.fromkeys(names))
