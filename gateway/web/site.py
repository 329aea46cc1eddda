"""All pages' routes in one list. A new group of pages is a module with `routes: web.RouteTableDef`, named here."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from aiohttp import web

from gateway.web import (
    about_you,
    account,
    admin,
    assets,
    audit,
    catalogue,
    certificates,
    data,
    deadletters,
    distribution,
    distribution_recipients,
    entrance,
    frame,
    help,
    home,
    learning,
    learning_sheets,
    media,
    places,
    player,
    releases,
    releases_discard,
    releases_plan,
    releases_preview,
    releases_steps,
    review,
    statistics,
    teach,
    teach_course,
    teach_grid,
    teach_lesson,
    teach_preview,
    tokens,
)

PAGES: tuple[web.RouteTableDef, ...] = (
    frame.routes,
    *(home.routes, catalogue.routes, entrance.routes, account.routes, about_you.routes),
    *(learning.routes, learning_sheets.routes, player.routes, certificates.routes, media.routes),
    *(teach.routes, teach_course.routes, teach_lesson.routes, teach_preview.routes, teach_grid.routes, review.routes),
    *(releases_plan.routes, releases.routes, releases_steps.routes, releases_preview.routes),
    releases_discard.routes,
    statistics.routes,
    *(distribution_recipients.routes, distribution.routes),
    tokens.routes,
    admin.routes,
    audit.routes,
    deadletters.routes,
    places.routes,
    help.routes,
    data.routes,
)


def routes() -> Iterable[web.AbstractRouteDef]:
    return chain(*PAGES, assets.routes())
