"""Downloads: content negotiation between CSV and JSON, and streamed CSV."""

from __future__ import annotations

from collections.abc import AsyncIterable

from aiohttp import web
from multidict import CIMultiDict

from gateway.http.auth import VIEWER
from gateway.http.compression import may_compress
from gateway.http.negotiation import preferred
from services.chassis.errors import Problem

CSV = "text/csv"
_JSON = "application/json"
_BYTE_ORDER_MARK = "\ufeff"


def wants_csv(request: web.Request, format_parameter: str | None) -> bool:
    """By `?format=`, else by Accept; JSON if neither is given."""
    if format_parameter is not None:
        return format_parameter == "csv"
    kind = preferred(request.headers.get("Accept", "*/*"), (_JSON, CSV))
    if kind is None:
        raise Problem("FORMAT_NOT_OFFERED", status=406)
    return kind == CSV


async def stream(request: web.Request, filename: str, parts: AsyncIterable[str]) -> web.StreamResponse:
    """Sends CSV in chunks. A browser's download begins with a byte order mark, without which spreadsheets garble
    Korean; a program with a token gets none."""
    first = await anext(aiter(parts))
    response = web.StreamResponse(headers=_headers(filename))
    if may_compress(request, response):
        response.enable_compression(web.ContentCoding.gzip)
    await response.prepare(request)
    viewer = request[VIEWER]
    mark = "" if viewer and viewer.by_token else _BYTE_ORDER_MARK
    await response.write((mark + first).encode())
    async for part in parts:
        await response.write(part.encode())
    await response.write_eof()
    return response


def _headers(filename: str) -> CIMultiDict[str]:
    return CIMultiDict(
        {
            "Content-Type": f"{CSV}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{filename}"',
            "Cache-Control": "no-store",
            "Vary": "Accept, Accept-Encoding",
        }
    )
