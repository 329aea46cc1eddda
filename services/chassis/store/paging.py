"""Page tokens of List methods: opaque, and stable while rows are inserted: they name the last row seen, not a count."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.chassis.errors import Invalid

DEFAULT_SIZE = 50
LARGEST_SIZE = 1000
_LARGEST_NUMBER = 2**31


def page_size(asked: int) -> int:
    """AIP-158: 0 means the default, too large is cut, negative is refused."""
    if asked < 0:
        raise Invalid("PAGE_SIZE_NEGATIVE", field="page_size")
    return min(asked or DEFAULT_SIZE, LARGEST_SIZE)


def encode_token(*last: str | int) -> str:
    """Token that continues behind the row with these sort values (for dates: isoformat)."""
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode().rstrip("=")


def decode_token(token: str, *kinds: type[str] | type[int] | type[datetime]) -> list[Any] | None:
    """The sort values of the last row seen, of these kinds; None for the first page."""
    if not token:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if not isinstance(values, list):
            raise ValueError("no list")
        return [_value(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, OverflowError, RecursionError) as error:
        raise Invalid("PAGE_TOKEN_INVALID", field="page_token") from error


def _value(value: object, kind: type) -> Any:
    """Raises ValueError for what is not of this kind, or what the database could not hold."""
    if kind is int and type(value) is int and abs(value) < _LARGEST_NUMBER:
        return value
    if kind is str and isinstance(value, str):
        value.encode()  # half a character is none
        return value
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    raise ValueError(f"no {kind.__name__}")


def after(keys: Sequence[tuple[str, int]], last: Sequence[Any]) -> Mapping[str, Any]:
    """MongoDB condition for rows behind `last` in the sort order `keys` ((field, 1 or -1), unique together).

    The bound on the first field says no more than the rest, but by it the server begins where the last page ended:
    from the alternatives alone it may go through all that came before, again for each page.
    """
    clauses: list[Mapping[str, Any]] = []
    for place, (field, direction) in enumerate(keys):
        equal = {earlier: last[index] for index, (earlier, _) in enumerate(keys[:place])}
        clauses.append({**equal, field: {"$gt" if direction > 0 else "$lt": last[place]}})
    field, direction = keys[0]
    return {field: {"$gte" if direction > 0 else "$lte": last[0]}, "$or": clauses}
