"""Offices that get releases by mail."""

from __future__ import annotations

FIELDS = ("area", "office", "address", "language")
