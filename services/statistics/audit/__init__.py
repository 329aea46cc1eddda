"""The attacker's work on a publication, before anybody else does it. Shares no code with the suppression."""

from __future__ import annotations

from services.statistics.audit.attacks import Opening, audit
from services.statistics.audit.bounds import Contradiction
from services.statistics.audit.published import Mean, Published, Rate, union
from services.statistics.audit.release_part import Disclosure, audit_part
from services.statistics.audit.whole_release import OUTSIDE_PARTS, Codes, Truth, audit_release

__all__ = [
    "OUTSIDE_PARTS",
    "Codes",
    "Contradiction",
    "Disclosure",
    "Mean",
    "Opening",
    "Published",
    "Rate",
    "Truth",
    "audit",
    "audit_part",
    "audit_release",
    "union",
]
