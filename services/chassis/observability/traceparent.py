"""The traceparent header of W3C Trace Context."""

from __future__ import annotations

import re
from typing import Literal

HEADER = "traceparent"  # W3C Trace Context


_PATTERN = re.compile(r"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")


Kind = Literal["server", "client", "producer", "consumer"]


def id_of(header: str) -> str:
    """Of the trace that a traceparent header carries on; "" where it is absent or malformed."""
    match = _PATTERN.match(header)
    return match[1] if match else ""
