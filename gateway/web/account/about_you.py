"""The equality questions: apart from the account, each optional, changeable and erasable at any time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from multidict import MultiMapping
from yarl import URL

from gateway.backend.clients import CLIENTS
from gateway.html.render import PAGE, Flash, page
from gateway.http import errors
from gateway.http.auth import VIEWER, signed_in
from gateway.http.form import read_texts
from gateway.language.i18n import msgid
from gateway.web.account.kept_form import forget, sign_in_again, typed_before
from gateway.web.account.sign_in import onward
from gateway.web.site.frame import go_to
from ieum.people.v1 import people_pb2
from ieum.people.v1.people_pb2 import EqualityAnswers, GetEqualityAnswersRequest, UpdateEqualityAnswersRequest
from services.chassis import clock
from services.chassis.errors import Invalid, Problem
from services.chassis.text import normalise

NONE, UNSAID = "none", ""
_FIELDS = ("birth_year", "sex", "groups")
SEXES: Mapping[str, str] = {
    "FEMALE": msgid("Woman"),
    "MALE": msgid("Man"),
    "OTHER_SEX": msgid("I describe myself in another way"),
    UNSAID: msgid("I prefer not to say"),
}
GROUPS: Mapping[str, str] = {
    "DISABILITY": msgid("I have a disability"),
    "LOW_INCOME": msgid("I receive support for a low income"),
    "FARMER_FISHER": msgid("I work in farming or fishing"),
    "DEFECTOR": msgid("I came from North Korea"),
    "MARRIAGE_MIGRANT": msgid("I came to Korea by marriage"),
    NONE: msgid("None of these"),
}

routes = web.RouteTableDef()


@dataclass(frozen=True)
class AnswerFields:
    """The fields of the form, as typed."""

    birth_year: str = ""
    sex: str = UNSAID
    groups: Sequence[str] = ()


def fields_of(answers: EqualityAnswers) -> AnswerFields:
    groups = [people_pb2.TargetGroup.Name(group) for group in answers.groups]
    return AnswerFields(
        birth_year=str(answers.birth_year or ""),
        sex=people_pb2.Sex.Name(answers.sex) if answers.sex else UNSAID,
        groups=groups or ([NONE] if answers.groups_answered else []),
    )


def read_fields(form: MultiMapping[str]) -> AnswerFields:
    return AnswerFields(
        birth_year=form.get("birth_year", "").strip(),
        sex=form.get("sex", UNSAID),
        groups=[value for value in form.getall("groups", []) if value in GROUPS],
    )


def answers_of(name: str, fields: AnswerFields) -> EqualityAnswers:
    """Raises Invalid for what contradicts itself or is no year."""
    chosen = [group for group in fields.groups if group != NONE]
    if chosen and NONE in fields.groups:
        raise Invalid("GROUPS_CONTRADICT", field="groups")
    return EqualityAnswers(
        name=f"{name}/equalityAnswers",
        birth_year=_year(fields.birth_year),
        sex=people_pb2.Sex.Value(fields.sex) if fields.sex in SEXES and fields.sex else people_pb2.SEX_UNSPECIFIED,
        groups=[people_pb2.TargetGroup.Value(group) for group in chosen],
        groups_answered=bool(fields.groups),
    )


def _year(text: str) -> int:
    """Full-width digits, spaces and a closing 년 are as good as plain digits."""
    plain = "".join(normalise("NFKC", text).split()).removesuffix("년")
    if not plain:
        return 0
    if not (plain.isascii() and plain.isdigit() and len(plain) == 4):
        raise Invalid("BIRTH_YEAR_INVALID", field="birth_year", min=1900, max=clock.now().year)
    return int(plain)


@routes.get("/account/about-you")
async def ask(request: web.Request) -> web.Response:
    name = signed_in(request).person
    grpc_request = GetEqualityAnswersRequest(name=f"{name}/equalityAnswers")
    answers = await request.app[CLIENTS].people.GetEqualityAnswers(grpc_request)
    typed = typed_before(request, name)
    fields = fields_of(answers) if typed is None else read_fields(typed)
    target, first = onward(request.query), "first" in request.query
    return _page(request, fields, first=first, target=target, unsaved=typed is not None)


def _page(
    request: web.Request,
    fields: AnswerFields,
    *,
    first: bool,
    target: str,
    problem: Problem | None = None,
    unsaved: bool = False,
) -> web.Response:
    locale = request[PAGE].locale
    return page(
        request,
        "account/about_you.html",
        status=errors.status_of(problem) if problem else 200,
        fields=fields,
        whose=signed_in(request).person,
        unsaved=unsaved,
        sexes=[(value, locale.gettext(words)) for value, words in SEXES.items()],
        groups=[(value, locale.gettext(words)) for value, words in GROUPS.items()],
        first=first,
        next=target,
        errors={problem.field or "birth_year": errors.message(locale, problem)} if problem else {},
    )


@routes.post("/account/about-you")
async def answer(request: web.Request) -> web.Response:
    form = await read_texts(request)
    fields, target, first = read_fields(form), onward(form), "first" in form
    if request[VIEWER] is None:
        back = URL("/account/about-you").with_query({"next": target} | ({"first": "1"} if first else {}))
        return sign_in_again(request, form, _FIELDS, str(back))
    name = signed_in(request).person
    try:
        answers = answers_of(name, fields)
        await request.app[CLIENTS].people.UpdateEqualityAnswers(UpdateEqualityAnswersRequest(answers=answers))
    except Problem as problem:
        return _page(request, fields, first=first, target=target, problem=problem)
    gettext = request[PAGE].locale.gettext
    saved = Flash(gettext("Thank you. Your answers are saved"))
    return forget(request, go_to(target or "/account", saved, request))


@routes.post("/account/about-you/withdraw")
async def withdraw(request: web.Request) -> web.Response:
    answers = answers_of(signed_in(request).person, AnswerFields())
    await request.app[CLIENTS].people.UpdateEqualityAnswers(UpdateEqualityAnswersRequest(answers=answers))
    gettext = request[PAGE].locale.gettext
    gone = Flash(gettext("Your answers are withdrawn"), gettext("They are counted nowhere from now on."))
    return go_to("/account/data", gone, request)
