from __future__ import annotations

import pytest

from ieum.progress.v1 import progress_pb2 as pb
from ieum.progress.v1.events_pb2 import (
    CertificateRevoked,
)
from services.chassis.errors import Forbidden, Invalid, Missing
from services.chassis.principal import ANONYMOUS, SYSTEM
from tests.service.conftest import Published
from tests.service.progress.town import (
    ADMIN,
    ALL_STEPS,
    KIM,
    STRANGER,
    TEACHER,
    Town,
)


async def test_a_certificate_is_verified_by_anybody_however_its_number_is_typed(town: Town) -> None:
    name = await town.enrol()
    number = (await town.record(KIM, name, *ALL_STEPS)).progress.certificate.name
    for typed in (number, number.lower(), number.replace("-", ""), number.replace("0", "o").replace("1", "l")):
        certificate = await town.as_(ANONYMOUS).VerifyCertificate(pb.VerifyCertificateRequest(name=typed))
        assert (certificate.name, certificate.state, certificate.person) == (number, pb.VALID, "")
    for who, shown in ((KIM, True), (SYSTEM, True), (ADMIN, True), (STRANGER, False), (TEACHER, False)):
        certificate = await town.as_(who).VerifyCertificate(pb.VerifyCertificateRequest(name=number))
        assert bool(certificate.person) is shown
    for unknown in ("certificates/IEUM-0000-0000-0000-0000", "certificates/x", ""):
        with pytest.raises(Missing, match="CERTIFICATE_UNKNOWN"):
            await town.as_(ANONYMOUS).VerifyCertificate(pb.VerifyCertificateRequest(name=unknown))


async def test_a_certificate_is_revoked_once_with_a_reason(town: Town, published: Published) -> None:
    name = await town.enrol()
    number = (await town.record(KIM, name, *ALL_STEPS)).progress.certificate.name
    for who in (KIM, STRANGER):
        with pytest.raises(Forbidden, match="NOT_TEACHER"):
            await town.as_(who).RevokeCertificate(pb.RevokeCertificateRequest(name=number, reason="why not"))
    with pytest.raises(Invalid, match="REASON_MISSING"):
        await town.as_(TEACHER).RevokeCertificate(pb.RevokeCertificateRequest(name=number, reason=" "))
    for reason in ("somebody else answered", "again"):
        revoked = await town.as_(TEACHER).RevokeCertificate(pb.RevokeCertificateRequest(name=number, reason=reason))
    assert revoked.state == pb.REVOKED
    shown = await town.as_(ANONYMOUS).VerifyCertificate(pb.VerifyCertificateRequest(name=number))
    assert (shown.state, shown.revoke_time) == (pb.REVOKED, revoked.revoke_time)
    [event] = await published(CertificateRevoked)
    assert (event.certificate, event.ListFields()[-1][0].name) == (number, "time")
    assert "somebody" not in str(event), "what people write stays where it can be erased"
