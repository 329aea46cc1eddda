"""A small course with a question of each kind, and a learner's progress in it, as the services would answer them."""

from __future__ import annotations

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from ieum.courses.v1 import content_pb2 as content
from ieum.courses.v1.courses_pb2 import Version
from ieum.progress.v1 import progress_pb2 as progress

MOMENT = Timestamp(seconds=1_795_000_000)


def both(text: str) -> dict[str, str]:
    return {"en": text, "ko": f"{text} 한글"}


def options(*ids: str) -> list[content.Option]:
    return [content.Option(id=each, text=both(each.title())) for each in ids]


ITEMS = {
    "choice": content.Item(choice=content.Choice(options=options("red", "blue"))),
    "multiple": content.Item(choice=content.Choice(options=options("red", "blue"), multiple=True)),
    "true_false": content.Item(true_false=content.TrueFalse(correct=False)),
    "short_text": content.Item(short_text=content.ShortText()),
    "number": content.Item(number=content.Number()),
    "matching": content.Item(matching=content.Matching(left=options("cat", "dog"), right=options("meow", "woof"))),
    "ordering": content.Item(ordering=content.Ordering(steps=options("rinse", "wash", "dry"))),
}


def item(kind: str) -> content.Item:
    made = content.Item(id=kind.replace("_", "-"), prompt=both(f"A {kind} question?"), explanation=both("Because."))
    made.MergeFrom(ITEMS[kind])
    return made


def course(*kinds: str, **rule: Any) -> content.Content:
    """Two lessons: a text and a picture, then a quiz; both count."""
    quiz = content.Block(id="q", quiz=content.Quiz(title=both("Practice"), items=[item(kind) for kind in kinds]))
    text = content.Block(id="t", text=content.Text(markdown=both("Hold it **still**.")))
    picture = content.Block(id="p", image=content.Image(media={"": "media/abc"}, alt=both("A hand")))
    first = content.Lesson(id="one", title=both("Begin"), minutes=5, blocks=[text, picture])
    first.screens.extend([content.Screen(key="t", blocks=["t"]), content.Screen(key="p", blocks=["p"])])
    second = content.Lesson(id="two", title=both("Practise"), minutes=7, blocks=[quiz])
    second.screens.extend(content.Screen(key=f"q.{each.id}", blocks=["q"], item=each.id) for each in quiz.quiz.items)
    asked: dict[str, Any] = {"counted_lessons": ["one", "two"], "pass_mark": 60, "max_attempts": 3} | rule
    return content.Content(
        title=both("Photos"),
        summary=both("Take photos."),
        languages=["ko", "en"],
        audience=content.RESIDENTS,
        competences=["3.1"],
        level=content.BASIC,
        lessons=[first, second],
        minutes=12,
        rule=content.Rule(**asked),
    )


def version(value: content.Content, **values: Any) -> Version:
    given: dict[str, Any] = {"name": "courses/c/versions/1", "course": "courses/c", "number": 1, "current_number": 1}
    return Version(content=value, **(given | values))


def standing(value: content.Content, person: str = "people/pat", **values: Any) -> progress.Progress:
    """Of somebody who has begun nothing yet."""
    given: dict[str, Any] = {"name": "progress/e", "enrollment": "enrollments/e", "course": "courses/c", "version": 1}
    made = progress.Progress(person=person, course_title=value.title, **(given | values))
    for lesson in value.lessons:
        made.lessons.add(
            lesson=lesson.id,
            title=lesson.title,
            counted=True,
            state=progress.UNDER_WAY,
            screen_count=len(lesson.screens),
        )
    return made


def listed(*made: progress.Progress, newest: int = 1) -> progress.ListStandingsResponse:
    """As a list of somebody's courses tells of them."""
    return progress.ListStandingsResponse(
        standings=[
            progress.Standing(
                enrollment=each.enrollment,
                course=each.course,
                version=each.version,
                course_title=each.course_title,
                percent=each.percent,
                complete_time=each.complete_time if each.HasField("complete_time") else None,
                certificate=each.certificate.name,
                next_lesson=next((one.title for one in each.lessons if one.state != progress.DONE), None),
                newest_version=newest,
            )
            for each in made
        ]
    )


def attempt(made: progress.Progress, *answers: progress.AnsweredItem, score: int | None = None, left: int = 2) -> None:
    """Adds an attempt at the quiz; with a score it is finished."""
    if not made.lessons[1].quizzes:
        made.lessons[1].quizzes.add(quiz="q", best_score=-1)
    quiz = made.lessons[1].quizzes[0]
    quiz.attempts_left = left
    quiz.attempts.add(
        number=len(quiz.attempts) + 1,
        answers=answers,
        finished=score is not None,
        score=score if score is not None else 0,
    )


def completed(made: progress.Progress) -> progress.Progress:
    for lesson in made.lessons:
        lesson.state = progress.DONE
        lesson.done_time.CopyFrom(MOMENT)
    made.complete_time.CopyFrom(MOMENT)
    made.completion_reason.lessons_counted = 2
    made.completion_reason.pass_mark = 60
    made.completion_reason.scores.add(lesson="two", quiz="q", score=80)
    made.certificate.name = "certificates/IEUM-0123-4567-89AB-CDEF"
    made.certificate.state = progress.VALID
    made.percent = 100
    return made
