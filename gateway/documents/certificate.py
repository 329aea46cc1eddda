"""The certificate as a document: one tagged page (PDF/UA-1) with a code that leads to the answer whether it stands."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pylopdf_fonts_ko
import segno
import typst
from aiohttp import web

from gateway.backend.clients import CLIENTS, Clients
from gateway.html.render import PAGE
from gateway.http.auth import VIEWER
from gateway.language.i18n import Locale
from ieum.courses.v1.courses_pb2 import GetVersionRequest, ListCompetencesRequest
from ieum.progress.v1 import progress_pb2
from services.chassis import clock
from services.chassis.errors import Forbidden, Refused, Unauthenticated, Unavailable

_TEMPLATE = Path(__file__).with_suffix(".typ")
_SECONDS = 20
_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 52 40" fill="none" stroke-width="7" stroke-linecap="round">'
    '<path stroke="#0d6e64" d="M6 32v-9a10 10 0 0 1 20 0v1"/>'
    '<path stroke="#e0842b" d="M26 16v1a10 10 0 0 0 20 0V8"/></svg>'
)
_at_once = asyncio.Semaphore(2)


@dataclass(frozen=True)
class Certificate:
    """All that stands on the page. `address` leads to the public page about `number`."""

    number: str
    holder: str
    issuer: str
    course: str
    minutes: int
    competences: tuple[str, ...]
    reason: str
    completed: datetime
    address: str


async def respond(request: web.Request, name: str) -> web.Response:
    """For its holder alone, in the reader's language."""
    viewer = request[VIEWER]
    if viewer is None:
        raise Unauthenticated("SIGN_IN_NEEDED")
    clients, page = request.app[CLIENTS], request[PAGE]
    found = await clients.progress.VerifyCertificate(progress_pb2.VerifyCertificateRequest(name=name))
    if found.person != viewer.person:
        raise Forbidden("CERTIFICATE_OF_ANOTHER")
    if found.state == progress_pb2.REVOKED:
        raise Refused("CERTIFICATE_IS_REVOKED")
    number = found.name.removeprefix("certificates/")
    completed = clock.moment(found.issue_time)
    certificate = Certificate(
        number=number,
        holder=viewer.name,
        issuer=page.site.name,
        course=page.locale.pick(found.course_title)[0],
        minutes=found.minutes,
        competences=await _competences(clients, page.locale, found),
        reason=await _reason(clients, page.locale, found),
        completed=completed or clock.now(),
        address=f"{request.scheme}://{request.host}/certificates/{number}",
    )
    body = await render(certificate, page.locale)
    headers = {"Content-Disposition": f'inline; filename="{number}.pdf"', "Cache-Control": "no-store"}
    return web.Response(body=body, content_type="application/pdf", headers=headers)


async def render(certificate: Certificate, locale: Locale) -> bytes:
    given = json.dumps(_words(certificate, locale), ensure_ascii=False)
    async with _at_once:
        try:
            async with asyncio.timeout(_SECONDS):
                return await asyncio.to_thread(_compile, given, certificate.completed)
        except TimeoutError as error:
            raise Unavailable("DOCUMENT_SLOW") from error


def _compile(given: str, moment: datetime) -> bytes:
    compiled: Any = typst.compile  # its overloads disagree on bytes
    result = compiled(
        _TEMPLATE.read_bytes(),
        font_paths=[str(Path(pylopdf_fonts_ko.__file__).parent)],
        ignore_system_fonts=True,
        sys_inputs={"given": given},
        pdf_standards=["ua-1"],
        timestamp=int(moment.timestamp()),
    )
    assert isinstance(result, bytes)  # noqa: S101  # without an output path it is one document's bytes
    return result


def _words(certificate: Certificate, locale: Locale) -> dict[str, Any]:
    facts = [
        (locale.gettext("Learning time"), [locale.duration(certificate.minutes)]),
        (locale.gettext("What was learnt"), list(certificate.competences)),
        (locale.gettext("Completed because"), [certificate.reason]),
        (locale.gettext("Completed on"), [locale.date(certificate.completed)]),
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
        "number-word": locale.gettext("Number"),
        "number": certificate.number,
        "qr": _code(certificate.address),
        "qr-alt": locale.gettext("Code that leads to the page where this certificate can be checked"),
    }


def _code(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=0, dark="#0b2b29", xmldecl=False)
    return out.getvalue().decode()


async def _competences(clients: Clients, locale: Locale, found: progress_pb2.Certificate) -> tuple[str, ...]:
    version = await clients.courses.GetVersion(GetVersionRequest(name=f"{found.course}/versions/{found.version}"))
    known = await clients.courses.ListCompetences(ListCompetencesRequest())
    titles = {each.id: locale.pick(each.title)[0] for area in known.areas for each in area.competences}
    return tuple(f"{code} {titles.get(code, '')}".strip() for code in version.content.competences)


async def _reason(clients: Clients, locale: Locale, found: progress_pb2.Certificate) -> str:
    """Of the learner's own record; "" when it is not among them any more."""
    asked = progress_pb2.ListProgressRequest(person=found.person)
    while True:
        page = await clients.progress.ListProgress(asked)
        for progress in page.progress:
            if progress.certificate.name == found.name:
                return completion_words(locale, progress.completion_reason)
        if not page.next_page_token:
            return ""
        asked.page_token = page.next_page_token


def completion_words(locale: Locale, reason: progress_pb2.CompletionReason) -> str:
    lessons = locale.ngettext(
        "%(count)s lesson that counts was done", "all %(count)s lessons that count were done", reason.lessons_counted
    ) % {"count": reason.lessons_counted}
    if not reason.scores:
        return lessons
    quizzes = locale.gettext("each quiz was passed with at least %(mark)s%%") % {"mark": reason.pass_mark}
    return locale.gettext("%(lessons)s; %(quizzes)s") % {"lessons": lessons, "quizzes": quizzes}
