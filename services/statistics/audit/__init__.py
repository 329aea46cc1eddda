"""The auditor: attacks a publication before anybody else does. Pure, and shares no code with the suppression.

`attacks` attacks a single table (a new attack goes there), `release_part` one breakdown of a period, `whole_release`
a release with all earlier ones. `bounds` computes what a hidden count can be; `counterexamples` and
`alternative_tables` prove that it can be something else.
"""

from __future__ import annotations

from services.statistics.audit.attacks import audit
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
    "Published",
    "Rate",
    "Truth",
    "audit",
    "audit_part",
    "audit_release",
    "union",
]
