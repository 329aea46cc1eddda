"""What is held of somebody's learning, in words: enrolments, lessons, attempts and every answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from gateway.backend.my_data import MyData
from gateway.documents.personal_data import Block, Section
from gateway.language.i18n import msgid
from gateway.web.account.speaker import Speaker
from gateway.web.course import question_form
from gateway.web.course.attendance_words import shown_attendance
from gateway.web.course.screen import Reader
from ieum.courses.v1.content_pb2 import Content, Item
from ieum.enrollment.v1 import enrollment_pb2
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import LessonProgress, Progress

ContentOf = Callable[[Progress], Awaitable[Content]]
"""The content of the version that somebody learns, empty where it is gone."""
_LESSON_STATES: Mapping[int, str] = {
    progress_pb2.DONE: msgid("Done"),
    progress_pb2.UNDER_WAY: msgid("Under way"),
    progress_pb2.NOT_STARTED: msgid("Not started"),
}


def course_title(speaker: Speaker, data: MyData, course: str) -> str:
    titles = (dict(each.course_title) for each in data.progress if each.course == course)
    found = next(titles, {})
    return speaker.locale.pick(found)[0] if found else course


def courses_section(speaker: Speaker, data: MyData) -> Section:
    blocks = [
        Block(
            course_title(speaker, data, each.course),
            speaker.facts(
                (msgid("Enrolled on"), speaker.when(each.enrol_time)),
                (msgid("Withdrawn"), speaker.when(each.withdraw_time)),
                (msgid("Version of the course"), str(each.version)),
                (msgid("Where you lived then"), speaker.place(each.residence.area)),
                (msgid("Where you worked then"), speaker.place(each.residence.organisation)),
                (msgid("Enrolment number"), each.name.removeprefix("enrollments/")),
            ),
        )
        for each in sorted(data.enrollments, key=_enrolled)
    ]
    return Section(
        "courses",
        speaker.gettext("Courses in which you are or were enrolled"),
        speaker.gettext("Kept with the account. When it is erased, where you lived is removed from them."),
        blocks,
        empty=speaker.gettext("None."),
        links=[("/learning", speaker.gettext("My learning"))],
    )


def _enrolled(enrollment: enrollment_pb2.Enrollment) -> int:
    return enrollment.enrol_time.seconds


async def learning_section(speaker: Speaker, data: MyData, content_of: ContentOf) -> Section:
    blocks: list[Block] = []
    for progress in data.progress:
        blocks += [_summary(speaker, progress), *_answers(speaker, progress, await content_of(progress))]
    return Section(
        "learning",
        speaker.gettext("What you did in your courses"),
        speaker.gettext(
            "So that you can go on where you stopped, and so that the course can say when it is finished. Instructors "
            "of the course see it. When the account is erased, what you typed is removed."
        ),
        blocks,
        empty=speaker.gettext("Nothing yet."),
    )


def _summary(speaker: Speaker, progress: Progress) -> Block:
    locale, certificate = speaker.locale, progress.certificate
    facts = speaker.facts(
        (msgid("Started"), speaker.when(progress.start_time)),
        (msgid("Last active"), speaker.when(progress.last_activity_time)),
        (msgid("Progress"), locale.percent(progress.percent / 100, 0)),
        (msgid("Completed"), speaker.when(progress.complete_time)),
        (msgid("Set as completed by an instructor, because"), progress.completion_note),
        (msgid("Help was offered"), speaker.when(progress.help_offer_time)),
        (msgid("Certificate"), certificate.name.removeprefix("certificates/")),
        (msgid("Certificate revoked"), speaker.when(certificate.revoke_time)),
    )
    facts += [(speaker.gettext("Attendance"), each.text) for each in shown_attendance(locale, progress.classes)]
    facts += [(locale.pick(each.title)[0] or each.lesson, _lesson(speaker, each)) for each in progress.lessons]
    return Block(locale.pick(progress.course_title)[0] or progress.course, facts)


def _lesson(speaker: Speaker, lesson: LessonProgress) -> str:
    """ "Done · 6 of 6 screens · 30 March 2026 · attempt 1: 80 %"."""
    locale = speaker.locale
    screens = locale.gettext("%(opened)s of %(count)s screens opened") % {
        "opened": len(lesson.opened_screens),
        "count": lesson.screen_count,
    }
    attempts = [
        locale.gettext("attempt %(number)s: %(score)s") % {"number": each.number, "score": _score(speaker, each)}
        for quiz in lesson.quizzes
        for each in (*quiz.earlier_attempts, *quiz.attempts)
    ]
    resets = [
        locale.gettext("begun anew on %(date)s: %(reason)s") % {"date": speaker.when(each.time), "reason": each.reason}
        for quiz in lesson.quizzes
        for each in quiz.resets
    ]
    practices = [
        locale.gettext("practice task: %(points)s points at best") % {"points": each.best_points}
        for each in lesson.practices
        if each.finished
    ]
    state = speaker.gettext(_LESSON_STATES[lesson.state]) if lesson.state in _LESSON_STATES else ""
    return " · ".join(filter(None, [state, screens, speaker.when(lesson.done_time), *attempts, *resets, *practices]))


def _score(speaker: Speaker, attempt: progress_pb2.Attempt) -> str:
    return speaker.locale.percent(attempt.score / 100, 0) if attempt.finished else speaker.gettext("not finished")


def _answers(speaker: Speaker, progress: Progress, content: Content) -> Iterator[Block]:
    reader, items = Reader(speaker.locale, list(content.languages)), _items(content)
    for lesson in progress.lessons:
        facts = [
            _answer(speaker, reader, answer, items.get((lesson.lesson, quiz.quiz, answer.item)))
            for quiz in lesson.quizzes
            for attempt in (*quiz.earlier_attempts, *quiz.attempts)
            for answer in attempt.answers
        ]
        if facts:
            title = speaker.locale.pick(lesson.title)[0] or lesson.lesson
            yield Block(speaker.gettext("Your answers in: %(lesson)s") % {"lesson": title}, facts, folded=True)


def _answer(speaker: Speaker, reader: Reader, answer: progress_pb2.AnsweredItem, item: Item | None) -> tuple[str, str]:
    given: Sequence[str] = list(answer.answer.values)
    if item is not None:
        given = question_form.in_words(reader, item, answer.answer)
    verdict = speaker.gettext("right") if answer.correct else speaker.gettext("wrong")
    return reader.words(item.prompt) if item else answer.item, " · ".join([", ".join(given), verdict])


def _items(content: Content) -> dict[tuple[str, str, str], Item]:
    return {
        (lesson.id, block.id, item.id): item
        for lesson in content.lessons
        for block in lesson.blocks
        if block.WhichOneof("body") == "quiz"
        for item in block.quiz.items
    }
