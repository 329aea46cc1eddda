"""The attacker's work on a publication, before anybody else does it. Shares no code with the suppression."""

from __future__ import annotations

from services.statistics.audit.attacks import Opening, audit
from services.statistics.audit.bounds import Contradiction
from services.statistics.audit.published import Mean, Published, Rate, union
from services.statistics.audit.release_part import Opened, gate
from services.statistics.audit.whole_release import BESIDE, Codes, Truth, whole

__all__ = [
    "BESIDE",
    "Codes",
    "Contradiction",
    "Mean",
    "Opened",
    "Opening",
    "Published",
    "Rate",
    "Truth",
    "audit",
    "gate",
    "union",
    "whole",
]
