"""File names that are needed without the libraries of their formats: the catalogue's and the README's."""

TURTLE, JSON_LD = "catalogue.ttl", "catalogue.jsonld"
README = "README.md"
