"""Databases of its own for each test: some make collections and streams of other shapes."""

from __future__ import annotations

from tests.servers import prefix

__all__ = ["prefix"]
