"""Conditional requests: whether the client has already what would be sent (RFC 9110, 13)."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from aiohttp import hdrs, web

_ANY = "*"


def is_known(request: web.Request, headers: Mapping[str, str]) -> bool:
    """By the etag, or by the date where the client names no etag. `headers` are those of the answer."""
    if hdrs.IF_NONE_MATCH in request.headers:
        if request.headers[hdrs.IF_NONE_MATCH].strip() == _ANY:
            return True
        tag = headers[hdrs.ETAG].removeprefix("W/").strip('"')
        return any(known.value == tag for known in request.if_none_match or ())
    try:
        since = parsedate_to_datetime(request.headers.get(hdrs.IF_MODIFIED_SINCE, ""))
        return parsedate_to_datetime(headers[hdrs.LAST_MODIFIED]) <= since
    except (KeyError, TypeError, ValueError):  # no such date here, or none that can be read
        return False
