"""What a synthetic learner sends while taking a course: the screens opened and the answers given, with their times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from deploy.demo.content import Json, answer, quizzes
from deploy.demo.residents import SEED, Attendance, Ending

_SCREEN = timedelta(seconds=70)
_TRIES = 6


def steps(version: Json, attendance: Attendance, number: int, until: datetime) -> list[list[Json]]:
    """Batches of steps in order, one for each lesson begun. `version` is the published version as the API gives it."""
    random = Random(SEED * 1_000 + number)  # noqa: S311 - not secrets
    lessons = version["content"]["lessons"]
    share = _share(random, attendance.ending)
    begun = lessons if share >= 1 else lessons[: max(1, round(share * len(lessons)))]
    moment = attendance.enrolled_at + timedelta(minutes=random.randint(2, 90))
    batches: list[list[Json]] = []
    for lesson in begun if share else []:
        if moment >= until:
            break
        halfway = share < 1 and lesson is begun[-1]
        batch = [*_lesson(random, lesson, version["content"]["rule"], attendance.skill, halfway)]
        batches.append([_timed(step, min(moment + place * _SCREEN, until)) for place, step in enumerate(batch)])
        moment += attendance.pace + len(batch) * _SCREEN
    return batches


def _share(random: Random, ending: Ending) -> float:
    """Of the course: all, none, or a part of it."""
    match ending:
        case Ending.COMPLETED:
            return 1.0
        case Ending.NOT_STARTED:
            return 0.0
        case _:
            return random.uniform(0.2, 0.8)


def _timed(step: Json, moment: datetime) -> Json:
    return {**step, "time": moment.isoformat(timespec="seconds").replace("+00:00", "Z")}


def _lesson(random: Random, lesson: Json, rule: Mapping[str, Any], skill: float, halfway: bool) -> Iterator[Json]:
    screens = lesson["screens"]
    for screen in screens[: len(screens) // 2 + 1] if halfway else screens:
        yield {"openScreen": {"lesson": lesson["id"], "screen": screen["key"]}}
    if not halfway:
        for quiz, items in quizzes(lesson):
            yield from _quiz(random, lesson["id"], quiz, items, rule, skill)


def _quiz(
    random: Random, lesson: str, quiz: str, items: list[Json], rule: Mapping[str, Any], skill: float
) -> Iterator[Json]:
    """Tries until the pass mark is reached or no attempt is left; each try goes better than the one before."""
    allowed = rule.get("maxAttempts") or _TRIES
    for attempt in range(1, allowed + 1):
        chance = 1 - (1 - skill) / attempt
        right = [random.random() < chance for _ in items]
        for item, good in zip(items, right, strict=True):
            place = {"lesson": lesson, "quiz": quiz, "item": item["id"], "attempt": attempt}
            yield {"answerItem": {**place, "answer": answer(item, right=good)}}
        if 100 * sum(right) >= rule.get("passMark", 0) * len(items):
            return
