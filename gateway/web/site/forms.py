"""What forms have in common: the typed text, and the status under which a refused form comes back."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from gateway.http import errors
from gateway.http.form import read_texts
from services.chassis.errors import Invalid, Problem

REFUSED = 422


async def typed(request: web.Request, *names: str) -> dict[str, str]:
    """The fields by name, "" where one is missing; a file is not text."""
    form = await read_texts(request)
    return {name: form.get(name, "") for name in names}


def status_of(problem: Problem) -> int:
    return REFUSED if isinstance(problem, Invalid) else errors.status_of(problem)


def named(problem: Problem, fields: Mapping[str, str], usual: str) -> str:
    """The form's name of the field at fault, or `usual` if the form has no such field."""
    return fields.get(problem.field, usual)
