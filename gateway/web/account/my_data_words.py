"""Everything held about a person in sections of words: what it is, why it is kept, and where it is put right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.backend.my_data import MyData
from gateway.backend.places import Places
from gateway.documents.personal_data import Block, Section
from gateway.language.i18n import LANGUAGES, Locale, msgid
from gateway.web.account.about_you import GROUPS, NONE, SEXES, UNSAID, fields_of
from gateway.web.account.my_class_words import classes_section, messages_section, visits_section
from gateway.web.account.my_learning_words import ContentOf, courses_section, learning_section
from gateway.web.account.own_audit_words import looks_section, own_acts_section
from gateway.web.account.speaker import Speaker
from gateway.web.administrator.people import VOUCHINGS, grant_words
from gateway.web.course.evaluation_words import KINDS
from gateway.web.site.erasure_words import number_of, state_of
from ieum.people.v1 import people_pb2
from ieum.statistics.v1 import statistics_pb2

_SEXES_COUNTED = {"F": "FEMALE", "M": "MALE", "_O": "OTHER_SEX"}


async def sections(locale: Locale, places: Places, data: MyData, content_of: ContentOf) -> list[Section]:
    speaker = Speaker(locale, places)
    parts: list[Callable[[Speaker, MyData], Section]] = [_account, _sign_ins, _consent, _answers, courses_section]
    rest: list[Callable[[Speaker, MyData], Section]] = [
        *(classes_section, visits_section, messages_section, _polls, _evaluations, _statistics, _questions),
        *(looks_section, own_acts_section),
    ]
    learning = await learning_section(speaker, data, content_of)
    shown = [*(part(speaker, data) for part in parts), learning, *(part(speaker, data) for part in rest)]
    return [each for each in shown if each.blocks or each.empty]


def _account(speaker: Speaker, data: MyData) -> Section:
    person, locale = data.account, speaker.locale
    office = speaker.place(person.organisation)
    if office and not person.organisation_confirmed:
        office = f"{office} ({speaker.gettext('not confirmed yet')})"
    facts = speaker.facts(
        (msgid("Name"), person.display_name),
        (msgid("Login"), person.login),
        (msgid("E-mail"), person.email),
        (msgid("E-mail address confirmed"), speaker.when(data.email_confirmation.confirm_time)),
        (msgid("Where you live"), speaker.place(person.area)),
        (msgid("Where you work"), office),
        (msgid("Year of birth, as said at the counter"), str(data.desk_record.birth_year or "")),
        (msgid("Telephone, as said at the counter"), data.desk_record.phone),
        (msgid("Language"), LANGUAGES.get(person.locale, person.locale)),
        (msgid("How your account is known"), speaker.gettext(VOUCHINGS[people_pb2.Vouching.Name(person.vouching)])),
        (msgid("Roles"), ", ".join(grant_words(locale, speaker.places, each) for each in person.grants)),
        (msgid("Account number"), person.name.removeprefix("people/")),
        (msgid("Registered"), speaker.when(person.create_time)),
        (msgid("Last used"), speaker.when(data.retention.own_use_time)),
        (msgid("Will be erased on"), speaker.when(data.retention.own_erase_time)),
        (msgid("Accounts merged into this one"), ", ".join(each.removeprefix("people/") for each in person.merged)),
        (msgid("Passphrase"), speaker.gettext("only in a scrambled form from which nobody can read it")),
    )
    return Section(
        "account",
        speaker.gettext("Your account"),
        speaker.gettext("So that you can sign in and get certificates in your name. Kept until the account is erased."),
        [Block("", facts)],
        links=[
            ("/account", speaker.gettext("Change my details")),
            ("/account/passphrase", speaker.gettext("Change my passphrase")),
        ],
    )


def _sign_ins(speaker: Speaker, data: MyData) -> Section:
    blocks = [
        Block(
            each.agent or speaker.gettext("A device"),
            speaker.facts(
                (msgid("Signed in"), speaker.when(each.begin_time)),
                (msgid("Ends"), speaker.when(each.expire_time)),
                (msgid("Kind"), speaker.gettext("shared computer") if each.shared_device else ""),
            ),
        )
        for each in data.sessions
    ]
    blocks += [
        Block(
            speaker.gettext("Token for a program: %(name)s") % {"name": each.display_name},
            speaker.facts(
                (msgid("Made"), speaker.when(each.create_time)),
                (msgid("Ends"), speaker.when(each.expire_time)),
                (msgid("Last used"), speaker.when(each.last_use_time)),
                (msgid("It may"), ", ".join(each.scopes)),
            ),
        )
        for each in data.tokens
    ]
    factors = speaker.facts(
        (msgid("Authenticator app since"), speaker.when(data.second_factors.totp_time)),
        (msgid("Recovery codes left"), str(data.second_factors.recovery_codes_left or "")),
    )
    factors += [
        (speaker.gettext("Passkey"), f"{each.display_name} · {speaker.when(each.create_time)}")
        for each in data.second_factors.passkeys
    ]
    if factors:
        blocks.append(Block(speaker.gettext("Second step of signing in"), factors))
    blocks += [
        Block(
            speaker.gettext("Sign-in card"),
            speaker.facts(
                (msgid("Made"), speaker.when(each.make_time)),
                (msgid("Last used"), speaker.when(each.last_use_time)),
                (msgid("Card"), speaker.gettext("number and secret only in a scrambled form")),
            ),
        )
        for each in data.cards
        if each.HasField("make_time")
    ]
    return Section(
        "sign-ins",
        speaker.gettext("Where you are signed in"),
        speaker.gettext("So that you can see and end it. A device is forgotten when the sign-in ends."),
        blocks,
        empty=speaker.gettext("Nowhere at the moment."),
        links=[("/account/sessions", speaker.gettext("Where I am signed in"))],
    )


def _consent(speaker: Speaker, data: MyData) -> Section:
    accepted = [
        (
            speaker.gettext("Privacy notice, version %(version)s") % {"version": each.version},
            f"{speaker.when(each.time)} · {LANGUAGES.get(each.language, each.language)} · {each.hash[:16]}…",
        )
        for each in data.acceptances
    ]
    erasures = [
        (speaker.when(each.ask_time), f"{state_of(speaker.locale, each)[0]} · {number_of(each)}")
        for each in data.erasure_requests
    ]
    blocks = [Block("", accepted), Block(speaker.gettext("Requests for erasure"), erasures)]
    return Section(
        "consent",
        speaker.gettext("What you agreed to"),
        speaker.gettext("So that it can be shown when you agreed to which text. Kept until the account is erased."),
        [block for block in blocks if block.facts],
        empty=speaker.gettext("Nothing yet."),
        links=[("/privacy", speaker.gettext("Privacy notice"))],
    )


def _answers(speaker: Speaker, data: MyData) -> Section:
    fields, nothing = fields_of(data.equality_answers), speaker.gettext("not answered")
    groups = ", ".join(speaker.gettext(GROUPS[group]) for group in fields.groups if group in GROUPS)
    facts = [
        (speaker.gettext("Year of birth"), fields.birth_year or nothing),
        (speaker.gettext("Sex"), speaker.gettext(SEXES[fields.sex]) if fields.sex != UNSAID else nothing),
        (speaker.gettext("Groups"), groups or nothing),
    ]
    return Section(
        "answers",
        speaker.gettext("Your answers about yourself"),
        speaker.gettext(
            "Each is your own choice. They are kept apart from your account and encrypted; nobody but you can see them "
            "with your name. Kept until you withdraw them."
        ),
        [Block("", facts)],
        links=[("/account/about-you", speaker.gettext("Change or withdraw my answers"))],
    )


def _polls(speaker: Speaker, data: MyData) -> Section:
    blocks = [
        Block(each.question, speaker.facts((msgid("Open until"), speaker.when(each.close_time))))
        for each in data.sealed_ballots
    ]
    return Section(
        "polls",
        speaker.gettext("Polls in which you have voted"),
        speaker.gettext("Your vote is sealed: nobody can say what is in it. It is destroyed when the poll is counted."),
        blocks,
        empty=speaker.gettext("There is no vote of yours in a poll that is still open."),
    )


def _evaluations(speaker: Speaker, data: MyData) -> Section:
    blocks = []
    for each in data.evaluations:
        class_ = data.classes.get(each.class_name)
        about = class_.details.title if class_ else each.month
        answered = speaker.gettext("Yes, sealed") if each.answered else speaker.gettext("Not yet")
        facts = speaker.facts((msgid("Open until"), speaker.when(each.answer_until)), (msgid("Answered"), answered))
        blocks.append(Block(f"{speaker.gettext(KINDS[each.kind])}: {about}", facts))
    return Section(
        "evaluations",
        speaker.gettext("Questions about classes and courses"),
        speaker.gettext("Your answers are sealed until they are counted. Then they and your name here are destroyed."),
        blocks,
        links=[("/evaluations", speaker.gettext("How was it?"))],
        empty=speaker.gettext("You are not asked about a class or course just now."),
    )


def _statistics(speaker: Speaker, data: MyData) -> Section:
    counted, locale = data.counted, speaker.locale
    groups = [group.upper() for group in counted.groups] or ([NONE] if counted.groups_answered else [])
    traits = speaker.facts(
        (msgid("Year of birth"), str(counted.birth_year or "")),
        (msgid("Sex"), speaker.gettext(SEXES[_SEXES_COUNTED.get(counted.sex, UNSAID)]) if counted.sex else ""),
        (msgid("Groups"), ", ".join(speaker.gettext(GROUPS[group]) for group in groups if group in GROUPS)),
    )
    blocks = [Block(speaker.gettext("Counted with your courses"), traits)] if traits else []
    blocks += [_fact(speaker, each, locale) for each in counted.facts]
    return Section(
        "statistics",
        speaker.gettext("What is counted of you"),
        speaker.gettext(
            "Statistics know no name. These facts lie under a random code, which was computed for this page alone. "
            "What was counted stays counted; when your account is erased, age, sex and groups are removed from it."
        ),
        blocks,
        empty=speaker.gettext("Nothing yet."),
    )


def _fact(speaker: Speaker, fact: statistics_pb2.OwnFact, locale: Locale) -> Block:
    facts = speaker.facts(
        (msgid("Counted in"), speaker.place(fact.organisation or fact.area)),
        (msgid("Quarter"), fact.quarter),
        (msgid("Started"), speaker.when(fact.start_time)),
        (msgid("Completed"), speaker.when(fact.complete_time)),
        (msgid("Withdrawn"), speaker.when(fact.withdraw_time)),
        (msgid("Dates attended"), str(fact.sessions_attended or "")),
    )
    return Block(_title(locale, fact.course_title, fact.course), facts)


def _title(locale: Locale, titles: Mapping[str, str], course: str) -> str:
    return (locale.pick(titles)[0] if titles else "") or course


def _questions(speaker: Speaker, data: MyData) -> Section:
    blocks = [
        Block(
            each.title,
            speaker.facts((msgid("Area"), speaker.place(each.area)), (msgid("Saved"), speaker.when(each.create_time))),
        )
        for each in data.saved_questions
    ]
    return Section(
        "questions",
        speaker.gettext("Questions to the statistics that you saved"),
        speaker.gettext("Kept until you remove them."),
        blocks,
        links=[("/statistics/questions", speaker.gettext("Saved questions"))],
    )
