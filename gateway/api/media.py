"""Files of courses: sent once, the same bytes making the same media; read by anybody."""

from __future__ import annotations

from typing import Annotated

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import StringConstraints

from gateway.api.operation import Table
from gateway.api.schemas import JsonAnswer, Query, Shape, read
from gateway.backend.clients import CLIENTS
from gateway.backend.media import send_media
from gateway.http.admission import takes_files
from gateway.http.csrf import LARGEST_UPLOAD, for_upload
from ieum.courses.v1 import courses_pb2
from services.chassis.errors import Invalid, Problem

table = Table("media")


class Media(Shape):
    name: str
    content_type: str = ""
    filename: str = ""
    size: int = 0
    sha256: str = ""


class UploadQuery(Query):
    filename: Annotated[str, StringConstraints(max_length=200)] = ""


@table(
    "POST",
    "/media",
    "Send a file of at most 32 MiB; its type is found from its content",
    takes={"application/octet-stream": "The bytes", "multipart/form-data": 'A form with the field "file"'},
)
@takes_files("instructor", "administrator")
async def upload_media(request: web.Request, query: UploadQuery) -> JsonAnswer[Media]:
    filename, data = await _file(for_upload(request))
    message = courses_pb2.UploadMediaRequest(filename=query.filename or filename, data=data)
    return read(Media, await request.app[CLIENTS].courses.UploadMedia(message, timeout=60))


async def _file(request: web.Request) -> tuple[str, bytes]:
    if request.content_type != "multipart/form-data":
        data = await request.read()
        if not data:
            raise Invalid("FILE_MISSING", field="body")
        return "", data
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file":
                return part.filename or "", await _read(part)
    except (ValueError, AssertionError, HttpProcessingError) as error:
        raise Invalid("REQUEST_MALFORMED") from error
    raise Invalid("FILE_MISSING", field="file")


async def _read(part: BodyPartReader) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(65_536):
        data += chunk
        if len(data) > LARGEST_UPLOAD:
            raise Problem("BODY_TOO_LARGE", status=413)
    return bytes(data)


@table("GET", "/media/{media}", "A file; by ranges, and for ever the same", open=True, offers={"*/*": "The file"})
async def get_media(request: web.Request) -> web.StreamResponse:
    return await send_media(request, f"media/{request.match_info['media']}")
