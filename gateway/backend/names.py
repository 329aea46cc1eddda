"""Resource names of the services: "courses/{id}", "courses/{id}/versions/{number}"."""

from __future__ import annotations


def id_of(name: str) -> str:
    """The last part of a name, as addresses of pages have it; an id alone stays as it is."""
    return name.rpartition("/")[2]
