"""What an update of a stored dataclass has to write."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Generic, TypeVar, cast

from pydantic import TypeAdapter

from services.chassis.store.mongo import Document

T = TypeVar("T")


class Differences(Generic[T]):
    """Between two values of one frozen dataclass."""

    def __init__(self, kind: type[T], adapter: TypeAdapter[T]) -> None:
        self._adapter = adapter
        self._fields = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # kind is a dataclass

    def between(self, before: T, after: T) -> Document:
        """The $set of an update: the fields that differ, and of a sequence that did not shrink only the elements that
        differ."""
        pairs = ((name, getattr(before, name), getattr(after, name)) for name in self._fields)
        places = {name: _differing(old, new) for name, old, new in pairs if old is not new and old != new}
        dumped = self._adapter.dump_python(after, include=cast(Any, places))
        changes: Document = {}
        for name, at in places.items():
            if at is True:
                changes[name] = dumped[name]
            else:
                changes |= {f"{name}.{place}": each for place, each in zip(at, dumped[name], strict=True)}
        return changes


def _differing(before: Any, after: Any) -> Any:
    """The positions of a tuple's elements that differ or are new; True if the whole value has to be written."""
    if not (isinstance(before, tuple) and isinstance(after, tuple) and 0 < len(before) <= len(after)):
        return True
    same = zip(after, before, strict=False)
    changed = [place for place, (new, old) in enumerate(same) if new is not old and new != old]
    return dict.fromkeys([*changed, *range(len(before), len(after))], True)
