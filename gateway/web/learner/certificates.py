"""Verification of a certificate by its number, for anybody, and the PDF for its holder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from yarl import URL

from gateway.backend.clients import CLIENTS, Clients
from gateway.backend.names import id_of
from gateway.documents import certificate
from gateway.html.render import PAGE, page
from gateway.http import errors
from gateway.http.auth import VIEWER
from gateway.language.i18n import Locale
from gateway.web.site.frame import go_to
from ieum.people.v1.people_pb2 import GetCertificateHolderRequest
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import Certificate, VerifyCertificateRequest
from services.chassis import clock
from services.chassis.errors import Missing
from services.chassis.principal import SYSTEM, acting_as

_LONGEST_NUMBER = 80

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Verified:
    """What the certificate itself shows. `holder` is empty after the person's data were erased."""

    number: str
    valid: bool
    holder: str
    title: str
    language: str
    minutes: int
    issued: datetime | None
    revoked: datetime | None


@routes.get("/certificates")
async def ask(request: web.Request) -> web.Response:
    number = " ".join(request.query.get("number", "").split())[:_LONGEST_NUMBER]
    if not number:
        missing = request[PAGE].locale.gettext("Enter the number at the bottom of the certificate.")
        form_errors = {"number": missing} if "number" in request.query else {}
        status = 400 if form_errors else 200
        return page(request, "learner/certificate_number.html", status=status, number="", errors=form_errors)
    return go_to(str(URL("/certificates") / number.replace("/", "")))


@routes.get(r"/certificates/{number:[^/]+}.pdf")
async def document(request: web.Request) -> web.Response:
    return await certificate.respond(request, f"certificates/{request.match_info['number']}")


@routes.get(r"/certificates/{number:[^/]+}")
async def show(request: web.Request) -> web.Response:
    clients, locale = request.app[CLIENTS], request[PAGE].locale
    number = request.match_info["number"]
    try:
        record, holder = await _verify(clients, number)
    except Missing as problem:
        message = errors.message(locale, problem)
        return page(request, "learner/certificate_number.html", status=404, number=number, errors={"number": message})
    viewer = request[VIEWER]
    mine = viewer is not None and viewer.owns(record.person)
    verified = verified_of(locale, record, holder)
    return page(request, "learner/certificate_verified.html", certificate=verified, mine=mine)


async def _verify(clients: Clients, number: str) -> tuple[Certificate, str]:
    """Ask as the system: a stranger may see the holder's name, but only with the number of the certificate."""
    with acting_as(SYSTEM):
        record = await clients.progress.VerifyCertificate(VerifyCertificateRequest(name=f"certificates/{number}"))
        if record.state == progress_pb2.REVOKED or not record.person:
            return record, ""
        grpc_request = GetCertificateHolderRequest(certificate=record.name, person=record.person)
        return record, (await clients.people.GetCertificateHolder(grpc_request)).display_name


def verified_of(locale: Locale, message: Certificate, holder: str) -> Verified:
    title, language = locale.pick(message.course_title)
    return Verified(
        number=id_of(message.name),
        valid=message.state == progress_pb2.VALID,
        holder=holder,
        title=title,
        language="" if language == locale.language else language,
        minutes=message.minutes,
        issued=clock.moment(message.issue_time) if message.HasField("issue_time") else None,
        revoked=clock.moment(message.revoke_time) if message.HasField("revoke_time") else None,
    )
