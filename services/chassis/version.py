"""The version of Ieum; pyproject.toml and CHANGELOG.md name the same, and a test compares them."""

VERSION = "0.1.0"
