"""Courses, versions, catalogue entries and media as protobuf messages."""

from __future__ import annotations

from collections.abc import Mapping

from ieum.courses.v1 import courses_pb2
from services.chassis.clock import stamp
from services.courses.documents.reading import DocumentImport
from services.courses.domain.completeness import Problem
from services.courses.domain.content import etag_of, outline
from services.courses.domain.course import Course
from services.courses.domain.listing import Version
from services.courses.domain.media import Medium
from services.courses.domain.synonyms import Synonyms
from services.courses.domain.synonyms import etag_of as synonyms_etag
from services.courses.domain.texts import Texts
from services.courses.messages.content import audience_to_message, content_to_message, level_to_message


def course_to_message(value: Course, problems: tuple[Problem, ...] = ()) -> courses_pb2.Course:
    return courses_pb2.Course(
        name=f"courses/{value.id}",
        draft=content_to_message(value.draft),
        review_state=courses_pb2.ReviewState.Value(value.review_state.value),
        review_note=value.review_note,
        reviewer=value.reviewer,
        published_version=value.published_version,
        publish_time=stamp(value.publish_time),
        retired=value.retired,
        teachers=value.teachers,
        etag=etag_of(outline(value.draft)),
        update_time=stamp(value.update_time),
        problems=map(_problem, problems),
    )


def listed_course_to_message(value: Course) -> courses_pb2.Course:
    """For a course loaded without blocks: leaves out etags and screens, which follow from the blocks."""
    message = course_to_message(value)
    for lesson in message.draft.lessons:
        lesson.ClearField("etag")
        lesson.ClearField("screens")
    return message


def _problem(problem: Problem) -> courses_pb2.Problem:
    return courses_pb2.Problem(
        reason=problem.reason,
        lesson=problem.lesson,
        block=problem.block,
        item=problem.item,
        language=problem.language,
    )


def entry_to_message(value: Course) -> courses_pb2.CatalogEntry:
    """The catalogue entry of a published course."""
    listing = value.listing
    assert listing is not None  # noqa: S101 - only published courses are listed
    return courses_pb2.CatalogEntry(
        course=f"courses/{value.id}",
        version=value.published_version,
        title=listing.title,
        summary=listing.summary,
        languages=listing.languages,
        audience=audience_to_message(listing.audience),
        competences=listing.competences,
        level=level_to_message(listing.level),
        minutes=listing.minutes,
        cover=listing.cover,
        cover_alt=listing.cover_alt,
        lesson_count=listing.lesson_count,
        publish_time=stamp(listing.publish_time),
    )


def version_to_message(value: Version) -> courses_pb2.Version:
    return courses_pb2.Version(
        name=f"courses/{value.course}/versions/{value.number}",
        course=f"courses/{value.course}",
        number=value.number,
        content=content_to_message(value.content),
        publish_time=stamp(value.publish_time),
    )


def with_current_state(message: courses_pb2.Version, course: Course) -> courses_pb2.Version:
    """Adds what changes around an immutable version: teachers, the current version, whether the course is retired."""
    message.retired = course.retired
    message.teachers.extend(course.teachers)
    message.current_number = course.published_version
    return message


def competences_to_message(
    areas: Mapping[str, Texts], titles: Mapping[str, Texts]
) -> courses_pb2.ListCompetencesResponse:
    return courses_pb2.ListCompetencesResponse(
        areas=[
            courses_pb2.CompetenceArea(
                id=area,
                title=title,
                competences=[
                    courses_pb2.Competence(id=key, title=text)
                    for key, text in titles.items()
                    if key.startswith(f"{area}.")
                ],
            )
            for area, title in areas.items()
        ]
    )


def media_to_message(medium: Medium) -> courses_pb2.Media:
    return courses_pb2.Media(
        name=f"media/{medium.id}",
        content_type=medium.content_type,
        filename=medium.filename,
        size=medium.size,
        sha256=medium.sha256,
    )


def synonyms_to_message(value: Synonyms) -> courses_pb2.Synonyms:
    return courses_pb2.Synonyms(
        groups=[courses_pb2.SynonymGroup(words=words) for words in value.groups],
        etag=synonyms_etag(value),
        change_time=stamp(value.change_time),
    )


def import_to_message(key: str, made: DocumentImport) -> courses_pb2.DocumentImport:
    course, _, id = key.partition("/")
    return courses_pb2.DocumentImport(
        name=f"courses/{course}/imports/{id}",
        filename=made.filename,
        import_time=stamp(made.time),
        lessons=made.lessons,
        left_out=[
            courses_pb2.LeftOut(what=courses_pb2.LeftOutKind.Value(each.what.name), where=each.where, count=each.count)
            for each in made.left
        ],
    )
