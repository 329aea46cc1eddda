"""The API's description as a page to read, made without scripts and without any other host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.html.assets import asset

Json = Mapping[str, Any]
_SCHEMAS = "#/components/schemas/"


def render(description: Json) -> str:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(asset=asset, type_of=type_of, schema_of=schema_of)
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    by_tag = {
        tag["name"]: [each for each in operations if each["tags"] == [tag["name"]]] for tag in description["tags"]
    }
    return templates.get_template("reference.html").render(api=description, by_tag=by_tag)


def schema_of(part: Json) -> str:
    """The name of the schema that a value or the items of a list have; "" for a plain value."""
    return next((ref.removeprefix(_SCHEMAS) for ref in _references(part)), "")


def type_of(part: Json) -> str:
    """The type in a few words."""
    if "enum" in part:
        return ", ".join(map(str, part["enum"]))
    if "anyOf" in part:
        return " or ".join(dict.fromkeys(type_of(option) for option in part["anyOf"] if option.get("type") != "null"))
    if part.get("type") == "array":
        return f"list of {type_of(part.get('items', {}))}"
    if "$ref" in part:
        return schema_of(part)
    return str(part.get("format") or part.get("const") or part.get("type") or "anything")


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for key in ("items", "anyOf", "additionalProperties"):
            yield from _references(part.get(key))
    elif isinstance(part, list):
        for option in part:
            yield from _references(option)
