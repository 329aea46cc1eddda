"""Keys of screens: "{block}", or "{quiz}.{item}" for a question. The courses service makes them in this form, and the
editor names the parts of a lesson likewise, down to "{quiz}.{item}.{option}"."""

from __future__ import annotations


def key_of(*ids: str) -> str:
    return ".".join(filter(None, ids))


def block_of(key: str) -> str:
    """The block that a screen begins with; of a question, its quiz."""
    return key.partition(".")[0]


def parent_of(key: str) -> str:
    """The key one level up; "" for a block."""
    return key.rpartition(".")[0]


def own_id(key: str) -> str:
    """The last id of a key."""
    return key.rpartition(".")[2]
