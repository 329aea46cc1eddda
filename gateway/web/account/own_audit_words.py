"""What the audit log says of oneself, in words: who looked at one's data and why, and what one did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gateway.backend.my_data import AuditPage, MyData
from gateway.backend.places import Places
from gateway.documents.personal_data import Block, Section
from gateway.language.i18n import Locale
from gateway.web.account.speaker import Speaker
from gateway.web.administrator.audit_words import ACTIONS, detail_words
from gateway.web.administrator.people import grant_words
from ieum.people.v1 import people_pb2 as pb
from ieum.progress.v1.progress_pb2 import Progress
from services.chassis import clock

_COURSE = re.compile(r"courses/[0-9a-z-]+")
_LATEST = 20


def course_titles(locale: Locale, progress: Iterable[Progress]) -> dict[str, str]:
    return {each.course: locale.pick(each.course_title)[0] for each in progress if each.course_title}


def actor_words(locale: Locale, places: Places, page: AuditPage, entry: pb.AuditEntry) -> str:
    """Name and roles of whoever did it."""
    if not entry.actor:
        return locale.gettext("Not known, or by a command")
    if entry.actor not in page.actors:
        return locale.gettext("An erased account")
    actor = page.actors[entry.actor]
    roles = [grant_words(locale, places, grant) for grant in actor.grants if grant.role != pb.LEARNER]
    return f"{actor.display_name} ({', '.join(roles)})" if roles else actor.display_name


def entry_words(locale: Locale, places: Places, entry: pb.AuditEntry, titles: Mapping[str, str]) -> str:
    """What was done and why, with the titles of one's courses."""
    name = pb.AuditAction.Name(entry.action)
    action = locale.gettext(ACTIONS[name]) if name in ACTIONS else name
    detail = _COURSE.sub(lambda match: titles.get(match[0], match[0]), detail_words(locale, places, entry.detail))
    return f"{action}: {detail}" if detail else action


def looks_section(speaker: Speaker, data: MyData) -> Section:
    page, titles = data.acts_of_others, course_titles(speaker.locale, data.progress)
    facts = [
        (
            _time(speaker, each),
            f"{actor_words(speaker.locale, speaker.places, page, each)} · "
            + entry_words(speaker.locale, speaker.places, each, titles),
        )
        for each in page.entries[:_LATEST]
    ]
    return Section(
        "looks",
        speaker.gettext("Who has looked at your data, and why"),
        speaker.gettext(
            "Each look by somebody else is noted in the audit log, also where you stood in a list. The latest are "
            "here, all of them on the page behind the link and in the file for programs."
        ),
        [Block("", facts)] if facts else [],
        empty=speaker.gettext("Nobody yet."),
        links=[("/account/data/looks", speaker.gettext("Everybody who looked, from the latest on"))],
    )


def own_acts_section(speaker: Speaker, data: MyData) -> Section:
    titles = course_titles(speaker.locale, data.progress)
    facts = [
        (_time(speaker, each), entry_words(speaker.locale, speaker.places, each, titles))
        for each in data.own_acts.entries[:_LATEST]
    ]
    return Section(
        "acts",
        speaker.gettext("What is noted of what you did"),
        speaker.gettext(
            "So that misuse comes to light: signing in, and for staff each look at somebody's data. The latest are "
            "here, all of them in the file for programs."
        ),
        [Block("", facts, folded=True)] if facts else [],
        empty=speaker.gettext("Nothing yet."),
    )


def _time(speaker: Speaker, entry: pb.AuditEntry) -> str:
    time = clock.moment(entry.time)
    return speaker.locale.datetime(time) if time else ""
