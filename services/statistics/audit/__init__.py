"""The auditor: attacks a publication before anybody else does. Pure, and shares no code with the suppression.

`attacks` attacks a single table (a new attack goes there), `whole_release` a year with its quarters and all earlier
releases. `bounds` computes what a hidden count can be; `counterexamples` and
`alternative_tables` prove that it can be something else.
"""

from __future__ import annotations

from services.statistics.audit.attacks import audit
from services.statistics.audit.bounds import Contradiction
from services.statistics.audit.disclosures import Disclosure
from services.statistics.audit.published import Mean, Published, Rate, union
from services.statistics.audit.whole_release import Secret, Truth, audit_counts, audit_release

__all__ = [
    "Contradiction",
    "Disclosure",
    "Mean",
    "Published",
    "Rate",
    "Secret",
    "Truth",
    "audit",
    "audit_counts",
    "audit_release",
    "union",
]
