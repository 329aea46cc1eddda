"""All pages' routes in one list. A new group of pages is a module with `routes: web.RouteTableDef`, named here."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from aiohttp import web

from gateway.html import assets
from gateway.web.account import (
    about_you,
    calendar,
    card_sign_in,
    details,
    erasing,
    identities,
    my_data,
    notices,
    passkeys,
    privacy_notice,
    proof,
    second_factor,
    second_sign_in,
    sessions,
    sign_in,
    tokens,
)
from gateway.web.administrator import (
    audit_log,
    dead_letters,
    desk,
    erasures,
    holidays,
    imports,
    people,
    places,
    search_words,
)
from gateway.web.administrator import privacy_notice as next_notice
from gateway.web.administrator import second_factor as others_second_factor
from gateway.web.author import (
    class_grid,
    course,
    courses,
    document,
    learner,
    lesson,
    package,
    practice,
    preview,
    question_statistics,
    review,
)
from gateway.web.centre import (
    attendance,
    cards,
    centre,
    class_form,
    class_staff,
    counter,
    counter_merge,
    counter_person,
    device,
    evaluations,
    outreach,
    paper_list,
    poll_form,
    room_code,
)
from gateway.web.centre import notices as sent_notices
from gateway.web.learner import (
    cannot_come,
    catalogue,
    certificates,
    classes,
    first_lesson,
    here,
    home,
    lesson_screen,
    my_learning,
    polls,
    printed_lesson,
    visits,
)
from gateway.web.learner import evaluations as own_evaluations
from gateway.web.official import (
    centres,
    cross_table,
    deliveries,
    live_table,
    live_table_files,
    overview,
    overview_report,
    questions,
    recipients,
    release_discard,
    release_plan,
    release_preview,
    release_steps,
    releases,
    seat_planner,
    working_view,
)
from gateway.web.public_data import feeds, pages, pictures, sdmx_rest
from gateway.web.site import frame, help, media, offline, well_known

PAGES: tuple[web.RouteTableDef, ...] = (
    frame.routes,
    offline.routes,
    *(
        home.routes,
        catalogue.routes,
        classes.routes,
        here.routes,
        visits.routes,
        cannot_come.routes,
        sign_in.routes,
        card_sign_in.routes,
        second_sign_in.routes,
        second_factor.routes,
        proof.routes,
        passkeys.routes,
        identities.routes,
        details.routes,
        about_you.routes,
    ),
    *(
        my_learning.routes,
        printed_lesson.routes,
        first_lesson.routes,
        lesson_screen.routes,
        certificates.routes,
        media.routes,
    ),
    *(
        courses.routes,
        package.routes,
        course.routes,
        lesson.routes,
        practice.routes,
        preview.routes,
        class_grid.routes,
        learner.routes,
        question_statistics.routes,
        document.routes,
        review.routes,
    ),
    *(release_plan.routes, releases.routes, release_steps.routes, release_preview.routes),
    release_discard.routes,
    *(
        overview.routes,
        overview_report.routes,
        live_table.routes,
        live_table_files.routes,
        cross_table.routes,
        questions.routes,
        working_view.routes,
    ),
    *(recipients.routes, deliveries.routes, centres.routes, seat_planner.routes),
    *(
        centre.routes,
        counter.routes,
        counter_merge.routes,
        counter_person.routes,
        cards.routes,
        class_form.routes,
        class_staff.routes,
        attendance.routes,
        paper_list.routes,
        room_code.routes,
        outreach.routes,
        sent_notices.routes,
        poll_form.routes,
        polls.routes,
        own_evaluations.routes,
        evaluations.routes,
        device.routes,
    ),
    *(tokens.routes, sessions.routes, notices.routes, calendar.routes),
    *(people.routes, desk.routes, imports.routes, others_second_factor.routes),
    my_data.routes,
    erasing.routes,
    privacy_notice.routes,
    next_notice.routes,
    erasures.routes,
    audit_log.routes,
    dead_letters.routes,
    places.routes,
    holidays.routes,
    search_words.routes,
    help.routes,
    well_known.routes,
    feeds.routes,
    sdmx_rest.routes,
    pictures.routes,
    pages.routes,
)


def routes() -> Iterable[web.AbstractRouteDef]:
    return chain(*PAGES, assets.routes())
