"""What an operator may set of the statistics service, beside what every process shares."""

from __future__ import annotations

from typing import Literal

from services.chassis.config import Settings


class StatisticsSettings(Settings):
    # A count of fewer persons is hidden; at least 10 for sensitive groups and what an official puts together.
    fewest_persons: Literal["3", "5", "10"] = "5"

    # What releases say of themselves: who publishes them ("" = the area), whom to ask, under which law.
    publisher: str = ""
    contact: str = ""
    legal_basis: str = ""
