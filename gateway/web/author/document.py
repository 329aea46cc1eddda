"""Lessons made of a document, of questions or of another system's package: the file is sent, then a page says what came
of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, page
from gateway.http.admission import takes_files
from gateway.http.auth import signed_in
from gateway.http.errors import message, status_of
from gateway.language.i18n import Locale, msgid
from gateway.web.author.course import course_of, language_of
from gateway.web.author.form_fields import UploadedFile, posted, typed
from gateway.web.author.labels import address, title_of
from gateway.web.site.frame import go_to
from ieum.courses.v1 import courses_pb2
from ieum.courses.v1.content_pb2 import Lesson
from ieum.courses.v1.courses_pb2 import DocumentImport, LeftOutKind
from services.chassis.clock import new_id
from services.chassis.errors import Invalid, Problem

routes = web.RouteTableDef()
PATH = "/teach/{course}/document"
SECONDS = 120.0
ACCEPTED = (".pptx", ".docx", ".hwpx", ".txt", ".gift", ".xml", ".mbz", ".imscc", ".zip")

LEFT_OUT: Mapping[LeftOutKind.ValueType, str] = {
    LeftOutKind.CHART: msgid("Charts. Save each as a picture, then add it to the lesson."),
    LeftOutKind.DIAGRAM: msgid("Drawings of shapes (SmartArt). Save each as a picture, then add it to the lesson."),
    LeftOutKind.EQUATION: msgid("Formulas. Write them as text, or add them as pictures."),
    LeftOutKind.FILM: msgid("Films and sounds. Add each as a part of the lesson, with captions."),
    LeftOutKind.MERGED_CELLS: msgid("Merged cells of tables stand apart now. Look at the tables."),
    LeftOutKind.NOTES: msgid("Notes of the speaker. Copy from them what learners should read."),
    LeftOutKind.OBJECT: msgid("Objects of other programs. Add them as files or as pictures."),
    LeftOutKind.ACTIVITY: msgid(
        "Activities that Ieum does not have, such as forums, assignments and wikis. What was to be done can be written "
        "as a text."
    ),
    LeftOutKind.EMBEDDED: msgid(
        "Players and pages of others within a page. Where they have an address, it stands in the text."
    ),
    LeftOutKind.FILE: msgid("Files of a kind that a course cannot hold. Save them as PDF, and add that file."),
    LeftOutKind.MISSING: msgid("Parts that the package names but does not have. Look at the course that it came from."),
    LeftOutKind.PACKAGE: msgid("Packages within the file (H5P, SCORM). Build what they show as lessons or practice."),
    LeftOutKind.PARTIAL_CREDIT: msgid(
        "Questions with answers that were worth a part of the points. Look at each: what counts as right now?"
    ),
    LeftOutKind.PEOPLE: msgid("Accounts, answers and marks of people. They are not read and not kept."),
    LeftOutKind.QUESTION: msgid("Questions of an unknown kind, or without a right answer. Write them anew."),
    LeftOutKind.UNREAD_LINE: msgid("Lines that make no question. Correct them in the file, or write the question."),
    LeftOutKind.UNUSED: msgid("Files that nothing in the package shows. Add those that learners need."),
    LeftOutKind.PICTURE: msgid("Pictures that are broken or that browsers do not show. Save them as PNG or JPEG."),
}


@dataclass(frozen=True)
class LeftRow:
    words: str
    where: str
    count: int


@routes.get(PATH)
async def ask_for_document(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    return await _form(request, new_id())


async def _form(request: web.Request, key: str, problem: Problem | None = None, language: str = "") -> web.Response:
    locale, course = request[PAGE].locale, await course_of(request)
    return page(
        request,
        "author/document.html",
        status=status_of(problem) if problem else 200,
        here=address(course.name),
        course_title=title_of(locale, course.draft, *course.draft.languages),
        language=language_of(request, course.draft, language),
        key=key,
        accepted=",".join(ACCEPTED),
        errors={"file": message(locale, problem)} if problem else {},
    )


@routes.post(PATH)
@takes_files("instructor")
async def import_document(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    form = await posted(request)
    language, key = typed(form, "language"), typed(form, "key")
    try:
        made = await _imported(request, form.get("file"), language, key)
    except Problem as problem:
        return await _form(request, key or new_id(), problem, language)
    return go_to(f"/teach/{made.name.removeprefix('courses/')}")


async def _imported(request: web.Request, file: object, language: str, key: str) -> DocumentImport:
    if not isinstance(file, UploadedFile):
        raise Invalid("FILE_MISSING", field="file")
    grpc_request = courses_pb2.ImportDocumentRequest(
        parent=f"courses/{request.match_info['course']}",
        language=language,
        filename=file.filename,
        data=file.data,
        request_id=key,
    )
    return await request.app[CLIENTS].courses.ImportDocument(grpc_request, timeout=SECONDS)


@routes.get("/teach/{course}/imports/{import}")
async def show_import(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    locale, course = request[PAGE].locale, await course_of(request)
    name = f"{course.name}/imports/{request.match_info['import']}"
    made = await request.app[CLIENTS].courses.GetDocumentImport(courses_pb2.GetDocumentImportRequest(name=name))
    titles = {lesson.id: title_of(locale, lesson, *course.draft.languages) for lesson in course.draft.lessons}
    return page(
        request,
        "author/document_import.html",
        here=address(course.name),
        course_title=title_of(locale, course.draft, *course.draft.languages),
        made=made,
        lessons=[(id, titles[id]) for id in made.lessons if id in titles],
        counts=counts_of(locale, [lesson for lesson in course.draft.lessons if lesson.id in made.lessons]),
        left=left_rows(locale, made),
    )


def counts_of(locale: Locale, lessons: list[Lesson]) -> list[str]:
    """What came over, of the lessons that are still there."""
    blocks = [block for lesson in lessons for block in lesson.blocks]
    items = [item for block in blocks for item in block.quiz.items]
    count = Counter(block.WhichOneof("body") for block in blocks)
    pictures = count["image"] + sum(1 for item in items if item.HasField("picture"))
    screens = sum(len(lesson.screens) for lesson in lessons)
    counted = [
        (screens, locale.ngettext("%(num)s screen", "%(num)s screens", screens)),
        (len(items), locale.ngettext("%(num)s question", "%(num)s questions", len(items))),
        (pictures, locale.ngettext("%(num)s picture", "%(num)s pictures", pictures)),
        (count["video"], locale.ngettext("%(num)s film", "%(num)s films", count["video"])),
        (count["file"], locale.ngettext("%(num)s file", "%(num)s files", count["file"])),
    ]
    return [words % {"num": number} for number, words in counted if number]


def left_rows(locale: Locale, made: DocumentImport) -> list[LeftRow]:
    return [
        LeftRow(locale.gettext(LEFT_OUT[each.what]), each.where, each.count)
        for each in made.left_out
        if each.what in LEFT_OUT
    ]
