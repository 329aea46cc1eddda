"""Releases: planned, built, audited, approved and published tables that never change afterwards."""
