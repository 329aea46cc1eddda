"""The words of every Problem by its reason: what happened and what to do. `%(name)s` stands for a detail."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.problems.accounts import ACCOUNTS
from gateway.language.problems.classes import CLASSES
from gateway.language.problems.courses import COURSES
from gateway.language.problems.drafts import DRAFTS
from gateway.language.problems.fields import FIELDS
from gateway.language.problems.imports import IMPORTS
from gateway.language.problems.learning import LEARNING
from gateway.language.problems.mail import REFUSALS
from gateway.language.problems.notices import NOTICES
from gateway.language.problems.places import PLACES
from gateway.language.problems.practice import PRACTICE
from gateway.language.problems.releases import RELEASES
from gateway.language.problems.requests import REQUESTS
from gateway.language.problems.statistics import STATISTICS
from gateway.language.problems.surveys import SURVEYS

WORDS: Mapping[str, str] = {
    **REQUESTS,
    **IMPORTS,
    **FIELDS,
    **ACCOUNTS,
    **PLACES,
    **COURSES,
    **DRAFTS,
    **LEARNING,
    **CLASSES,
    **NOTICES,
    **SURVEYS,
    **PRACTICE,
    **STATISTICS,
    **RELEASES,
    **REFUSALS,
}
