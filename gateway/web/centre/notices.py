"""For staff: what was sent to whom about a class, whom to tell by telephone, and what the messages say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.http.auth import signed_in
from gateway.language.i18n import LANGUAGES, Locale, msgid
from gateway.web.centre.class_staff import names_of
from gateway.web.learner.class_words import shown
from gateway.web.site.frame import go_to
from gateway.web.site.notice_words import CHANNELS, KINDS, STATES
from ieum.classes.v1.classes_pb2 import GetClassRequest
from ieum.notices.v1 import notices_pb2 as pb
from services.chassis import clock

routes = web.RouteTableDef()
_CLASS = "/centre/classes/{class:[0-9a-z]{1,32}}/notices"
_TO_TELL = "/centre/notices"
_AT_ONCE = 200
_MOST = 2_000

_FAILURES: Mapping[str, str] = {
    "NO_ADDRESS": msgid("No address, or none that works"),
    "CHANNEL_OFF": msgid("This channel is not set up here"),
    "OVERTAKEN": msgid("No longer true when it was to be sent"),
    "SUPERSEDED": msgid("A later message says it"),
    "TOO_LATE": msgid("It would have come too late"),
    "PERSON_ERASED": msgid("The account was deleted."),
}


@routes.get(_CLASS)
async def show(request: web.Request) -> web.Response:
    signed_in(request)
    clients, locale = request.app[CLIENTS], request[PAGE].locale
    name = f"classes/{request.match_info['class']}"
    class_ = await clients.classes.GetClass(GetClassRequest(name=name))
    notices = await _notices(request, name)
    names = await names_of(request, name, [each.person for each in notices])
    return page(
        request,
        "centre/notices.html",
        shown=shown(locale, await request.app[PLACES].all(), class_),
        back=f"/centre/{name}",
        rows=[_row(locale, each, names) for each in notices],
    )


async def _notices(request: web.Request, class_name: str) -> list[pb.Notice]:
    call, notices = pb.ListNoticesRequest(class_name=class_name, page_size=_AT_ONCE), list[pb.Notice]()
    while len(notices) < _MOST:
        answer = await request.app[CLIENTS].notices.ListNotices(call)
        notices += answer.notices
        if not answer.next_page_token:
            break
        call.page_token = answer.next_page_token
    return notices


def _row(locale: Locale, notice: pb.Notice, names: Mapping[str, str]) -> dict[str, object]:
    state, tag = STATES.get(notice.state, ("", "plain"))
    return {
        "name": names.get(notice.person) or locale.gettext("Deleted account"),
        "kind": _word(locale, KINDS, notice.kind),
        "channel": _word(locale, CHANNELS, notice.channel),
        "state": locale.gettext(state) if state else "",
        "tag": tag,
        "time": clock.moment(notice.send_time) or clock.moment(notice.create_time),
        "failure": locale.gettext(_FAILURES[notice.failure]) if notice.failure in _FAILURES else notice.failure,
    }


def _word(locale: Locale, words: Mapping[int, str], number: int) -> str:
    return locale.gettext(words[number]) if number in words else ""


@routes.get(_TO_TELL)
async def show_to_tell(request: web.Request) -> web.Response:
    """The list of whom no other channel reaches, on paper or beside the telephone."""
    signed_in(request)
    locale, centre = request[PAGE].locale, request.query.get("centre", "")
    call = pb.ListNoticesToTellRequest(language=locale.language, centre=f"centres/{centre}" if centre else "")
    found = (await request.app[CLIENTS].notices.ListNoticesToTell(call)).notices
    names = await names_of(request, "notices", [each.notice.person for each in found])
    rows = [
        {
            "id": each.notice.name.removeprefix("notices/"),
            "name": names.get(each.notice.person) or locale.gettext("Deleted account"),
            "telephone": each.telephone,
            "class": each.class_title,
            "kind": _word(locale, KINDS, each.notice.kind),
            "text": each.text.split("\n"),
            "until": clock.moment(each.until),
        }
        for each in found
    ]
    return page(request, "centre/notices_to_tell.html", rows=rows)


@routes.post(_TO_TELL + "/{notice:[0-9a-z.-]{1,200}}/told")
async def mark_told(request: web.Request) -> web.Response:
    signed_in(request)
    call = pb.MarkToldRequest(name=f"notices/{request.match_info['notice']}")
    await request.app[CLIENTS].notices.MarkTold(call)
    return go_to(_TO_TELL, Flash(request[PAGE].locale.gettext("Noted: they know")), request)


@routes.get(_TO_TELL + "/words")
async def show_words(request: web.Request) -> web.Response:
    """Every message with made-up content, in both languages."""
    signed_in(request, "instructor", "official", "administrator")
    locale = request[PAGE].locale
    languages = [(tag, title) for tag, title in LANGUAGES.items() if tag in ("ko", "en")]
    blocks = [(tag, title, await _previews(request, locale, tag)) for tag, title in languages]
    return page(request, "centre/notices_words.html", blocks=blocks)


async def _previews(request: web.Request, locale: Locale, language: str) -> Iterable[tuple[str, pb.NoticePreview]]:
    call = pb.PreviewNoticesRequest(language=language)
    answer = await request.app[CLIENTS].notices.PreviewNotices(call)
    return [(_word(locale, KINDS, each.kind), each) for each in answer.previews]
