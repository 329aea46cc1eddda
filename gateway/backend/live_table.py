"""The live table, as the statistics service answers it."""

from __future__ import annotations

TABLE = "/api/v1/statistics/table"
