"""The certificate as a PDF: one tagged page (PDF/UA-1) with a QR code of the address where it can be verified."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
from aiohttp import web

from gateway.backend.clients import CLIENTS, Clients
from gateway.html.render import PAGE
from gateway.http.auth import Viewer, signed_in
from gateway.http.public_url import public_origin
from gateway.language.i18n import Locale
from ieum.courses.v1.courses_pb2 import GetVersionRequest, ListCompetencesRequest
from ieum.people.v1.people_pb2 import GetCertificateHolderRequest
from ieum.progress.v1 import progress_pb2
from services.chassis import clock
from services.chassis.errors import Forbidden, Refused, Unavailable
from services.chassis.principal import SYSTEM, acting_as
from services.chassis.typesetting import typeset

_TEMPLATE = Path(__file__).with_suffix(".typ")
_SECONDS = 20
_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 52 40" fill="none" stroke-width="7" stroke-linecap="round">'
    '<path stroke="#0d6e64" d="M6 32v-9a10 10 0 0 1 20 0v1"/>'
    '<path stroke="#e0842b" d="M26 16v1a10 10 0 0 0 20 0V8"/></svg>'
)

PRINTER = web.AppKey("certificate_printer", asyncio.Semaphore)
"""Limits how many documents are typeset at a time, because each keeps a core busy."""
AT_A_TIME = 2


@dataclass(frozen=True)
class Certificate:
    """What the page says. `address` is the public page where `number` can be verified."""

    number: str
    holder: str
    issuer: str
    course: str
    minutes: int
    competences: tuple[str, ...]
    reason: str
    completed: datetime
    address: str


@dataclass(frozen=True)
class Issuer:
    """By language; `seal` is an SVG or PNG image, empty for none."""

    name: Mapping[str, str]
    seal: bytes = b""


ISSUER = web.AppKey("certificate_issuer", Issuer)


async def respond(request: web.Request, name: str) -> web.Response:
    """The PDF for its holder, in the reader's language."""
    page = request[PAGE]
    issuer = request.app[ISSUER]
    certificate = await read_certificate(
        request.app[CLIENTS],
        signed_in(request),
        page.locale,
        name,
        issuer=page.locale.pick(issuer.name)[0] or page.site.name,
        origin=public_origin(request),
    )
    async with request.app[PRINTER]:
        body = await render(certificate, page.locale, issuer.seal)
    headers = {"Content-Disposition": f'inline; filename="{certificate.number}.pdf"', "Cache-Control": "no-store"}
    return web.Response(body=body, content_type="application/pdf", headers=headers)


async def read_certificate(
    clients: Clients, viewer: Viewer, locale: Locale, name: str, *, issuer: str, origin: str
) -> Certificate:
    """Raises Forbidden unless the viewer is its holder. The holder's name is as of the day of issue."""
    verified = await clients.progress.VerifyCertificate(progress_pb2.VerifyCertificateRequest(name=name))
    if verified.person != viewer.person:
        raise Forbidden("CERTIFICATE_OF_ANOTHER")
    if verified.state == progress_pb2.REVOKED:
        raise Refused("CERTIFICATE_IS_REVOKED")
    number = verified.name.removeprefix("certificates/")
    with acting_as(SYSTEM):  # a token that may read its owner's learning need not read people
        holder = await clients.people.GetCertificateHolder(
            GetCertificateHolderRequest(certificate=verified.name, person=verified.person)
        )
    return Certificate(
        number=number,
        holder=holder.display_name,
        issuer=issuer,
        course=locale.pick(verified.course_title)[0],
        minutes=verified.minutes,
        competences=await _competences(clients, locale, verified),
        reason=await _reason(clients, locale, verified),
        completed=clock.moment(verified.issue_time) or clock.now(),
        address=f"{origin}/certificates/{number}",
    )


async def render(certificate: Certificate, locale: Locale, seal: bytes = b"") -> bytes:
    """Raises Unavailable when typesetting takes too long."""
    given = {**_words(certificate, locale), "seal": list(seal) or None}
    try:
        async with asyncio.timeout(_SECONDS):
            return await asyncio.to_thread(typeset, _TEMPLATE, given, certificate.completed)
    except TimeoutError as error:
        raise Unavailable("DOCUMENT_SLOW") from error


def _words(certificate: Certificate, locale: Locale) -> dict[str, Any]:
    facts = [
        (locale.gettext("Learning time"), [locale.duration(certificate.minutes)]),
        (locale.gettext("What was learnt"), list(certificate.competences)),
        (locale.gettext("Completed because"), [certificate.reason]),
    ]
    return {
        "lang": locale.language,
        "brand": locale.gettext("Ieum"),
        "mark": _MARK,
        "title": locale.gettext("Certificate of completion"),
        "issuer": certificate.issuer,
        "name": locale.pgettext("on a certificate", "%(name)s") % {"name": certificate.holder},
        "sentence": locale.gettext("We confirm that the person named above has completed this course."),
        "course": certificate.course,
        "facts": [fact for fact in facts if any(fact[1])],
        "check": locale.gettext("Anybody can check here whether this certificate is valid:"),
        "address": certificate.address,
        "number-line": locale.gettext("No. %(number)s") % {"number": certificate.number},
        "date": locale.date(certificate.completed),
        "seal-alt": locale.gettext("Seal of the issuer"),
        "qr": _code(certificate.address),
        "qr-alt": locale.gettext("Code that leads to the page where this certificate can be checked"),
    }


def _code(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=0, dark="#0b2b29", xmldecl=False)
    return out.getvalue().decode()


async def _competences(clients: Clients, locale: Locale, verified: progress_pb2.Certificate) -> tuple[str, ...]:
    version = await clients.courses.GetVersion(GetVersionRequest(name=f"{verified.course}/versions/{verified.version}"))
    known = await clients.courses.ListCompetences(ListCompetencesRequest())
    titles = {
        competence.id: locale.pick(competence.title)[0] for area in known.areas for competence in area.competences
    }
    return tuple(f"{code} {titles.get(code, '')}".strip() for code in version.content.competences)


async def _reason(clients: Clients, locale: Locale, verified: progress_pb2.Certificate) -> str:
    """Why the course counts as completed; "" when the learner's records no longer have this certificate."""
    message = progress_pb2.ListProgressRequest(person=verified.person)
    while True:
        page = await clients.progress.ListProgress(message)
        for progress in page.progress:
            if progress.certificate.name == verified.name:
                return completion_words(locale, progress.completion_reason)
        if not page.next_page_token:
            return ""
        message.page_token = page.next_page_token


def completion_words(locale: Locale, reason: progress_pb2.CompletionReason) -> str:
    parts: list[str] = []
    if reason.by_hand:
        parts.append(locale.gettext("an instructor has confirmed it"))
    if reason.lessons_counted:
        lessons = locale.ngettext(
            "%(count)s lesson that counts was done",
            "all %(count)s lessons that count were done",
            reason.lessons_counted,
        )
        parts.append(lessons % {"count": reason.lessons_counted})
    if reason.scores:
        quizzes = locale.gettext("each quiz was passed with at least %(mark)s%%")
        parts.append(quizzes % {"mark": reason.pass_mark})
    if reason.attendance_percent:
        attendance = locale.gettext("%(attended)s of %(planned)s of a class were attended")
        minutes = reason.attended_minutes, reason.planned_minutes
        parts.append(attendance % dict(zip(("attended", "planned"), map(locale.duration, minutes), strict=True)))
    return "; ".join(parts)
