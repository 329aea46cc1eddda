"""The one place where a form becomes text. The length of a field is checked before it is normalised or counted."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_request import FileField
from multidict import MultiDict, MultiMapping

from services.chassis.errors import Invalid

LONGEST_LINE = 400
"""As long as a line of the API."""
LONGEST_TEXT = 100_000
"""Of an author."""

Field = str | bytes | bytearray | FileField


async def read_form(
    request: web.Request, longest: Callable[[str], int] = lambda name: LONGEST_LINE
) -> MultiMapping[Field]:
    """The fields of a form; `longest` says how many characters the field of a name may have.

    Raises Invalid for a field that is longer, and for a body that is no form.
    """
    try:
        fields = await request.post()
        for name, value in fields.items():
            if len(name) > LONGEST_LINE or (isinstance(value, str) and len(value) > longest(name)):
                raise Invalid("TEXT_TOO_LONG", field=name[:LONGEST_LINE], limit=longest(name))
            if isinstance(value, str):
                value.encode()  # UTF-7 can smuggle half a character in, which nothing behind can write down
    except (ValueError, LookupError, AssertionError, RuntimeError, HttpProcessingError) as error:
        # An unknown charset, bytes that are no text, a multipart body without names, boundary or end.
        raise Invalid("REQUEST_MALFORMED") from error
    return fields


async def read_texts(
    request: web.Request, longest: Callable[[str], int] = lambda name: LONGEST_LINE
) -> MultiMapping[str]:
    """The fields of a form that are texts; a file is none."""
    fields = await read_form(request, longest)
    return MultiDict((name, value) for name, value in fields.items() if isinstance(value, str))
