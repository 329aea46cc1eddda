from __future__ import annotations

import pytest

from services.chassis.config import Settings
from services.statistics.settings import StatisticsSettings


@pytest.fixture
def settings(settings: Settings) -> StatisticsSettings:
    return StatisticsSettings.model_validate(settings.model_dump())
