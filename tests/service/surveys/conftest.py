"""Full copies are searched, also the log of all writes: no other test may have written to the same databases."""

from __future__ import annotations

from tests.servers import prefix

__all__ = ["prefix"]
