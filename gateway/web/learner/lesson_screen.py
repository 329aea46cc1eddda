"""Taking a lesson, one screen at a time. Showing a screen writes nothing; "Continue" and answers do."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiDict, MultiMapping

from gateway.backend import learning
from gateway.backend.clients import CLIENTS, Clients
from gateway.html.render import PAGE, page
from gateway.http import errors
from gateway.http.auth import VIEWER, signed_in
from gateway.http.form import LONGEST_TEXT, read_texts
from gateway.language.i18n import Locale
from gateway.web.course import practice, question_form
from gateway.web.course.drawn import as_drawn, find_drawn_screen
from gateway.web.course.practice import practice_of
from gateway.web.course.question_form import Question
from gateway.web.course.screen import Reader, ShownBlock, blocks_of, file_words, find_screen, prepare_texts
from gateway.web.course.screen_keys import key_of
from gateway.web.course.screen_page import Visit, given_answer, screen_page
from gateway.web.learner import lesson_flow
from gateway.web.site.frame import go_to
from gateway.web.site.sign_in_page import sign_in_page
from ieum.courses.v1.content_pb2 import Content, Item
from ieum.courses.v1.courses_pb2 import GetMediaRequest
from ieum.progress.v1 import progress_pb2
from ieum.progress.v1.progress_pb2 import (
    AnswerItem,
    FlagItem,
    OpenScreen,
    Progress,
    RecordProgressRequest,
    StartAttemptRequest,
    Step,
    StepResult,
)
from services.chassis.errors import Missing, Problem, Refused

# What is wrong with an answer itself; the learner mends it on the same screen.
_REFUSALS = frozenset({"ANSWER_EMPTY", "ANSWER_INCOMPLETE", "ANSWER_TOO_LONG", "REAL_NUMBER_TYPED"})
_LONGEST_KEPT = 200

routes = web.RouteTableDef()


async def content_of(clients: Clients, progress: Progress) -> Content:
    """The content of a course without the right answers, with the questions that were drawn for the learner."""
    return as_drawn(await clients.contents.for_learners(_version(progress)), progress)


def _version(progress: Progress) -> str:
    return f"{progress.course}/versions/{progress.version}"


async def _visit(request: web.Request) -> Visit:
    clients, info = request.app[CLIENTS], request.match_info
    name = learning.progress_name(info["enrollment"])
    progress = await learning.get_progress(clients, name, lesson=info["lesson"])
    if not signed_in(request).owns(progress.person):
        raise Missing("PROGRESS_NOT_FOUND")
    content = await content_of(clients, progress)
    place = find_drawn_screen(content, info["lesson"], info["screen"])
    return Visit(progress, content, place, Reader(request[PAGE].locale, content.languages))


@routes.get("/learning/{enrollment}/{lesson}/{screen}")
async def show(request: web.Request) -> web.Response:
    signed_in(request)
    visit = await _visit(request)
    if "end" in request.query and (end := lesson_flow.lesson_end(visit)):
        return page(request, "learner/lesson_end.html", end=end)
    reason = request.query.get("refused", "")
    problem = Refused(reason) if reason in _REFUSALS else None
    return await _show(request, visit, request.query, problem)


async def _show(
    request: web.Request, visit: Visit, typed: MultiMapping[str], problem: Problem | None = None
) -> web.Response:
    clients, locale = request.app[CLIENTS], request[PAGE].locale
    explained = await _explained(clients, visit) if given_answer(visit) else None
    values = screen_page(
        visit, await _with_files(clients, locale, visit), typed, explained, just_completed="completed" in typed
    )
    if task := practice_of(visit.place):
        task = practice.with_answers(await clients.contents.with_answers(_version(visit.progress)), visit.place)
        shown = await practice.practice_screen(clients, visit.reader, task, typed, visit.address)
        values = replace(values, practice=shown)
    form_errors = {_first_field(values.question): _words(locale, problem, values.question)} if problem else {}
    status = errors.status_of(problem) if problem else 200
    return page(request, "course/screen_page.html", status=status, screen=values, errors=form_errors)


def _words(locale: Locale, problem: Problem, question: Question | None) -> str:
    if problem.reason == "ANSWER_EMPTY" and question and question.kind in ("short_text", "number"):
        return locale.gettext("Write your answer first.")
    return errors.message(locale, problem)


def _first_field(question: Question | None) -> str:
    if question and question.kind in ("matching", "placement"):
        return f"pair-{question.left[0][0]}"
    if question and question.kind == "gaps":
        return f"pair-{question.pieces[0][1]}"
    if question and question.kind == "ordering":
        return f"place-{question.options[0][0]}"
    return question_form.FIELD if question else practice.ANCHOR


async def _with_files(clients: Clients, locale: Locale, visit: Visit) -> list[tuple[ShownBlock, str]]:
    blocks, shown = [], blocks_of(visit.reader, visit.place)
    await prepare_texts(shown)
    for block in shown:
        words = ""
        if block.kind == "file" and block.media:
            words = file_words(locale, await clients.courses.GetMedia(GetMediaRequest(name=block.media)))
        blocks.append((block, words))
    return blocks


async def _explained(clients: Clients, visit: Visit) -> Item | None:
    """The item with its explanation, which only the gateway may read before an answer is given."""
    content = await clients.contents.with_answers(_version(visit.progress))
    place = find_screen(content, visit.place.lesson.id, visit.place.screen.key)
    return replace(visit, content=content, place=place).item


@routes.post("/learning/{enrollment}/{lesson}/{screen}")
async def press(request: web.Request) -> web.Response:
    """`do` says what was pressed: continue, answer, again, or that the question is unclear."""
    form = await read_texts(request, longest=lambda name: LONGEST_TEXT)
    if request[VIEWER] is None:
        return _sign_in_again(request, form)
    visit = await _visit(request)
    match form.get("do"):
        case "answer":
            return await _answer(request, visit, form)
        case "again":
            return await _again(request, visit)
        case ("unclear" | "clear") as said:
            return await _flag(request, visit, unclear=said == "unclear")
        case "walk" if practice_of(visit.place):
            return await _walk(request, visit, form)
        case _:
            return await _continue(request, visit)


def _sign_in_again(request: web.Request, form: MultiMapping[str]) -> web.Response:
    """Ask to sign in again and carry the answer along, so that it is in the form afterwards."""
    kept = _answer_fields(form)
    address = request.path + (f"?{urlencode(kept)}" if kept else "")
    message = errors.message(request[PAGE].locale, Problem("SESSION_INVALID"))
    return sign_in_page(request, status=401, values={"next": address}, notice=message)


def _answer_fields(form: MultiMapping[str]) -> list[tuple[str, str]]:
    names = (question_form.FIELD, "pair-", "place-")
    return [(name, value[:_LONGEST_KEPT]) for name, value in form.items() if name.startswith(names)]


async def _answer(request: web.Request, visit: Visit, form: MultiMapping[str]) -> web.Response:
    quiz, item = visit.place.quiz, visit.item
    if quiz is None or item is None:
        raise Missing("SCREEN_UNKNOWN")
    number = form.get("attempt", "")
    answered = AnswerItem(
        lesson=visit.place.lesson.id,
        quiz=quiz[0],
        item=item.id,
        attempt=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0,
        answer=question_form.answer_of(item, form),
    )
    recorded = await _record(request.app[CLIENTS], visit, Step(answer_item=answered))
    result: StepResult = recorded.results[0]
    after = replace(visit, progress=recorded.progress)
    if not result.accepted and not result.already_answered:
        if result.reason in _REFUSALS:
            # An address of its own, so that Back never asks to send the answer once more.
            return go_to(f"{visit.address}?{urlencode([('refused', result.reason), *_answer_fields(form)])}")
        return await _show(request, after, form, Refused(result.reason))
    flags = []
    attempts = after.quiz_progress.attempts
    if attempts and attempts[-1].finished:
        flags.append("finished=1")
    if recorded.completed_now:
        flags.append("completed=1")
    return go_to(visit.address + ("?" + "&".join(flags) if flags else ""))


async def _flag(request: web.Request, visit: Visit, *, unclear: bool) -> web.Response:
    quiz, item = visit.place.quiz, visit.item
    if quiz is None or item is None:
        raise Missing("SCREEN_UNKNOWN")
    flag = FlagItem(lesson=visit.place.lesson.id, quiz=quiz[0], item=item.id, unclear=unclear)
    await _record(request.app[CLIENTS], visit, Step(flag_item=flag))
    return go_to(visit.address)


async def _walk(request: web.Request, visit: Visit, form: MultiMapping[str]) -> web.Response:
    """A move in a practice task; the last one is recorded."""
    clients = request.app[CLIENTS]
    task = practice.with_answers(await clients.contents.with_answers(_version(visit.progress)), visit.place)
    walked, query = await practice.step(clients, task, form)
    if walked and walked.finished:
        lesson, key = visit.place.lesson.id, visit.place.screen.key
        done = practice.finish(lesson, key, form.get(practice.WALK, ""), walked)
        recorded = await _record(clients, visit, Step(finish_practice=done))
        if recorded.completed_now:
            query = f"completed=1&{query}"
    return go_to(f"{visit.address}?{query}")


async def _again(request: web.Request, visit: Visit) -> web.Response:
    quiz = visit.place.quiz
    if quiz is None:
        raise Missing("SCREEN_UNKNOWN")
    grpc_request = StartAttemptRequest(name=visit.progress.name, lesson=visit.place.lesson.id, quiz=quiz[0])
    try:
        begun = await learning.start_attempt(request.app[CLIENTS], grpc_request)
    except Refused as problem:
        return await _show(request, visit, MultiDict({"finished": "1"}), problem)
    # Questions that are drawn are others now.
    drawn = replace(visit, progress=begun).quiz_progress.drawn_items
    first = key_of(quiz[0], drawn[0]) if drawn else lesson_flow.first_question(visit)
    return go_to(f"{visit.root}/{visit.place.lesson.id}/{first}")


async def _continue(request: web.Request, visit: Visit) -> web.Response:
    """Record this screen as opened, and the next one of the lesson; the learner resumes there."""
    visit = lesson_flow.at_end_of_quiz(visit)
    here, after = (visit.place.lesson.id, visit.place.screen.key), lesson_flow.following(visit)
    goes_on = after is not None and after[0] == here[0]
    places = [here, after] if after and goes_on else [here]
    steps = [Step(open_screen=OpenScreen(lesson=lesson, screen=screen)) for lesson, screen in places]
    recorded = await _record(request.app[CLIENTS], visit, *steps)
    visit = replace(visit, progress=recorded.progress)
    if after is None or visit.ends_course:
        return go_to(f"{visit.root}/complete")
    if goes_on:
        return go_to(f"{visit.root}/{after[0]}/{after[1]}")
    return go_to(f"{visit.address}?end=1")


async def _record(clients: Clients, visit: Visit, *steps: Step) -> progress_pb2.RecordProgressResponse:
    return await learning.record(clients, RecordProgressRequest(name=visit.progress.name, steps=steps))
