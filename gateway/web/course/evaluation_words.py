"""The words of evaluations: what is asked, the grades, and groups of people."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import Locale, msgid
from ieum.surveys.v1 import evaluations_pb2 as pb

QUESTIONS: Mapping[str, str] = {
    "CONTENT": msgid("Was it about what you wanted to learn?"),
    "LEVEL": msgid("Did level and pace suit you?"),
    "TEACHING": msgid("Was it explained well?"),
    "MATERIALS": msgid("Were the materials good?"),
    "PLACE": msgid("Were place and devices good?"),
    "USE": msgid("Does it help you in daily life?"),
    "OVERALL": msgid("How was it as a whole?"),
    "STILL_USED": msgid("Do you still use what you learned?"),
    "WITHOUT_HELP": msgid("Do you manage without help?"),
    "RECOMMENDED": msgid("Would you recommend it to others?"),
}
SHORT: Mapping[str, str] = {
    "CONTENT": msgid("Content"),
    "LEVEL": msgid("Level and pace"),
    "TEACHING": msgid("Explanations"),
    "MATERIALS": msgid("Materials"),
    "PLACE": msgid("Place and devices"),
    "USE": msgid("Use in daily life"),
    "OVERALL": msgid("As a whole"),
    "STILL_USED": msgid("Still used"),
    "WITHOUT_HELP": msgid("Without help"),
    "RECOMMENDED": msgid("Recommended"),
}
GRADES: Mapping[int, str] = {
    5: msgid("Very much so"),
    4: msgid("Rather yes"),
    3: msgid("So-so"),
    2: msgid("Not really"),
    1: msgid("Not in the least"),
}
OVERALL_GRADES: Mapping[int, str] = {
    5: msgid("Very good"),
    4: msgid("Good"),
    3: msgid("So-so"),
    2: msgid("Poor"),
    1: msgid("Very poor"),
}
AGES: Mapping[pb.AgeBand.ValueType, str] = {
    pb.UNDER_40: msgid("Under 40"),
    pb.FROM_40_TO_54: msgid("40 to 54"),
    pb.FROM_55_TO_64: msgid("55 to 64"),
    pb.FROM_65_TO_74: msgid("65 to 74"),
    pb.FROM_75: msgid("75 and over"),
}
SEXES: Mapping[pb.RespondentSex.ValueType, str] = {pb.WOMAN: msgid("Women"), pb.MAN: msgid("Men")}
KINDS: Mapping[pb.EvaluationKind.ValueType, str] = {
    pb.AT_THE_END: msgid("At the end"),
    pb.FOLLOW_UP: msgid("A month later"),
}


def grades_of(locale: Locale, question: str) -> list[tuple[str, str]]:
    """The choices of a question, the best first."""
    words = OVERALL_GRADES if question == "OVERALL" else GRADES
    return [(str(grade), locale.gettext(text)) for grade, text in words.items()]


def mean(counts: pb.GradeCounts) -> int:
    """In hundredths."""
    answers = sum(counts.counts) or 1
    return round(100 * sum(grade * count for grade, count in enumerate(counts.counts, start=1)) / answers)


def shown_mean(locale: Locale, hundredths: int) -> str:
    """ "4.3": one decimal, for so few answers say no more."""
    return locale.number(hundredths / 100, 1)
