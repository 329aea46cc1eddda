"""What an evaluation asks, and the answers of one person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.chassis.errors import Invalid

FEWEST = 5
"""With fewer answers, figures would say too much of who answered what."""
LONGEST_COMMENT = 500


class Kind(StrEnum):
    AT_THE_END = "at_the_end"
    FOLLOW_UP = "follow_up"


QUESTIONS: Mapping[Kind, tuple[str, ...]] = {
    Kind.AT_THE_END: ("CONTENT", "LEVEL", "TEACHING", "MATERIALS", "PLACE", "USE", "OVERALL"),
    Kind.FOLLOW_UP: ("STILL_USED", "WITHOUT_HELP", "RECOMMENDED"),
}
"""Each is answered by a grade from 1, the worst, to 5. Stored counts stand in this order: append, never insert."""


class AgeBand(StrEnum):
    UNANSWERED = ""
    UNDER_40 = "under_40"
    FROM_40_TO_54 = "from_40_to_54"
    FROM_55_TO_64 = "from_55_to_64"
    FROM_65_TO_74 = "from_65_to_74"
    FROM_75 = "from_75"


class Sex(StrEnum):
    UNANSWERED = ""
    WOMAN = "woman"
    MAN = "man"


@dataclass(frozen=True)
class Answers:
    grades: tuple[int, ...]
    age: AgeBand = AgeBand.UNANSWERED
    sex: Sex = Sex.UNANSWERED
    comment: str = ""


def checked(answers: Answers, kind: Kind) -> Answers:
    """Raises Invalid unless every question has a grade and the comment is short enough."""
    questions, grades = QUESTIONS[kind], answers.grades
    for place, question in enumerate(questions):
        if place >= len(grades) or not 1 <= grades[place] <= 5:
            raise Invalid("GRADE_NEEDED", field=question.lower())
    comment = " ".join("".join(each if each.isprintable() else " " for each in answers.comment).split())
    if len(comment) > LONGEST_COMMENT:
        raise Invalid("TEXT_TOO_LONG", field="comment", limit=LONGEST_COMMENT)
    return Answers(grades[: len(questions)], answers.age, answers.sex, comment)


def packed(answers: Answers) -> bytes:
    content = {"grades": answers.grades, "age": answers.age, "sex": answers.sex, "comment": answers.comment}
    return json.dumps(content, ensure_ascii=False).encode()


def unpacked(content: bytes) -> Answers:
    given = json.loads(content)
    return Answers(tuple(given["grades"]), AgeBand(given["age"]), Sex(given["sex"]), given["comment"])
