"""How the questions of a course were answered, counted over all learners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.store.mongo import Collection


@dataclass(frozen=True)
class Answered:
    lesson: str
    quiz: str
    item: str
    answers: int
    wrong: int


async def first_answers(records: Collection, course: str) -> Sequence[Answered]:
    """By question, most often wrong first. Only first attempts count: a later one follows an explanation."""
    pipeline: list[dict[str, Any]] = [
        {"$match": {"course": course, "lessons.quizzes": {"$ne": []}}},
        {"$project": {"lessons.lesson": 1, "lessons.quizzes.quiz": 1, "lessons.quizzes.attempts.answers.item": 1,
                      "lessons.quizzes.attempts.answers.correct": 1}},
        {"$unwind": "$lessons"},
        {"$unwind": "$lessons.quizzes"},
        {"$set": {"first": {"$first": "$lessons.quizzes.attempts"}}},
        {"$unwind": "$first.answers"},
        {"$group": {
            "_id": {"lesson": "$lessons.lesson", "quiz": "$lessons.quizzes.quiz", "item": "$first.answers.item"},
            "answers": {"$sum": 1},
            "wrong": {"$sum": {"$cond": ["$first.answers.correct", 0, 1]}},
        }},
        {"$sort": {"wrong": -1, "answers": 1, "_id": 1}},
    ]  # fmt: skip
    rows = await (await records.aggregate(pipeline)).to_list()
    return [Answered(**row["_id"], answers=row["answers"], wrong=row["wrong"]) for row in rows]
