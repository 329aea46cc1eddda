"""What the catalogue's files are called."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

TURTLE, JSON_LD = "catalogue.ttl", "catalogue.jsonld"


README = "README.md"
