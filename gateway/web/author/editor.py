"""What the editors of a course and of a lesson share: the form as it comes back after a refusal, and autosave.

A refused save loses nothing. After a conflict the page shows both versions, and the next save is made knowing theirs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from aiohttp import web

from gateway.html.render import PAGE, render
from gateway.http.errors import message, status_of
from gateway.language.i18n import Locale
from gateway.web.author import compare
from gateway.web.author.form_fields import Form, typed
from gateway.web.author.undo import Removal
from gateway.web.site.error_page import error_page
from ieum.courses.v1.content_pb2 import Content, Lesson
from ieum.courses.v1.courses_pb2 import Course
from services.chassis import clock
from services.chassis.errors import Conflict, Invalid, Problem

Text = TypeVar("Text", Content, Lesson)


@dataclass(frozen=True)
class Edited(Generic[Text]):
    """What the form shows: one language of `text`, which was made from the version that `etag` names."""

    text: Text
    etag: str
    language: str
    errors: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict)
    """Fields as typed where they cannot be read, for example numbers."""
    theirs: Text | None = None
    """The version that somebody else saved meanwhile."""
    removed: Sequence[Removal] = ()
    """What the last press removed, and "Undo" would put back."""

    def differences(
        self, locale: Locale, parts: Callable[[Locale, Text], dict[str, compare.Part]]
    ) -> list[compare.Difference]:
        if self.theirs is None:
            return []
        return compare.differences(parts(locale, self.text), parts(locale, self.theirs))


@dataclass(frozen=True)
class Saved(Generic[Text]):
    """The stored version; a course and a lesson have an etag each."""

    course: Course
    text: Text
    etag: str


@dataclass(frozen=True)
class Editor(Generic[Text]):
    """`control_of` names the control at fault, `is_raw` the fields that may be unreadable."""

    load: Callable[[web.Request], Awaitable[Saved[Text]]]
    show: Callable[[web.Request, Course, Edited[Text], int], Awaitable[web.Response]]
    control_of: Callable[[Problem, Text], str]
    is_raw: Callable[[str], bool]

    async def refuse(
        self, request: web.Request, problem: Problem, form: Form, text: Text, language: str
    ) -> web.StreamResponse:
        if typed(form, "do") == "autosave":
            return _refuse_autosave(request, problem)
        conflict = isinstance(problem, Conflict)
        try:
            saved = await self.load(request)
        except Problem:
            if conflict:
                raise
            return error_page(request, problem)
        # Saved or not, the next save is about what was typed here; only a true change by others may refuse it.
        etag = saved.etag if conflict or text == saved.text else typed(form, "etag")
        control = "differences" if conflict else self.control_of(problem, text)
        errors = {control: message(request[PAGE].locale, problem)}
        raw = {} if conflict else {name: typed(form, name) for name in form if self.is_raw(name)}
        edited = Edited(text, etag, language, errors, raw, saved.text if conflict else None)
        return await self.show(request, saved.course, edited, status_of(problem))


def answer_autosave(
    request: web.Request, etag: str, unreadable: Sequence[Invalid], gaps: Mapping[str, Any]
) -> web.Response:
    """When it was saved, what could not be read, and the panel of what is still missing, drawn anew."""
    locale = request[PAGE].locale
    saved = locale.gettext("Saved at %(time)s") % {"time": locale.time(clock.now())}
    wrong = {problem.field: message(locale, problem) for problem in unreadable}
    panel = render(request[PAGE], "author/gaps.html", **gaps)
    return web.json_response({"saved": saved, "etag": etag, "wrong": wrong, "gaps": panel})


def _refuse_autosave(request: web.Request, problem: Problem) -> web.Response:
    words = message(request[PAGE].locale, problem)
    return web.json_response({"message": words, "field": problem.field}, status=status_of(problem))
