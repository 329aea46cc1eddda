"""One practice task as its authors write it: its scenes, and what each button of them leads to. Every button saves."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http.admission import takes_files
from gateway.http.auth import signed_in
from gateway.http.errors import message, status_of
from gateway.language.i18n import LANGUAGES, msgid
from gateway.web.author.course import course_of, language_of
from gateway.web.author.form_fields import Form, UploadedFile, base_of, posted, serialise, typed
from gateway.web.author.labels import Gap, gaps_of, language_name, title_of
from gateway.web.author.lesson import lesson_of
from gateway.web.author.practice_form import ACTIONS, LOOKS, act, add_scene, fill
from gateway.web.author.uploads import upload
from gateway.web.site.frame import go_to
from ieum.courses.v1 import content_pb2, courses_pb2
from ieum.courses.v1.content_pb2 import Block, Lesson, Practice
from ieum.courses.v1.courses_pb2 import Course
from services.chassis import clock
from services.chassis.errors import Conflict, Missing, Problem

routes = web.RouteTableDef()
PATH = "/teach/{course}/lessons/{lesson}/practice/{block}"
ACTION_WORDS = {
    "PRESSED": msgid("is pressed"),
    "TYPED": msgid("is typed into"),
    "SHOWN": msgid("is only shown"),
}
LOOK_WORDS = {
    "BUTTON": msgid("Button"),
    "ROW": msgid("Row of a list"),
    "KEY": msgid("Key of a keypad"),
    "LINE": msgid("Line of text"),
    "BAR": msgid("Bar at the top"),
    "BUBBLE": msgid("Message received"),
    "OWN_BUBBLE": msgid("Message sent"),
    "NOTE": msgid("Notice"),
}
assert set(ACTION_WORDS) == set(ACTIONS)  # noqa: S101 - two lists of one thing
assert set(LOOK_WORDS) == set(LOOKS)  # noqa: S101


def _block_of(request: web.Request, lesson: Lesson) -> Block:
    for block in lesson.blocks:
        if block.id == request.match_info["block"] and block.WhichOneof("body") == "practice":
            return block
    raise Missing("LESSON_NOT_FOUND")


@routes.get(PATH)
async def show(request: web.Request) -> web.Response:
    signed_in(request, "instructor")
    course = await course_of(request)
    lesson = lesson_of(request, course)
    return _page(request, course, _block_of(request, lesson).practice, lesson.etag, language_of(request, course.draft))


def _page(
    request: web.Request,
    course: Course,
    practice: Practice,
    etag: str,
    language: str,
    problem: Problem | None = None,
) -> web.Response:
    locale, lesson, block = request[PAGE].locale, request.match_info["lesson"], request.match_info["block"]
    languages = course.draft.languages
    others = [each for each in languages if each != language]
    scenes = [
        (scene.id, f"{number}. {locale.pick(scene.title, language, *languages)[0] or locale.gettext('Scene')}")
        for number, scene in enumerate(practice.scenes, start=1)
    ]
    gaps = [gap for gap in gaps_of(locale, course) if f"/practice/{block}" in gap.href]
    return page(
        request,
        "author/practice.html",
        status=status_of(problem) if problem else 200,
        here=f"/teach/{request.match_info['course']}/lessons/{lesson}/practice/{block}",
        back=f"/teach/{request.match_info['course']}/lessons/{lesson}?lang={language}#{block}",
        preview=f"/teach/{request.match_info['course']}/preview/{lesson}/{block}?lang={language}",
        lesson_title=title_of(locale, lesson_of(request, course), *languages),
        practice=practice,
        base=serialise(practice),
        etag=etag,
        lang=language,
        reference=others[0] if others else "",
        tongues=list(dict.fromkeys((*languages, language))) or list(LANGUAGES),
        language_name=language_name,
        scenes=scenes,
        actions=ACTION_WORDS,
        looks=LOOK_WORDS,
        action_of=lambda part: content_pb2.PartAction.Name(part.action or content_pb2.SHOWN),
        look_of=lambda part: content_pb2.PartLook.Name(part.look or content_pb2.BUTTON),
        named=lambda words: [(key, locale.gettext(text)) for key, text in words.items()],
        gaps=gaps,
        open_scenes=_open_scenes(request, practice, gaps),
        reviewing=course.review_state == courses_pb2.IN_REVIEW,
        errors={problem.field or "save": message(locale, problem)} if problem else {},
    )


def _open_scenes(request: web.Request, practice: Practice, gaps: Sequence[Gap]) -> frozenset[str]:
    """The scenes that are shown unfolded: the one worked on, those that lack something, and all of few."""
    ids = [scene.id for scene in practice.scenes]
    lacking = {gap.href.rpartition("#")[2] for gap in gaps}
    worked_on = {request.query.get("open", "")}
    return frozenset(ids if len(ids) < 3 or request.method == "POST" else (lacking | worked_on).intersection(ids))


@routes.post(PATH)
@takes_files("instructor")
async def change(request: web.Request) -> web.StreamResponse:
    signed_in(request, "instructor")
    form = await posted(request)
    practice, etag = base_of(form, Practice), typed(form, "etag")
    language, pressed = typed(form, "writing") or "ko", typed(form, "do")
    try:
        fill(practice, form, language)
        await _take_pictures(request, practice, form, language)
        place = act(practice, pressed, clock.new_id, typed(form, "spot"))
        await _save(request, practice, etag)
    except Problem as problem:
        # What was typed stays in the form. After a conflict the next save is made knowing the other version.
        course = await course_of(request)
        known = lesson_of(request, course).etag if isinstance(problem, Conflict) else etag
        return _page(request, course, practice, known, language, problem)
    verb, _, thing = pressed.partition(":")
    if verb == "preview":
        return go_to(request.path.replace("/lessons/", "/preview/").replace("/practice/", "/") + f"?lang={language}")
    if verb == "lesson":
        return go_to(f"{request.path.rpartition('/practice/')[0]}?lang={language}#{request.match_info['block']}")
    target = f"{request.path}?lang={thing if verb == 'lang' else language}"
    if place:
        target += f"&open={place.partition('.')[0]}#{place}"
    saved = Flash(request[PAGE].locale.gettext("Saved")) if verb == "save" else None
    return go_to(target, saved, request)


async def _take_pictures(request: web.Request, practice: Practice, form: Form, language: str) -> None:
    """Several pictures at once become scenes in their order; one at a scene replaces its picture."""
    for file in form.getall("pictures", []):
        if isinstance(file, UploadedFile):
            name = await upload(request, file, "pictures", "image/")
            added = add_scene(practice, clock.new_id)
            scene = next(scene for scene in practice.scenes if scene.id == added)
            scene.media[""] = name
            scene.title[language] = file.filename.rpartition(".")[0][:80]
    for scene in practice.scenes:
        file = form.get(f"{scene.id}.file", "")
        if isinstance(file, UploadedFile):
            scene.media.clear()
            scene.media[""] = await upload(request, file, f"{scene.id}.file", "image/")


async def _save(request: web.Request, practice: Practice, etag: str) -> None:
    """Only this part of the lesson is replaced."""
    lesson = Lesson()
    lesson.CopyFrom(lesson_of(request, await course_of(request)))
    if lesson.etag != etag:
        raise Conflict("PRACTICE_CHANGED")
    _block_of(request, lesson).practice.CopyFrom(practice)
    grpc_request = courses_pb2.UpdateLessonRequest(parent=f"courses/{request.match_info['course']}", lesson=lesson)
    await request.app[CLIENTS].courses.UpdateLesson(grpc_request)
