"""Benchmarks, `make bench`: how fast Ieum is, and which part limits it. May import every room; nothing imports it."""
