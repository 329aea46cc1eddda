"""Anybody may check a certificate by its number."""

from __future__ import annotations

from ieum.people.v1 import people_pb2
from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.errors import Missing
from tests.gateway import lessons
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.lessons import both
from tests.gateway.visits import STRANGER, get

CERTIFICATE = pb.Certificate(
    name="certificates/IEUM-0123-4567-89AB-CDEF",
    state=pb.VALID,
    person="people/pat",
    course_title=both("Photos"),
    minutes=12,
    issue_time=lessons.MOMENT,
)


async def test_anybody_may_check_a_certificate_and_sees_what_it_shows(client: Client, town: Fakes) -> None:
    town.answers["VerifyCertificate"] = CERTIFICATE
    town.answers["GetCertificateHolder"] = people_pb2.CertificateHolder(display_name="Park Eun-ji")
    text = await get(client, "/certificates/IEUM-0123-4567-89AB-CDEF", STRANGER)
    for shown in ("This certificate is valid", "Park Eun-ji", "Photos", "12 minutes"):
        assert shown in text
    assert "people/pat" not in text


async def test_a_revoked_certificate_names_nobody(client: Client, town: Fakes) -> None:
    revoked = pb.Certificate(state=pb.REVOKED, revoke_time=lessons.MOMENT)
    revoked.MergeFrom(pb.Certificate(name=CERTIFICATE.name, person="people/pat", course_title=both("Photos")))
    town.answers["VerifyCertificate"] = revoked
    assert "was revoked" in await get(client, "/certificates/IEUM-0123-4567-89AB-CDEF", STRANGER)
    assert town.requests("GetCertificateHolder") == []


async def test_an_unknown_number_can_be_corrected(client: Client, town: Fakes) -> None:
    town.answers["VerifyCertificate"] = Missing("CERTIFICATE_UNKNOWN")
    text = await get(client, "/certificates/ieum%200123", STRANGER, status=404)
    assert 'value="ieum 0123"' in text
    assert "There is no certificate with this number." in text
    assert "certificate" in await get(client, "/certificates?number=", STRANGER, status=400)
    await get(client, "/certificates?number=ieum 0123", STRANGER, status=303)
