"""Certificates: anybody who has a number may ask whether it stands; the document itself is for whom it is about."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from gateway.api.operation import Table
from gateway.api.schemas import Body, JsonAnswer, Line, Localized, Moment, Shape, read, write
from gateway.backend.clients import CLIENTS
from gateway.documents import certificate
from ieum.progress.v1 import progress_pb2

table = Table("certificates")


class Certificate(Shape):
    name: str
    state: Literal["VALID", "REVOKED"] | None = None
    course: str = ""
    version: int = 0
    course_title: Localized = {}
    minutes: int = 0
    issue_time: Moment | None = None
    revoke_time: Moment | None = None


class Revocation(Body):
    reason: Line


def _name(request: web.Request) -> str:
    return f"certificates/{request.match_info['certificate']}"


@table("GET", "/certificates/{certificate}.pdf", "The certificate as a document", offers={"application/pdf": "PDF"})
async def get_certificate_document(request: web.Request) -> web.Response:
    return await certificate.respond(request, _name(request))


@table("GET", "/certificates/{certificate}", "Whether a certificate stands", open=True)
async def verify_certificate(request: web.Request) -> JsonAnswer[Certificate]:
    message = progress_pb2.VerifyCertificateRequest(name=_name(request))
    return read(Certificate, await request.app[CLIENTS].progress.VerifyCertificate(message))


@table("POST", "/certificates/{certificate}:revoke", "Revoke a certificate, for teachers and administrators")
async def revoke_certificate(request: web.Request, body: Revocation) -> JsonAnswer[Certificate]:
    message = write(body, progress_pb2.RevokeCertificateRequest(name=_name(request)))
    return read(Certificate, await request.app[CLIENTS].progress.RevokeCertificate(message))
