"""How the questions of a course were answered, counted over all learners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from services.chassis.store.mongo import Collection, Document
from services.progress.domain.grading import Answer
from services.progress.domain.item_statistics import (
    FEWEST_FOR_A_SHARE,
    SECONDS,
    ItemStatistics,
    Sums,
    WrongAnswer,
    describe,
)

_ANSWERS = TypeAdapter(Answer)
_PLACE = {"lesson": "$lessons.lesson", "quiz": "$lessons.quizzes.quiz", "item": "$given.item"}
_RIGHT = {"$cond": ["$given.correct", 1, 0]}
_ALL = "$first.answers"

_FIRST_ANSWERS: Sequence[Document] = (
    {"$unwind": "$lessons"},
    {"$unwind": "$lessons.quizzes"},
    # The very first, also where a teacher had the quiz begin anew.
    {"$set": {"first": {"$first": {"$concatArrays": [
        {"$ifNull": ["$lessons.quizzes.earlier", []]}, {"$ifNull": ["$lessons.quizzes.attempts", []]},
    ]}}}},
    {"$set": {
        "given": _ALL,
        "size": {"$size": {"$ifNull": [_ALL, []]}},
        "all_right": {"$size": {"$filter": {"input": {"$ifNull": [_ALL, []]}, "cond": "$$this.correct"}}},
    }},
    {"$unwind": "$given"},
)  # fmt: skip

_SUMS: Sequence[Document] = (
    {"$set": {
        "right": _RIGHT,
        # A quiz of one question has no rest, and the rest of two says little.
        "counted": {"$cond": [{"$and": [{"$gte": ["$first.score", 0]}, {"$gte": ["$size", 3]}]}, 1, 0]},
    }},
    {"$set": {"rest": {"$cond": [
        "$counted",
        {"$divide": [{"$subtract": ["$all_right", "$right"]}, {"$subtract": ["$size", 1]}]},
        0,
    ]}}},
    {"$group": {
        "_id": _PLACE,
        "answers": {"$sum": 1},
        "wrong": {"$sum": {"$subtract": [1, "$right"]}},
        "finished": {"$sum": "$counted"},
        "right": {"$sum": {"$multiply": ["$counted", "$right"]}},
        "rest": {"$sum": "$rest"},
        "rest_squared": {"$sum": {"$multiply": ["$rest", "$rest"]}},
        "rest_of_right": {"$sum": {"$multiply": ["$rest", "$right"]}},
    }},
)  # fmt: skip

# What hardly anybody answered stays in the database: it would say who it was, and may be anything that can be typed.
_WRONG_ANSWERS: Sequence[Document] = (
    {"$match": {"given.correct": False}},
    {"$group": {"_id": {**_PLACE, "answer": "$given.answer"}, "count": {"$sum": 1}}},
    {"$match": {"count": {"$gte": FEWEST_FOR_A_SHARE}}},
)

# Answers are kept by the order of their ids: the one before is the latest that is earlier.
_TIMES: Sequence[Document] = (
    {"$set": {"before": {"$max": {"$map": {
        "input": {"$filter": {"input": _ALL, "cond": {"$lt": ["$$this.time", "$given.time"]}}},
        "in": "$$this.time",
    }}}}},
    {"$match": {"before": {"$ne": None}}},
    {"$set": {"seconds": {"$divide": [{"$subtract": ["$given.time", "$before"]}, 1_000]}}},
    {"$set": {"upper": {"$switch": {
        "branches": [{"case": {"$lte": ["$seconds", upper]}, "then": upper} for upper in SECONDS], "default": None,
    }}}},
    {"$match": {"upper": {"$ne": None}}},
    {"$group": {"_id": {**_PLACE, "upper": "$upper"}, "count": {"$sum": 1}}},
)  # fmt: skip


# Once for each person, however many runs of the course they had; what few said stays in the database.
_UNCLEAR: Sequence[Document] = (
    {"$unwind": "$lessons"},
    {"$unwind": "$lessons.quizzes"},
    {"$unwind": "$lessons.quizzes.unclear"},
    {"$group": {"_id": {**_PLACE, "item": "$lessons.quizzes.unclear"}, "people": {"$addToSet": "$person"}}},
    {"$project": {"count": {"$size": "$people"}}},
    {"$match": {"count": {"$gte": FEWEST_FOR_A_SHARE}}},
)


async def _said_unclear(records: Collection, course: str) -> dict[tuple[str, str, str], int]:
    some = {"course": course, "lessons.quizzes.unclear.0": {"$exists": True}}
    shown = {"person": 1, "lessons.lesson": 1, "lessons.quizzes.quiz": 1, "lessons.quizzes.unclear": 1}
    rows = await (await records.aggregate([{"$match": some}, {"$project": shown}, *_UNCLEAR])).to_list()
    return {_place(row): row["count"] for row in rows}


async def item_statistics(records: Collection, course: str) -> list[ItemStatistics]:
    """Of each question that was answered, most often wrong first."""
    pipeline: list[dict[str, Any]] = [
        {"$match": {"course": course, "lessons.quizzes": {"$ne": []}}},
        {
            "$project": {
                "lessons.lesson": 1,
                "lessons.quizzes.quiz": 1,
                "lessons.quizzes.attempts": 1,
                "lessons.quizzes.earlier": 1,
            }
        },
        *_FIRST_ANSWERS,
        {"$facet": {"sums": _SUMS, "given": _WRONG_ANSWERS, "times": _TIMES}},
    ]
    rows: Document = (await (await records.aggregate(pipeline)).to_list())[0]
    given: dict[tuple[str, str, str], list[WrongAnswer]] = defaultdict(list)
    for row in rows["given"]:
        given[_place(row)].append(WrongAnswer(_ANSWERS.validate_python(row["_id"]["answer"]), row["count"]))
    times: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for row in rows["times"]:
        times[_place(row)].append((row["_id"]["upper"], row["count"]))
    unclear = await _said_unclear(records, course)
    described = [
        describe(place, _sums(row), given[place], times[place], unclear.get(place, 0))
        for row in rows["sums"]
        for place in [_place(row)]
    ]
    return sorted(described, key=lambda each: (-each.wrong, each.answers, each.lesson, each.quiz, each.item))


def _sums(row: Document) -> Sums:
    return Sums(**{name: value for name, value in row.items() if name != "_id"})


def _place(row: Document) -> tuple[str, str, str]:
    return row["_id"]["lesson"], row["_id"]["quiz"], row["_id"]["item"]
