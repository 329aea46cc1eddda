"""One family of errors, raised deep and translated once per edge (gRPC in `rpc`, HTTP in the gateway).

`reason` is stable and machine-readable (UPPER_SNAKE); the gateway turns it into words in the user's language.
`field` names the input at fault; `details` are values that the words need, never personal data.
"""

from __future__ import annotations


class Problem(Exception):
    """Something that the caller can understand and act on."""

    def __init__(self, reason: str, *, field: str = "", **details: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.details = {name: str(value) for name, value in details.items()}


class Invalid(Problem):
    """The input itself is wrong, whatever the state."""


class Refused(Problem):
    """The input is fine, but the state does not allow it."""


class Missing(Problem):
    """There is no such thing, or the caller may not know of it."""


class Exists(Problem):
    """There is one already."""


class Conflict(Problem):
    """Somebody changed it meanwhile; read again and decide."""


class Forbidden(Problem):
    """The caller is known and may not."""


class Unauthenticated(Problem):
    """The caller is not known."""


class Exhausted(Problem):
    """Too much or too often; later it will do."""


class Unavailable(Problem):
    """Cannot be answered right now; trying again is safe."""
