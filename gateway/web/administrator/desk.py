"""What an administrator does for somebody who stands at the desk."""

from __future__ import annotations

from aiohttp import web

from gateway.backend import learning
from gateway.backend.clients import CLIENTS
from gateway.html.render import page
from gateway.http.auth import SESSIONS
from gateway.language.i18n import msgid
from gateway.web.administrator.people import PERSON, done, get_person, name_of, refused
from gateway.web.site.forms import typed
from ieum.enrollment.v1.enrollment_pb2 import EnrolRequest
from ieum.people.v1 import people_pb2 as pb
from services.chassis import clock
from services.chassis.errors import Problem

routes = web.RouteTableDef()


@routes.post(PERSON + "/passphrase")
async def reset(request: web.Request) -> web.Response:
    """Show a code that opens the account for an hour, on this page alone."""
    client = request.app[CLIENTS].people
    try:
        given = await client.ResetPassphrase(pb.ResetPassphraseRequest(name=name_of(request)))
    except Problem as problem:
        return await refused(request, problem, "code", {"role": "", "scope": ""})
    request.app[SESSIONS].drop(name_of(request))
    person, until = await get_person(request), clock.moment(given.expire_time)
    return page(request, "administrator/code.html", person=person, code=given.code, until=until)


@routes.post(PERSON + "/vouch")
async def vouch(request: web.Request) -> web.Response:
    await request.app[CLIENTS].people.VouchForPerson(pb.VouchForPersonRequest(name=name_of(request)))
    return done(request, msgid("Written down"), msgid("The account now says that somebody has seen this person."))


@routes.post(PERSON + "/confirm-organisation")
async def confirm_organisation(request: web.Request) -> web.Response:
    client = request.app[CLIENTS].people
    try:
        await client.ConfirmOrganisation(pb.ConfirmOrganisationRequest(name=name_of(request)))
    except Problem as problem:
        return await refused(request, problem, "organisation", {"role": "", "scope": ""})
    return done(
        request, msgid("The workplace is confirmed"), msgid("They count as an employee from their next enrolment on.")
    )


@routes.post(PERSON + "/sign-out")
async def sign_out_everywhere(request: web.Request) -> web.Response:
    await request.app[CLIENTS].people.EndSessions(pb.EndSessionsRequest(parent=name_of(request)))
    return done(request, msgid("They are signed out everywhere"), msgid("They can sign in again at any time."))


@routes.post(PERSON + "/enrol")
async def enrol(request: web.Request) -> web.Response:
    """Enrol somebody at the desk, where they live now."""
    form = await typed(request, "course")
    try:
        await learning.enrol(request.app[CLIENTS], EnrolRequest(person=name_of(request), course=form["course"]))
    except Problem as problem:
        return await refused(request, problem, "course", {"role": "", "scope": ""})
    return done(request, msgid("They are enrolled"), msgid("The course is on their page My learning."))
