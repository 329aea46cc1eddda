"""What an operator may set of the surveys service, beside what every process shares."""

from __future__ import annotations

from pathlib import Path

from services.chassis.config import Settings


class SurveysSettings(Settings):
    # Where one half of each open poll's key is kept; no backup may take it along. None: "polls" in the data directory.
    poll_keys: Path | None = None
