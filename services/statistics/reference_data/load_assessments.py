"""The command `load-capability`: computes an assessment of local governments and stores the result."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from services.statistics.figures.assessment import Assessment, assess
from services.statistics.reference_data import indicators_file
from services.statistics.reference_data.command import CommandResult, open_database
from services.statistics.reference_data.csv_reading import errors_in

_ASSESSMENT = TypeAdapter(Assessment)


def load_capability(path: Path, period: str, source: str) -> CommandResult:
    """Computes the assessment once, with today's method; releases include this result."""
    with errors_in(path):
        results = assess(indicators_file.read_indicators(path))
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    identity = f"{period}-{checksum[:16]}"
    document = {
        "period": period,
        "loaded_at": datetime.now(UTC),
        "content": _ASSESSMENT.dump_json(Assessment(period, source, checksum, results)),
    }
    with open_database() as database:
        outcome = database["assessments"].update_one({"_id": identity}, {"$setOnInsert": document}, upsert=True)
    return {
        "assessment": identity,
        "period": period,
        "sha256": checksum,
        "units": len(results.standings),
        "indicators": results.indicators,
        "already_loaded": outcome.matched_count == 1,
    }
