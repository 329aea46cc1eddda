"""Who took part in a class, or completed a course, says how it was."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import signed_in
from gateway.web.course.evaluation_words import AGES, KINDS, QUESTIONS, grades_of
from gateway.web.site.forms import status_of, typed
from gateway.web.site.frame import go_to
from ieum.classes.v1.classes_pb2 import GetClassRequest
from ieum.courses.v1.courses_pb2 import GetVersionRequest
from ieum.surveys.v1 import evaluations_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Missing, Problem

routes = web.RouteTableDef()
_EVALUATION = "/evaluations/{evaluation:[0-9a-z]{1,32}}"


@routes.get("/evaluations")
async def show_evaluations(request: web.Request) -> web.Response:
    signed_in(request)
    locale, service = request[PAGE].locale, request.app[CLIENTS].surveys
    found = (await service.ListEvaluations(pb.ListEvaluationsRequest())).evaluations
    titles = await titles_of(request, found)
    rows = [
        (f"/{each.name}", titles[each.name], locale.gettext(KINDS[each.kind]), each.answered, until_of(each))
        for each in found
    ]
    return page(request, "learner/evaluations.html", rows=rows)


def until_of(evaluation: pb.Evaluation) -> object:
    return clock.moment(evaluation.answer_until)


async def titles_of(request: web.Request, evaluations: Sequence[pb.Evaluation]) -> Mapping[str, str]:
    """Of the class or the course, by the evaluation's name."""
    subjects = list(dict.fromkeys((each.class_name, each.course) for each in evaluations))
    titles = await asyncio.gather(*(_title(request, *subject) for subject in subjects))
    known = dict(zip(subjects, titles, strict=True))
    return {each.name: known[each.class_name, each.course] for each in evaluations}


async def _title(request: web.Request, class_name: str, course: str) -> str:
    clients, locale = request.app[CLIENTS], request[PAGE].locale
    try:
        if class_name:
            class_ = await clients.classes.GetClass(GetClassRequest(name=class_name))
            if class_.details.title:
                return str(class_.details.title)
        version = await clients.courses.GetVersion(GetVersionRequest(name=f"{course}/versions/current"))
    except Missing:
        return course.rpartition("/")[2]
    return locale.pick(version.content.title, *version.content.languages)[0]


@routes.get(_EVALUATION)
async def show_evaluation(request: web.Request) -> web.Response:
    return await _page(request, {})


async def _page(request: web.Request, values: Mapping[str, str], problem: Problem | None = None) -> web.Response:
    signed_in(request)
    locale = request[PAGE].locale
    evaluation = await request.app[CLIENTS].surveys.GetEvaluation(pb.GetEvaluationRequest(name=_name(request)))
    titles, until = await titles_of(request, [evaluation]), clock.moment(evaluation.answer_until)
    questions = [
        (question.lower(), locale.gettext(QUESTIONS[question]), grades_of(locale, question))
        for question in evaluation.questions
        if question in QUESTIONS
    ]
    response = page(
        request,
        "learner/evaluation.html",
        status=status_of(problem) if problem else 200,
        title=titles[evaluation.name],
        here=f"/{evaluation.name}",
        follow_up=evaluation.kind == pb.FOLLOW_UP,
        open=evaluation.state == pb.EVALUATION_OPEN and until is not None and clock.now() < until,
        asked=until is not None,
        answered=evaluation.answered,
        results=f"/centre/{evaluation.name}" if evaluation.readable else "",
        until=until,
        questions=questions,
        ages=[("", locale.gettext("I do not say")), *((str(key), locale.gettext(text)) for key, text in AGES.items())],
        sexes=_sexes(request),
        values=values,
        errors={problem.field or "comment": errors.message(locale, problem)} if problem else {},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _sexes(request: web.Request) -> list[tuple[str, str]]:
    gettext = request[PAGE].locale.gettext
    return [("", gettext("I do not say")), (str(pb.WOMAN), gettext("Woman")), (str(pb.MAN), gettext("Man"))]


@routes.post(_EVALUATION)
async def answer(request: web.Request) -> web.Response:
    signed_in(request)
    name, service = _name(request), request.app[CLIENTS].surveys
    evaluation = await service.GetEvaluation(pb.GetEvaluationRequest(name=name))
    fields = [question.lower() for question in evaluation.questions]
    values = await typed(request, *fields, "age", "sex", "comment")
    call = pb.AnswerEvaluationRequest(
        name=name,
        grades=[_number(values[field]) for field in fields],
        age=pb.AgeBand.ValueType(_number(values["age"])),
        sex=pb.RespondentSex.ValueType(_number(values["sex"])),
        comment=values["comment"],
    )
    try:
        await service.AnswerEvaluation(call)
    except Problem as problem:
        return await _page(request, values, problem)
    gettext = request[PAGE].locale.gettext
    said = Flash(gettext("Thank you. Your answers are in"), gettext("Nobody sees who answered what."))
    return go_to("/evaluations", said, request)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def _name(request: web.Request) -> str:
    return f"evaluations/{request.match_info['evaluation']}"
