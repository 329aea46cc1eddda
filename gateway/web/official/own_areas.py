"""The areas of an official, and the sections of the statistics pages."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from gateway.backend.places import PLACES, Places
from gateway.http.auth import signed_in
from gateway.language.i18n import Locale, msgid
from gateway.web.site import area_choices

ROLES = ("official", "administrator")
UNIVERSES = {"RESIDENT": msgid("Residents"), "EMPLOYEE": msgid("Employees")}
SECTIONS = (
    ("/statistics", msgid("Overview")),
    ("/statistics/table", msgid("One table")),
    ("/statistics/cross", msgid("Areas, groups and periods")),
    ("/statistics/questions", msgid("Saved questions")),
    ("/statistics/working", msgid("Exact figures")),
    ("/statistics/centres", msgid("Centres")),
    ("/statistics/seats", msgid("Seat planner")),
    ("/statistics/releases", msgid("Releases")),
)


async def own_areas(request: web.Request) -> tuple[Places, list[str]]:
    """All places, and those of the reader's roles that still exist, the widest first."""
    viewer = signed_in(request, *ROLES)
    places = await request.app[PLACES].all()
    return places, area_choices.known(places, {scope for role in ROLES for scope in viewer.principal.scopes(role)})


def sections(locale: Locale, here: str) -> list[tuple[str, str, bool]]:
    return [(locale.gettext(words), address, address == here) for address, words in SECTIONS]


def choices(locale: Locale, places: Places, own: Sequence[str]) -> list[area_choices.Choice]:
    """Areas and organisations to choose from."""
    return area_choices.areas_within(locale, places, own) + area_choices.organisations_within(
        locale, places, own, inside=False
    )


def universe_of(area: str) -> str:
    """Whom an area counts where nothing else is asked."""
    return "EMPLOYEE" if area.startswith("organisations/") else "RESIDENT"
