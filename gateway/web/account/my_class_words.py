"""What is held of somebody's classes, requests and messages, in words."""

from __future__ import annotations

from gateway.backend.my_data import MyData
from gateway.backend.names import id_of
from gateway.documents.personal_data import Block, Section
from gateway.language.i18n import msgid
from gateway.web.account.notices import TOPICS, WAYS
from gateway.web.account.speaker import Speaker
from gateway.web.learner.class_words import CHANNELS, steps_of
from gateway.web.learner.visits import state_words
from gateway.web.site.notice_words import CHANNELS as NOTICE_CHANNELS
from gateway.web.site.notice_words import KINDS, STATES
from ieum.classes.v1 import classes_pb2
from ieum.notices.v1 import notices_pb2


def classes_section(speaker: Speaker, data: MyData) -> Section:
    return Section(
        "classes",
        speaker.gettext("Classes for which you applied"),
        speaker.gettext("So that seats are given fairly. When the account is erased, they stay without your name."),
        [_application(speaker, data, each) for each in data.applications],
        empty=speaker.gettext("None."),
        links=[("/classes", speaker.gettext("Classes"))],
    )


def _application(speaker: Speaker, data: MyData, application: classes_pb2.Application) -> Block:
    class_ = data.classes.get(application.class_name)
    steps = [(state, what) for state, what, _ in steps_of(speaker.locale, application)]
    facts = speaker.facts(
        (msgid("Applied"), speaker.gettext(CHANNELS[application.channel]) if application.channel in CHANNELS else ""),
        (msgid("Note of the staff"), application.note),
        (msgid("Application number"), id_of(application.name)),
    )
    return Block(class_.details.title if class_ else id_of(application.class_name), [*steps, *facts])


def visits_section(speaker: Speaker, data: MyData) -> Section:
    visits = [
        Block(
            speaker.gettext("A class was asked for"),
            speaker.facts(
                (msgid("Where"), " ".join(filter(None, [speaker.place(each.wish.area), each.wish.address]))),
                (msgid("How many people"), str(each.wish.people or "")),
                (msgid("What you wrote"), each.wish.text),
                (msgid("How it stands"), state_words(speaker.locale, each.state)),
                (msgid("Answer"), each.note),
            ),
        )
        for each in data.visits
    ]
    given = [
        Block(
            speaker.gettext("You helped somebody"),
            speaker.facts((msgid("Day"), each.date), (msgid("Minutes"), str(each.minutes))),
        )
        for each in data.help_given
    ]
    taken = [
        Block(
            speaker.gettext("You took a class along on a device"),
            speaker.facts(
                (msgid("Device"), each.device),
                (msgid("Taken along"), speaker.when(each.take_time)),
                (msgid("Until"), speaker.when(each.end_time)),
            ),
        )
        for each in data.kits
    ]
    return Section(
        "visits",
        speaker.gettext("Visiting classes that you asked for, help that you gave, and classes on your devices"),
        speaker.gettext("When the account is erased, the address, what you wrote and your devices are removed."),
        [*visits, *given, *taken],
    )


def messages_section(speaker: Speaker, data: MyData) -> Section:
    preferences = data.preferences
    ways = [
        (speaker.gettext(TOPICS[each.topic][0]), speaker.gettext(WAYS[each.way]))
        for each in preferences.topics
        if each.topic in TOPICS and each.way in WAYS
    ]
    quiet = f"{preferences.quiet_begin} – {preferences.quiet_end}" if preferences.quiet_begin else ""
    reach = speaker.facts((msgid("Telephone"), preferences.telephone), (msgid("Quiet hours"), quiet)) + ways
    sent = [(speaker.when(each.create_time), _notice(speaker, each)) for each in data.notices]
    feeds = [(speaker.gettext("Calendar made"), speaker.when(each.create_time)) for each in data.calendars]
    blocks = [
        Block(speaker.gettext("How we reach you"), reach),
        Block(speaker.gettext("Calendars"), feeds),
        Block(speaker.gettext("Messages to you"), sent, folded=True),
    ]
    return Section(
        "messages",
        speaker.gettext("Messages"),
        speaker.gettext("So that you hear of your classes. The list of messages is kept for 400 days."),
        [block for block in blocks if block.facts],
        empty=speaker.gettext("None."),
        links=[
            ("/account/notices", speaker.gettext("How we reach you")),
            ("/account/calendar", speaker.gettext("My calendar")),
        ],
    )


def _notice(speaker: Speaker, notice: notices_pb2.Notice) -> str:
    kind = speaker.gettext(KINDS[notice.kind]) if notice.kind in KINDS else ""
    channel = speaker.gettext(NOTICE_CHANNELS[notice.channel]) if notice.channel in NOTICE_CHANNELS else ""
    state = speaker.gettext(STATES[notice.state][0]) if notice.state in STATES else ""
    return " · ".join(filter(None, [kind, channel, state]))
