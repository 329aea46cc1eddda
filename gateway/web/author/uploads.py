"""Uploads of pictures, videos, captions and hand-outs from the editor forms."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.web.author.form_fields import Form, UploadedFile
from gateway.web.author.lesson_fields import MEDIA_BLOCKS, share
from gateway.web.course.screen_keys import key_of
from ieum.courses.v1 import courses_pb2
from ieum.courses.v1.content_pb2 import Lesson
from services.chassis.errors import Invalid

_WRONG_TYPE = {"text/vtt": "CAPTIONS_WRONG_TYPE", "image/": "NOT_A_PICTURE", "video/": "NOT_A_VIDEO"}
_KINDS = {"image": "image/", "video": "video/", "file": ""}


async def upload(request: web.Request, file: UploadedFile, name: str, kind: str = "") -> str:
    """Upload a file; returns the name of the medium. An error names the control."""
    grpc_request = courses_pb2.UploadMediaRequest(filename=file.filename, data=file.data)
    try:
        medium = await request.app[CLIENTS].courses.UploadMedia(grpc_request, timeout=60)
    except Invalid as problem:
        raise Invalid(problem.reason, field=name, **problem.details) from problem
    if not medium.content_type.startswith(kind):
        raise Invalid(_WRONG_TYPE.get(kind, "MEDIA_WRONG_TYPE"), field=name)
    return str(medium.name)


async def take_files(request: web.Request, lesson: Lesson, form: Form, language: str, languages: Iterable[str]) -> None:
    """Replace media by the uploaded files, in this language or, if ticked, in all. An uploaded video replaces the
    address of one."""
    for block in lesson.blocks:
        kind = block.WhichOneof("body") or ""
        for item in block.quiz.items if kind == "quiz" else ():
            name = f"{key_of(block.id, item.id)}.file"
            if isinstance(file := form.get(name), UploadedFile):
                item.picture.media.clear()
                item.picture.media[""] = await upload(request, file, name, "image/")
        if kind not in MEDIA_BLOCKS:
            continue
        media = getattr(block, kind).media
        if isinstance(file := form.get(f"{block.id}.file"), UploadedFile):
            media[language] = await upload(request, file, f"{block.id}.file", _KINDS[kind])
            share(media, f"{block.id}.shared" in form, language, languages)
            if kind == "video":
                block.video.url = ""
        if kind == "video" and isinstance(file := form.get(f"{block.id}.captions"), UploadedFile):
            name = f"{block.id}.captions"
            block.video.captions[language] = await upload(request, file, name, "text/vtt")
