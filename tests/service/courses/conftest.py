from __future__ import annotations

import pytest

from ieum.courses.v1.courses_pb2_grpc import CoursesServiceStub
from services.courses.main import compose
from tests.service.conftest import ClientFor, StartService
from tests.service.courses.desk import (
    Desk,
)


@pytest.fixture
async def desk(start_service: StartService, client_for: ClientFor) -> Desk:
    address = await start_service("courses", compose)
    return Desk(lambda who: client_for(CoursesServiceStub, address, who))
