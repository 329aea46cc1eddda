"""Who has a published release: what became of each office's mail, sending it again, and the page behind its link.

Looking at that page records nothing: programs that check mail for harm open every link. The button does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from gateway.backend.clients import CLIENTS
from gateway.backend.places import PLACES
from gateway.html.render import PAGE, Flash, page
from gateway.language.i18n import Locale, msgid
from gateway.language.periods import quarter
from gateway.language.problems.mail import GONE
from gateway.web.official import live_figures
from gateway.web.official.recipients import HERE as RECIPIENTS
from gateway.web.official.recipients import all_recipients, mail_notice, require_official
from gateway.web.public_data.cells import number
from gateway.web.site import area_choices
from gateway.web.site.forms import typed
from gateway.web.site.frame import go_to
from ieum.statistics.v1 import distribution_pb2 as pb
from ieum.statistics.v1 import releases_pb2
from services.chassis import clock

_RELEASE = "/statistics/releases/{release:[0-9a-z-]{1,64}}/distribution"
_RECEIVED = "/received/{secret:[0-9a-z]{1,64}}"

# State of a mail -> words, kind of tag. "OPENED" and "NONE" are ours.
STATES: Mapping[str, tuple[str, str]] = {
    "OPENED": (msgid("Opened"), ""),
    "SENT": (msgid("Sent, not opened yet"), "information"),
    "SENDING": (msgid("Being sent"), "information"),
    "WAITING": (msgid("Waiting"), "information"),
    "FAILED": (msgid("Refused"), "error"),
    "CANCELLED": (msgid("Not sent any more"), "plain"),
    "NONE": (msgid("Not sent"), "plain"),
}
_LACKING = ("FAILED", "NONE")
_HEADLINES: Mapping[str, str] = {
    **{code: title for code, (title, _) in live_figures.MEASURES.items()},
    "COV": msgid("People per 1,000 residents"),
}
_WITHOUT = {
    "Q": msgid("Hidden to protect people"),
    "L": msgid("No number of residents to divide by"),
    "M": msgid("Nothing to divide by"),
}

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Row:
    recipient: str
    office: str
    area: str
    state: str
    when: datetime | None
    remark: str
    round: int
    sendable: bool


@routes.get(_RELEASE)
async def show(request: web.Request) -> web.Response:
    require_official(request)
    release = await _release(request)
    locale, rows = request[PAGE].locale, await _rows(request, release)
    counts = Counter(row.state for row in rows)
    return page(
        request, "official/deliveries.html", release=release, rows=rows, states=STATES, recipients=RECIPIENTS,
        published=release.state == releases_pb2.Release.PUBLISHED, mail=await mail_notice(request),
        counts=[(locale.gettext(words), counts[state]) for state, (words, _) in STATES.items() if counts[state]],
        lacking=sum(counts[state] for state in _LACKING), back=request.path.rpartition("/")[0],
    )  # fmt: skip


@routes.post(_RELEASE)
async def send(request: web.Request) -> web.Response:
    """To one office, under the round that the page showed; without one, to all that lack it."""
    require_official(request)
    given = await typed(request, "recipient", "round")
    wanted = [(given["recipient"], int(given["round"]) if given["round"].isdecimal() else 0)]
    if not given["recipient"]:
        rows = await _rows(request, await _release(request))
        wanted = [(row.recipient, row.round) for row in rows if row.state in _LACKING]
    for recipient, round in wanted:
        name = f"releases/{request.match_info['release']}"
        call = pb.SendSummaryRequest(release=name, recipient=recipient, round=round)
        await request.app[CLIENTS].distribution.SendSummary(call)
    gettext = request[PAGE].locale.gettext
    flash = Flash(gettext("It is on its way"), gettext("Look at this page again in a minute."))
    return go_to(request.path, flash, request)


@routes.get(_RECEIVED)
async def look(request: web.Request) -> web.Response:
    call = pb.GetReceiptRequest(secret=request.match_info["secret"])
    return _receipt(request, await request.app[CLIENTS].distribution.GetReceipt(call))


@routes.post(_RECEIVED)
async def open_it(request: web.Request) -> web.Response:
    call = pb.ConfirmReceiptRequest(secret=request.match_info["secret"])
    await request.app[CLIENTS].distribution.ConfirmReceipt(call)
    return go_to(request.path)


def _receipt(request: web.Request, receipt: pb.Receipt) -> web.Response:
    locale = request[PAGE].locale
    response = page(
        request, "official/delivery_received.html", receipt=receipt, received=clock.moment(receipt.receive_time),
        blocks=_blocks(locale, receipt), data=f"/data/{receipt.release.removeprefix('releases/')}",
        newer=f"/data/{receipt.corrected_by.removeprefix('releases/')}" if receipt.corrected_by else "",
    )  # fmt: skip
    # The address is a secret: it stays out of search engines, caches, and the next site's log.
    response.headers.update({"X-Robots-Tag": "noindex", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    return response


def _blocks(locale: Locale, receipt: pb.Receipt) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Headline figures by period: title, value, what is to be said beside it."""
    blocks: dict[str, list[tuple[str, str, str]]] = {}
    for figure in receipt.figures:
        title = locale.gettext(_HEADLINES.get(figure.measure, figure.measure))
        blocks.setdefault(_period(locale, figure.period), []).append((title, *_figure(locale, figure)))
    return list(blocks.items())


