"""Translates pydantic's validation errors into Problems, whose words are in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from gateway.language.i18n import msgid
from services.chassis.errors import Invalid

FIELDS: Mapping[str, str] = {
    "BODY_NOT_JSON": msgid("The body is no JSON that can be read. Check its brackets and quotation marks."),
    "FIELD_INVALID": msgid("Please check what stands in %(name)s."),
    "FIELD_MISSING": msgid("%(name)s is missing. Add it."),
    "FIELD_UNKNOWN": msgid("There is no %(name)s here. Leave it out, or check how it is written."),
    "FIELD_TOO_LONG": msgid("%(name)s is too long. It may have up to %(most)s characters."),
    "FIELD_TOO_SHORT": msgid("%(name)s is too short. It needs %(least)s characters or more."),
    "FIELD_TOO_MANY": msgid("%(name)s has too many entries. Send up to %(most)s at once."),
    "FIELD_TOO_FEW": msgid("%(name)s has too few entries. It needs %(least)s or more."),
    "FIELD_TOO_LARGE": msgid("%(name)s is too large. It may be %(most)s at most."),
    "FIELD_TOO_SMALL": msgid("%(name)s is too small. It must be %(least)s or more."),
    "FIELD_CHARACTERS": msgid("%(name)s is not written as it should be. It has to fit %(pattern)s."),
    "FIELD_CHOICES": msgid("%(name)s must be one of these: %(known)s."),
    "FIELD_NOT_TEXT": msgid("%(name)s must be text."),
    "FIELD_NOT_NUMBER": msgid("%(name)s must be a whole number."),
    "FIELD_NOT_TRUE_FALSE": msgid("%(name)s must be true or false."),
    "FIELD_NOT_LIST": msgid("%(name)s must be a list."),
    "FIELD_NOT_OBJECT": msgid("%(name)s must be an object, in braces."),
    "FIELD_NOT_TIME": msgid("%(name)s must be a moment with its time zone, for example 2026-07-01T09:00:00+09:00."),
}

# By the kind of error that pydantic finds: the reason, and under which name its detail stands there.
REASONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "json_invalid": ("BODY_NOT_JSON", {}),
    "missing": ("FIELD_MISSING", {}),
    "extra_forbidden": ("FIELD_UNKNOWN", {}),
    "string_too_long": ("FIELD_TOO_LONG", {"most": "max_length"}),
    "string_too_short": ("FIELD_TOO_SHORT", {"least": "min_length"}),
    "too_long": ("FIELD_TOO_MANY", {"most": "max_length"}),
    "too_short": ("FIELD_TOO_FEW", {"least": "min_length"}),
    "less_than_equal": ("FIELD_TOO_LARGE", {"most": "le"}),
    "greater_than_equal": ("FIELD_TOO_SMALL", {"least": "ge"}),
    "string_pattern_mismatch": ("FIELD_CHARACTERS", {"pattern": "pattern"}),
    "literal_error": ("FIELD_CHOICES", {"known": "expected"}),
    "string_type": ("FIELD_NOT_TEXT", {}),
    "int_type": ("FIELD_NOT_NUMBER", {}),
    "int_parsing": ("FIELD_NOT_NUMBER", {}),
    "int_from_float": ("FIELD_NOT_NUMBER", {}),
    "bool_type": ("FIELD_NOT_TRUE_FALSE", {}),
    "bool_parsing": ("FIELD_NOT_TRUE_FALSE", {}),
    "list_type": ("FIELD_NOT_LIST", {}),
    "dict_type": ("FIELD_NOT_OBJECT", {}),
    "model_type": ("FIELD_NOT_OBJECT", {}),
    "model_attributes_type": ("FIELD_NOT_OBJECT", {}),
    **dict.fromkeys(
        ("value_error", "timezone_aware", "datetime_type", "datetime_parsing", "datetime_from_date_parsing"),
        ("FIELD_NOT_TIME", {}),
    ),
}


def wrong_field(error: ValidationError) -> Invalid:
    """The first error as a Problem; FIELD_INVALID for a type of error that REASONS lacks."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    reason, wanted = REASONS.get(first["type"], ("FIELD_INVALID", {}))
    context: Mapping[str, Any] = first.get("ctx", {})
    details = {name: _plain(context.get(key, "")) for name, key in wanted.items()}
    return Invalid(reason, field=where, name=where or "body", **details)


def _plain(detail: Any) -> str:
    """Turns pydantic's "'A', 'B' or 'C'" into "A, B, C"."""
    choices = re.findall(r"'([^']*)'", detail) if isinstance(detail, str) else []
    return ", ".join(choices) if choices else str(detail)
