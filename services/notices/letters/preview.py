"""Every kind of letter with made-up content, for staff to read before residents do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.notices.domain.notice import Kind
from services.notices.letters import words
from services.notices.letters.letter import Letter
from services.notices.letters.words import Content, Meeting, Recipient

_FIRST = datetime(2027, 3, 2, 5, tzinfo=UTC)
_TITLES = {"ko": "스마트폰으로 사진 정리하기", "en": "Sorting photos on a phone"}
_NAMES = {"ko": "김영희", "en": "Kim Younghee"}
_PLACES = {"ko": "하늘동 정보화센터, 2층 배움실", "en": "Haneul Centre, classroom on the 2nd floor"}
_LINK = "https://ieum.example/applications/..."


def letters(language: str) -> Mapping[Kind, Letter]:
    recipient = Recipient(_NAMES[language], "somebody@example.com", language)
    return {kind: words.write(_content(kind, language), recipient) for kind in Kind}


def _content(kind: Kind, language: str) -> Content:
    shown = kind in (Kind.OFFERED, Kind.CONFIRMED, Kind.DATES, Kind.REMINDER, Kind.VISIT_PLANNED)
    meetings = (Meeting(_FIRST), Meeting(_FIRST + timedelta(days=7), changed=kind is Kind.DATES))
    reasons = {Kind.REFUSED: "NOT_FOR_THIS_GROUP", Kind.CANCELLED: "TEACHER_ILL", Kind.VISIT_REFUSED: "TOO_FEW"}
    return Content(
        kind,
        _TITLES,
        link=_LINK,
        preferences="https://ieum.example/account/notices",
        zone=ZoneInfo("Asia/Seoul"),
        places=_PLACES,
        meetings=meetings if shown else (),
        when=_FIRST,
        until=_FIRST - timedelta(days=5),
        reason=reasons.get(kind, ""),
    )
