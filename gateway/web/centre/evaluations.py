"""What those who took part say of classes and courses: for instructors, officials and administrators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES, Places
from gateway.documents import csv
from gateway.html.render import PAGE, Flash, page
from gateway.http import csv_download
from gateway.http.auth import signed_in
from gateway.language.i18n import Locale, msgid
from gateway.web.course.evaluation_words import AGES, GRADES, KINDS, SEXES, SHORT, mean, shown_mean
from gateway.web.learner.evaluations import titles_of
from gateway.web.site.frame import go_to
from ieum.surveys.v1 import evaluations_pb2 as pb
from services.chassis import clock

routes = web.RouteTableDef()
_HERE = "/centre/evaluations"
_EVALUATION = _HERE + "/{evaluation:[0-9a-z]{1,32}}"
_ROLES = ("instructor", "official", "administrator")
_SHOWN, _MOST = 50, 2_000
STATES = {
    pb.EVALUATION_OPEN: (msgid("Open"), "information"),
    pb.EVALUATION_COUNTED: (msgid("Counted"), ""),
    pb.EVALUATION_TOO_FEW: (msgid("Too few answers"), "plain"),
    pb.EVALUATION_VOID: (msgid("Void"), "error"),
}


@routes.get(_HERE)
async def show_evaluations(request: web.Request) -> web.Response:
    signed_in(request, *_ROLES)
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    call = pb.ListEvaluationsRequest(managed=True, page_size=_SHOWN, page_token=request.query.get("page", ""))
    answer = await request.app[CLIENTS].surveys.ListEvaluations(call)
    titles = await titles_of(request, answer.evaluations)
    rows = [
        {
            "href": f"{_HERE}/{each.name.rpartition('/')[2]}",
            "title": titles[each.name],
            "kind": locale.gettext(KINDS[each.kind]),
            "where": where(locale, places, each),
            "month": each.month,
            "answers": each.answers,
            "mean": _overall(locale, each),
            "state": (locale.gettext(STATES[each.state][0]), STATES[each.state][1]),
            "waiting": sum(comment.state == pb.COMMENT_WAITING for comment in each.comments),
        }
        for each in answer.evaluations
    ]
    more = f"{_HERE}?page={answer.next_page_token}" if answer.next_page_token else ""
    return page(request, "centre/evaluations.html", rows=rows, more=more, csv=f"{_HERE}.csv")


def where(locale: Locale, places: Places, evaluation: pb.Evaluation) -> str:
    centre = places.centres.get(evaluation.centre)
    if centre:
        return locale.pick(centre.title)[0]
    return places.title(locale, evaluation.area) if evaluation.area else locale.gettext("Without a class")


def _overall(locale: Locale, evaluation: pb.Evaluation) -> str:
    """The grade as a whole, or of the first question where there is none."""
    chosen = [each for each in evaluation.counts if each.question == "OVERALL"] or list(evaluation.counts[:1])
    return shown_mean(locale, mean(chosen[0])) if chosen else "–"


@routes.get(_HERE + ".csv")
async def download(request: web.Request) -> web.StreamResponse:
    """One line for each question of each evaluation that was counted."""
    signed_in(request, *_ROLES)
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    found = await _all(request)
    titles, gettext = await titles_of(request, found), locale.gettext
    grades = [gettext(GRADES[grade]) for grade in sorted(GRADES)]
    head: list[csv.Cell] = [
        *(
            gettext("Class or course"),
            gettext("Asked"),
            gettext("Centre or area"),
            gettext("Month"),
            gettext("People asked"),
        ),
        *(gettext("Answers"), gettext("What was asked"), gettext("Mean"), *grades),
    ]

    def rows() -> Iterator[list[csv.Cell]]:
        yield head
        for each in found:
            about = [titles[each.name], gettext(KINDS[each.kind]), where(locale, places, each), each.month]
            for counts in each.counts:
                figure = f"{mean(counts) / 100:.2f}"
                words = gettext(SHORT.get(counts.question, counts.question))
                yield [*about, each.asked, each.answers, words, figure, *counts.counts]

    async def parts() -> AsyncIterator[str]:
        yield csv.lines(rows())

    return await csv_download.stream(request, "ieum-evaluations.csv", parts())


async def _all(request: web.Request) -> list[pb.Evaluation]:
    found: list[pb.Evaluation] = []
    token = ""
    while True:
        call = pb.ListEvaluationsRequest(managed=True, page_size=200, page_token=token)
        answer = await request.app[CLIENTS].surveys.ListEvaluations(call)
        found += [each for each in answer.evaluations if each.state == pb.EVALUATION_COUNTED]
        token = answer.next_page_token
        if not token or len(found) >= _MOST:
            return found


@routes.get(_EVALUATION)
async def show_evaluation(request: web.Request) -> web.Response:
    signed_in(request, *_ROLES)
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    evaluation = await request.app[CLIENTS].surveys.GetEvaluation(pb.GetEvaluationRequest(name=_name(request)))
    titles = await titles_of(request, [evaluation])
    comments = [
        (f"/centre/{each.name}", each.text, pb.CommentState.Name(each.state).removeprefix("COMMENT_"))
        for each in evaluation.comments
    ]
    return page(
        request,
        "centre/evaluation.html",
        title=titles[evaluation.name],
        kind=locale.gettext(KINDS[evaluation.kind]),
        where=where(locale, places, evaluation),
        evaluation=evaluation,
        state=pb.EvaluationState.Name(evaluation.state).removeprefix("EVALUATION_"),
        closes=clock.moment(evaluation.close_time),
        comments=comments,
        **_figures(locale, evaluation),
    )


def _figures(locale: Locale, evaluation: pb.Evaluation) -> dict[str, Any]:
    """The tables: each question with its grades, the best first, and means by age and sex."""
    grades = sorted(GRADES, reverse=True)
    questions = [locale.gettext(SHORT.get(each.question, each.question)) for each in evaluation.counts]
    pairs = zip(questions, evaluation.counts, strict=True)
    return {
        "grades": [locale.gettext(GRADES[grade]) for grade in grades],
        "rows": [
            [text, shown_mean(locale, mean(each)), *(locale.number(each.counts[grade - 1]) for grade in grades)]
            for text, each in pairs
        ],
        "questions": questions,
        "groups": [
            [
                locale.gettext(AGES[each.age] if each.age else SEXES[each.sex]),
                locale.number(each.answers),
                *(shown_mean(locale, hundredths) for hundredths in each.means),
            ]
            for each in evaluation.groups
        ],
    }


@routes.post(_EVALUATION + "/comments/{comment:[0-9a-z]{1,32}}/{verb:show|hide}")
async def decide(request: web.Request) -> web.Response:
    signed_in(request, *_ROLES)
    name, show = _name(request), request.match_info["verb"] == "show"
    comment = f"{name}/comments/{request.match_info['comment']}"
    await request.app[CLIENTS].surveys.DecideComment(pb.DecideCommentRequest(name=comment, show=show))
    gettext = request[PAGE].locale.gettext
    said = gettext("The comment is shown to those who read the results") if show else gettext("The comment is hidden")
    return go_to(f"/centre/{name}", Flash(said), request)


def _name(request: web.Request) -> str:
    return f"evaluations/{request.match_info['evaluation']}"
