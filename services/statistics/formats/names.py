"""What the catalogue's files are called."""

TURTLE, JSON_LD = "catalogue.ttl", "catalogue.jsonld"
