"""Sends pictures, videos and files of courses: with ranges and an etag, and sandboxed by a CSP of their own."""

from __future__ import annotations

import re

from aiohttp import hdrs, web
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.backend.conditions import is_known
from ieum.courses.v1.courses_pb2 import GetMediaRequest, Media, ReadMediaRequest
from services.chassis.errors import Problem

_CHUNK = 1024 * 1024
# Shown by the browser; other types are downloaded.
_SHOWN = ("image/", "video/", "audio/", "text/vtt")


async def send_media(request: web.Request, name: str) -> web.StreamResponse:
    """The content of a name never changes, so browsers may cache it for ever."""
    media = await request.app[CLIENTS].courses.GetMedia(GetMediaRequest(name=name))
    etag = f'"{media.sha256}"'
    kept: dict[str, str] = {hdrs.ETAG: etag, hdrs.CACHE_CONTROL: _FOR_EVER}
    if is_known(request, kept):
        return web.Response(status=304, headers=kept)
    start, stop, is_part = requested_range(request, media.size, etag)
    response = web.StreamResponse(status=206 if is_part else 200, headers=_headers(media, etag))
    response.content_length = stop - start
    if is_part:
        response.headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{stop - 1}/{media.size}"
    if request.method == "HEAD" or start == stop:
        await response.prepare(request)
        return response
    await _send(request, response, name, start, stop)
    return response


_FOR_EVER = "public, max-age=31536000, immutable"


def _headers(media: Media, etag: str) -> dict[str, str]:
    shown = media.content_type.startswith(_SHOWN)
    return {
        hdrs.CONTENT_TYPE: media.content_type,
        hdrs.ETAG: etag,
        hdrs.CACHE_CONTROL: _FOR_EVER,
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.CONTENT_DISPOSITION: f"{'inline' if shown else 'attachment'}; {_named(media.filename)}",
        "Content-Security-Policy": "sandbox; default-src 'none'; media-src 'self'; img-src 'self'",
    }


def disposition(filename: str) -> str:
    """Of a file to keep."""
    return f"attachment; {_named(filename)}"


def _named(filename: str) -> str:
    """The file name in ASCII for old programs, then percent-encoded, so that it cannot inject headers."""
    stem, _, ending = filename.rpartition(".")
    plain = "".join(character if re.match(r"[A-Za-z0-9._ -]", character) else "_" for character in stem)
    shown = plain if plain.strip("_. ") else "file"
    ending = f".{ending}" if re.fullmatch("[A-Za-z0-9]{1,5}", ending) else ""
    encoded = URL.build(path=filename.replace("/", "_")).raw_path.replace("'", "%27")
    return f"filename=\"{shown}{ending}\"; filename*=UTF-8''{encoded}"


def requested_range(request: web.Request, size: int, etag: str) -> tuple[int, int, bool]:
    """Start and end (exclusive) of the range, and whether it is one: also "bytes=0-", by which players learn that they
    may jump. All of the file if the request has no range or several."""
    if request.headers.get(hdrs.IF_RANGE, etag) != etag:
        return 0, size, False
    try:
        http_range = request.http_range
    except ValueError:
        return 0, size, False
    start, stop, _ = http_range.indices(size)
    if http_range.start is None and http_range.stop is None:
        return 0, size, False
    if start >= stop:
        raise Problem("RANGE_WRONG", status=416, size=size)
    return start, stop, True


async def _send(request: web.Request, response: web.StreamResponse, name: str, start: int, stop: int) -> None:
    while start < stop:
        chunk = ReadMediaRequest(name=name, offset=start, length=min(_CHUNK, stop - start))
        data = (await request.app[CLIENTS].courses.ReadMedia(chunk)).data
        if not response.prepared:
            await response.prepare(request)
        await response.write(data)
        start += len(data)
    await response.write_eof()
