"""Sends a course as Ieum's own package or as a Common Cartridge, and makes a course of a package.

Files go piece by piece, never as a whole.
"""

from __future__ import annotations

import asyncio
from typing import IO

from aiohttp import hdrs, web

from gateway.backend.clients import CLIENTS
from gateway.backend.media import disposition
from gateway.documents.cartridge import MIME_TYPE as CARTRIDGE
from gateway.documents.cartridge import Cartridge, cartridge, media_of
from gateway.documents.course_package import MIME_TYPE, PackageReader, PackageWriter, PackedMedium
from gateway.documents.zip_pieces import ZipPieces
from gateway.html.render import PAGE
from ieum.courses.v1 import courses_pb2
from ieum.courses.v1.content_pb2 import Content
from services.chassis.errors import Invalid, Missing, Problem

LARGEST_PACKAGE = 512 * 1024**2
_PIECE = 1024 * 1024


async def send_package(request: web.Request, course: str) -> web.StreamResponse:
    """Of the draft of "courses/{id}", answers included."""
    courses = request.app[CLIENTS].courses
    exported = await courses.ExportCourse(courses_pb2.ExportCourseRequest(name=course))
    names = {file.media.sha256: file.media.name for file in exported.files}
    writer = PackageWriter(exported.content, tuple(_packed(file) for file in exported.files))
    title = next(iter(exported.title.values()), "")
    if PAGE in request:
        title = request[PAGE].locale.pick(exported.title)[0] or title
    response = _download(f"{title or 'course'}.ieum.zip", MIME_TYPE)
    await response.prepare(request)
    await response.write(writer.fetch())
    for medium in writer.files:
        await response.write(writer.add(medium, await _read(request, names[medium.sha256], medium.size)))
    await response.write(writer.end())
    await response.write_eof()
    return response


def _packed(file: courses_pb2.PackedFile) -> PackedMedium:
    media = file.media
    return PackedMedium(file.name, media.filename, media.content_type, media.size, media.sha256)


async def cartridge_of(request: web.Request, content: Content, language: str) -> Cartridge:
    courses = request.app[CLIENTS].courses
    media: dict[str, courses_pb2.Media] = {}
    for name in media_of(content, language):
        try:
            media[name] = await courses.GetMedia(courses_pb2.GetMediaRequest(name=name))
        except Missing:
            continue
    return await asyncio.to_thread(cartridge, content, language, media)


async def send_cartridge(request: web.Request, content: Content, language: str) -> web.StreamResponse:
    made = await cartridge_of(request, content, language)
    title = content.title.get(language) or next(iter(content.title.values()), "course")
    response = _download(f"{title}.imscc", CARTRIDGE)
    await response.prepare(request)
    pieces = ZipPieces()
    pieces.add("imsmanifest.xml", made.manifest.encode())
    for resource in made.resources:
        pieces.add(resource.path, resource.content.encode())
    await response.write(pieces.fetch())
    for name, path in made.files.items():
        medium = await request.app[CLIENTS].courses.GetMedia(courses_pb2.GetMediaRequest(name=name))
        pieces.add(path, await _read(request, name, medium.size))
        await response.write(pieces.fetch())
    await response.write(pieces.end())
    await response.write_eof()
    return response


def _download(filename: str, kind: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={hdrs.CONTENT_DISPOSITION: disposition(filename)})
    response.content_type = kind
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    return response


async def _read(request: web.Request, name: str, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = courses_pb2.ReadMediaRequest(name=name, offset=len(data), length=_PIECE)
        answer = await request.app[CLIENTS].courses.ReadMedia(piece)
        if not answer.data:
            raise Problem("MEDIA_NOT_FOUND")
        data += answer.data
    return bytes(data)


async def import_package(request: web.Request, file: IO[bytes], request_id: str) -> courses_pb2.Course:
    """The course that was made of it. Raises Invalid for what is no such package."""
    courses = request.app[CLIENTS].courses
    package = await asyncio.to_thread(PackageReader, file)
    media: dict[str, str] = {}
    for medium in package.media:
        data = await asyncio.to_thread(package.data, medium)
        upload = courses_pb2.UploadMediaRequest(filename=medium.filename, data=data)
        try:
            media[medium.name] = (await courses.UploadMedia(upload, timeout=60)).name
        except Invalid as problem:
            raise Invalid(problem.reason, field="file", **problem.details) from problem
    grpc_request = courses_pb2.ImportCourseRequest(request_id=request_id, content=package.content, media=media)
    return await courses.ImportCourse(grpc_request, timeout=60)
