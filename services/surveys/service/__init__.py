"""The RPC door of the surveys service."""

from __future__ import annotations

from services.chassis.token_access import Access
from services.surveys.service.evaluations import EvaluationMethods
from services.surveys.service.polls import PollMethods

_OPEN = Access(own="learning.read", open=True)
# A vote is cast, and a course evaluated, by a person at a screen, never by a token.
TOKEN_ACCESS = {"GetPoll": _OPEN, "ListPolls": _OPEN}


class SurveysService(PollMethods, EvaluationMethods):
    pass