def _period(locale: Locale, code: str) -> str:
    if "-Q" in code:
        return quarter(locale, code)
    return locale.gettext("The year %(year)s") % {"year": code}


def _figure(locale: Locale, figure: releases_pb2.Observation) -> tuple[str, str]:
    if not figure.value:
        return "–", locale.gettext(_WITHOUT.get(figure.obs_status, _WITHOUT["M"]))
    interval = msgid("95%% interval: %(low)s to %(high)s")
    ends = (
        {"low": number(figure.low, figure.unit, locale), "high": number(figure.high, figure.unit, locale)}
        if figure.low
        else {}
    )
    return number(figure.value, figure.unit, locale), locale.gettext(interval) % ends if ends else ""


async def _release(request: web.Request) -> releases_pb2.Release:
    call = releases_pb2.GetReleaseRequest(name=f"releases/{request.match_info['release']}")
    return await request.app[CLIENTS].releases.GetRelease(call)


async def _rows(request: web.Request, release: releases_pb2.Release) -> list[Row]:
    """All offices of the release's areas, with their mail; also removed ones that were sent it."""
    locale, places = request[PAGE].locale, await request.app[PLACES].all()
    inside = {area.name for area in places.below(release.area)}
    mails = {delivery.recipient: delivery for delivery in await _deliveries(request, release.name)}
    rows = []
    for recipient in await all_recipients(request):
        mail = mails.pop(recipient.name, None)
        if mail or recipient.area in inside:
            rows.append(_row(locale, recipient.name, recipient.office, recipient.area, mail, listed=True))
    rows += [_row(locale, mail.recipient, mail.office, mail.area, mail, listed=False) for mail in mails.values()]
    titled = [(area_choices.title(locale, places, row.area), row) for row in rows]
    return [Row(**{**vars(row), "area": title}) for title, row in titled]


def _row(locale: Locale, name: str, office: str, area: str, mail: pb.Delivery | None, *, listed: bool) -> Row:
    if mail is None:
        return Row(name, office, area, "NONE", None, "", 0, listed)
    state = pb.Delivery.State.Name(mail.state)
    opened, sent, due = (clock.moment(at) for at in (mail.receive_time, mail.send_time, mail.due_time))
    remark = locale.gettext(GONE[mail.failure]) if mail.failure in GONE else mail.failure
    if opened:
        return Row(name, office, area, "OPENED", opened, remark, mail.round, listed)
    sendable = listed and state != "SENDING"
    return Row(name, office, area, state, sent if state == "SENT" else due, remark, mail.round, sendable)


async def _deliveries(request: web.Request, release: str) -> list[pb.Delivery]:
    deliveries: list[pb.Delivery] = []
    token = ""
    while True:
        call = pb.ListDeliveriesRequest(release=release, page_size=1000, page_token=token)
        answer = await request.app[CLIENTS].distribution.ListDeliveries(call)
        deliveries += answer.deliveries
        token = answer.next_page_token
        if not token:
            return deliveries
