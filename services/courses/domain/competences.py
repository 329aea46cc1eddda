"""DigComp 3.0: areas and competences. Ids and English titles are the framework's (JRC144121, data supplement of
24 Nov 2025); the Korean titles are our own, in words that residents use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_AREAS = {
    "1": ("Information search, evaluation and management", "정보 찾기·판단하기·관리하기"),
    "2": ("Communication and collaboration", "소통과 협력"),
    "3": ("Content creation", "콘텐츠 만들기"),
    "4": ("Safety, wellbeing and responsible use", "안전과 건강, 책임 있는 이용"),
    "5": ("Problem identification and solving", "문제 찾기와 해결하기"),
}
_COMPETENCES = {
    "1.1": ("Browsing, searching and filtering information", "정보 둘러보고 찾고 골라내기"),
    "1.2": ("Evaluating information", "믿을 만한 정보인지 판단하기"),
    "1.3": ("Managing information", "정보 정리하고 보관하기"),
    "2.1": ("Interacting through and with digital technologies", "디지털 기기로 연락하고 대화하기"),
    "2.2": ("Sharing through digital technologies", "디지털로 나누고 공유하기"),
    "2.3": ("Engaging in citizenship through digital technologies", "온라인으로 민원 내고 시민으로 참여하기"),
    "2.4": ("Collaborating through digital technologies", "디지털로 함께 일하기"),
    "2.5": ("Digital behaviour", "온라인 예절과 행동"),
    "2.6": ("Managing digital identity", "내 계정과 온라인 모습 관리하기"),
    "3.1": ("Developing digital content", "글·사진·영상 만들기"),
    "3.2": ("Integrating and re-elaborating digital content", "있는 자료를 고치고 엮어 쓰기"),
    "3.3": ("Copyright and licences", "저작권과 이용 허락"),
    "3.4": ("Computational thinking and programming", "컴퓨터처럼 차근차근 생각하기와 프로그래밍"),
    "4.1": ("Protecting devices", "기기 지키기"),
    "4.2": ("Protecting personal data and privacy", "개인정보와 사생활 지키기"),
    "4.3": ("Supporting wellbeing", "몸과 마음의 건강 돌보기"),
    "4.4": ("Environmental impacts of digital technologies", "디지털 기술이 환경에 주는 영향"),
    "5.1": ("Identifying and solving technical problems", "기기 문제 알아내고 해결하기"),
    "5.2": ("Identifying needs and digital technological responses", "나에게 필요한 디지털 도구 고르기"),
    "5.3": ("Identifying creative solutions using digital technologies", "디지털로 새로운 해결책 찾기"),
    "5.4": ("Identifying and addressing digital competence needs", "부족한 디지털 능력 알고 채우기"),
}


def _titles(rows: Mapping[str, tuple[str, str]]) -> Mapping[str, Mapping[str, str]]:
    return {key: {"en": english, "ko": korean} for key, (english, korean) in rows.items()}


AREAS = _titles(_AREAS)
TITLES = _titles(_COMPETENCES)


def areas_of(competences: Iterable[str]) -> tuple[str, ...]:
    """The area of "2.3" is "2"."""
    return tuple(sorted({competence.partition(".")[0] for competence in competences}))
