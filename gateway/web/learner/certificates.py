"""Whether a certificate stands, for anybody who has its number, and the document for its holder."""

from __future__ import annotations

from collections.abc import Mapping
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
from ieum.people.v1.people_pb2 import BatchGetNamesRequest
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import Certificate, VerifyCertificateRequest
from services.chassis import clock
from services.chassis.errors import Missing
from services.chassis.principal import SYSTEM, acting_as

_LONGEST_NUMBER = 80

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Verified:
    """As much as the certificate itself shows. `holder` is empty when the person's data were erased."""

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
        wrong = {"number": missing} if "number" in request.query else {}
        return page(request, "learner/certificate_number.html", status=400 if wrong else 200, number="", errors=wrong)
    return go_to(str(URL("/certificates") / number.replace("/", "")))


@routes.get(r"/certificates/{number:[^/]+}.pdf")
async def document(request: web.Request) -> web.Response:
    return await certificate.respond(request, f"certificates/{request.match_info['number']}")


@routes.get(r"/certificates/{number:[^/]+}")
async def show(request: web.Request) -> web.Response:
    clients, locale = request.app[CLIENTS], request[PAGE].locale
    number = request.match_info["number"]
    try:
        found, names = await _verify(clients, number)
    except Missing as problem:
        message = errors.message(locale, problem)
        return page(request, "learner/certificate_number.html", status=404, number=number, errors={"number": message})
    viewer = request[VIEWER]
    mine = viewer is not None and viewer.person == found.person
    return page(request, "learner/certificate_verified.html", found=verified_of(locale, found, names), mine=mine)


async def _verify(clients: Clients, number: str) -> tuple[Certificate, Mapping[str, str]]:
    """In the gateway's own name: a stranger may know who holds a certificate only by having its number."""
    with acting_as(SYSTEM):
        found = await clients.progress.VerifyCertificate(VerifyCertificateRequest(name=f"certificates/{number}"))
        if found.state == progress_pb2.REVOKED or not found.person:
            return found, {}
        asked = BatchGetNamesRequest(names=[found.person], purpose="verification of a certificate")
        return found, (await clients.people.BatchGetNames(asked)).display_names


def verified_of(locale: Locale, found: Certificate, names: Mapping[str, str]) -> Verified:
    title, language = locale.pick(found.course_title)
    return Verified(
        number=id_of(found.name),
        valid=found.state == progress_pb2.VALID,
        holder=names.get(found.person, ""),
        title=title,
        language="" if language == locale.language else language,
        minutes=found.minutes,
        issued=clock.moment(found.issue_time) if found.HasField("issue_time") else None,
        revoked=clock.moment(found.revoke_time) if found.HasField("revoke_time") else None,
    )
