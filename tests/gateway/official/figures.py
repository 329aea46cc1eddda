"""An overview and a cross table as the statistics service answers them, for the pages of officials."""

from __future__ import annotations

from typing import Any

from ieum.people.v1 import people_pb2
from ieum.statistics.v1 import statistics_pb2 as pb
from tests.gateway.fakes import Fakes
from tests.gateway.official.test_live_table import AREAS, AS_OF, row


def reached(code: str, *values: str, reach: str = "L", **more: Any) -> pb.Row:
    made = row(code, *values, **more)
    value, status = ("", reach) if reach in "LQ" else (reach, "A")
    made.values.add(measure="COV", value=value, obs_status=status, unit="RT_1000")
    return made


HIDDEN = ("Q", "Q", "Q", "Q", "Q")


def overview(**more: Any) -> pb.Overview:
    given: dict[str, Any] = {
        "area": "areas/HB01", "universe": pb.RESIDENT, "period": "2026-Q2", "before": "2025-Q2", "as_of": AS_OF,
        "complete": True, "mature": True, "method_version": "2.0.0", "threshold": 5,
        "total": reached("_T", "500", "412", "450", "250", "50.0", reach="32.4"),
        "total_before": reached("_T", "420", "348", "400", "220", "52.4", reach="27.5"),
        "changes": [
            pb.Change(measure="EPR", value="18.4", low="2.6", high="36.7", verdict=pb.MORE),
            pb.Change(measure="CPR", value="-2.4", low="-9.5", high="4.8", verdict=pb.NO_CLEAR_DIFFERENCE),
        ],
        "groups": [
            pb.Standing(
                row=reached("Y_GE65", "100", "90", "80", "30", "30.0", reach="12.1"),
                before=reached("Y_GE65", *HIDDEN, reach="Q"), completing=pb.LESS, reach=pb.LESS,
            ),
            pb.Standing(
                row=reached("DIS", *HIDDEN, reach="Q"), before=reached("DIS", *HIDDEN, reach="Q"),
                completing=pb.NOT_COMPARED, reach=pb.NOT_COMPARED,
            ),
        ],
        "areas": [
            pb.Standing(
                row=reached("areas/HB0101", "300", "250", "270", "160", "53.3", reach="40.2", title={"en": "Solnae"}),
                before=reached("areas/HB0101", "250", "210", "220", "130", "52.0", reach="33.3"),
                completing=pb.NO_CLEAR_DIFFERENCE, reach=pb.MORE,
            ),
            pb.Standing(
                row=reached("areas/HB0102", "60", "50", "50", "20", "33.3", reach="9.1", title={"en": "Haetsal"}),
                before=reached("areas/HB0102", *HIDDEN, reach="Q"), completing=pb.LESS, reach=pb.LESS,
            ),
        ],
    }  # fmt: skip
    return pb.Overview(**(given | more))


def cross_table(request: pb.QueryCrossTableRequest) -> pb.CrossTable:
    usual = ("50", "40", "30", "20", "40.0")
    rows = [
        pb.CrossRow(area=area, period=period, row=row(code, *(HIDDEN if code == "_U" else usual)))
        for area in ("areas/HB01", "areas/HB0101")
        for period in request.periods or [""]
        for code in ("_T", "Y65T74", "Y_GE65", "_U")
    ]
    return pb.CrossTable(area="areas/HB01", by=request.by, as_of=AS_OF, rows=rows, threshold=5)


def sign_in(fake: Fakes) -> None:
    fake.sign_in("official", "learner", "official", scope="areas/HB01")
    fake.answers["ListAreas"] = AREAS
    fake.answers["ListOrganisations"] = people_pb2.ListOrganisationsResponse()
    fake.answers["ListCentres"] = people_pb2.ListCentresResponse()
    fake.answers["GetOverview"] = overview()
    fake.answers["QueryCrossTable"] = cross_table
