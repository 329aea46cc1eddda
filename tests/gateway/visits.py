"""Visits to pages in a small city, where Pat takes a course."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient

from ieum.courses.v1 import content_pb2
from ieum.courses.v1.courses_pb2 import CatalogEntry, SearchCatalogResponse
from ieum.enrollment.v1.enrollment_pb2 import Enrollment, ListEnrollmentsResponse
from ieum.people.v1 import people_pb2
from tests.gateway import lessons
from tests.gateway.fakes import Fakes
from tests.gateway.lessons import both, course, standing, version

Client = TestClient[web.Request, web.Application]
STRANGER = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
PAT = STRANGER | {"Cookie": "ieum_session=pat"}
AREAS = people_pb2.ListAreasResponse(
    areas=[
        people_pb2.Area(name="areas/HB01", title={"en": "Hanbit"}),
        people_pb2.Area(name="areas/HB0101", parent="areas/HB01", title={"en": "Solnae"}),
    ]
)


def prepare_town(fake: Fakes) -> Fakes:
    """One course that Pat has begun, and the places of a small city."""
    content = course("choice", "number")
    fake.sign_in("pat")
    fake.answers["GetVersion"] = version(content)
    fake.answers["GetProgress"] = standing(content)
    fake.answers["ListStandings"] = lessons.listed(standing(content, percent=40))
    fake.answers["ListEnrollments"] = ListEnrollmentsResponse(
        enrollments=[
            Enrollment(name="enrollments/e", course="courses/c", person="people/pat", version=1, current_version=1)
        ]
    )
    fake.answers["GetEnrollment"] = Enrollment(name="enrollments/e", person="people/pat")
    fake.answers["SearchCatalog"] = SearchCatalogResponse(entries=[entry("c"), entry("d")], total_size=2)
    fake.answers["ListAreas"] = AREAS
    fake.answers["ListOrganisations"] = people_pb2.ListOrganisationsResponse()
    return fake


def entry(key: str) -> CatalogEntry:
    return CatalogEntry(
        course=f"courses/{key}", title=both(f"Course {key}"), competences=["4.1"], level=content_pb2.BASIC, minutes=20
    )


async def get(client: Client, path: str, headers: dict[str, str] = PAT, status: int = 200) -> str:
    answer = await client.get(path, headers=headers, allow_redirects=False)
    text = await answer.text()
    assert answer.status == status, text
    return text


async def post(client: Client, path: str, form: Any = None, headers: dict[str, str] = PAT) -> tuple[int, str, str]:
    """Status, where it leads, and the page."""
    answer = await client.post(path, data=form or {}, headers=headers, allow_redirects=False)
    return answer.status, answer.headers.get("Location", ""), await answer.text()
