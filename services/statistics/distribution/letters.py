"""Writes the mail that an office gets: its own area's published figures in its language, as text and as HTML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.statistics.distribution.domain import Delivery, Recipient
from services.statistics.distribution.settings import Mail
from services.statistics.figures.observation import HIDDEN, NOT_COLLECTED, UNRELIABLE, Observation
from services.statistics.figures.periods import is_year
from services.statistics.formats.words import codes
from services.statistics.releases.domain.lifecycle import Release

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Summary:
    delivery: Delivery
    release: Release
    recipient: Recipient
    area: Mapping[str, str]
    """The area's title by language."""
    figures: tuple[Observation, ...]
    """Its headlines, in order of period."""


@dataclass(frozen=True)
class Line:
    title: str
    value: str
    remark: str


def letter(summary: Summary, mail: Mail) -> EmailMessage:
    """The same bytes each time the same round is sent, so that a repeat is known for one."""
    recipient, delivery = summary.recipient, summary.delivery
    texts = _texts(summary, mail)
    message = EmailMessage(policy=SMTP)
    message["From"] = mail.sender
    message["To"] = Address(display_name=recipient.office, addr_spec=recipient.address)
    message["Subject"] = texts["subject"]
    message["Date"] = delivery.round_at
    message["Message-ID"] = f"<{delivery.key}.{delivery.round}@{mail.sender.domain}>"
    # No out-of-office answers, please (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_plain(texts), charset="utf-8", cte="base64")
    html = _environment().get_template("mail.html").render(texts)
    message.add_alternative(html, subtype="html", charset="utf-8", cte="base64")
    message["Content-Language"] = recipient.language
    # The boundary would be another one each time.
    message.set_boundary(f"=_{recipient.key}.{delivery.round}")
    return message


def link(mail: Mail, delivery: Delivery) -> str:
    return f"{mail.public_url}/received/{delivery.secret}"


def _texts(summary: Summary, mail: Mail) -> dict[str, Any]:
    release, language = summary.release, summary.recipient.language
    words = _words()[language]
    area = _pick(summary.area, language) or summary.recipient.area.removeprefix("areas/")
    title = _pick(release.title, language)
    subject = words["subject_corrected" if release.corrects else "subject"]
    note = _pick(release.note, language)
    return {
        "language": language,
        "subject": " ".join(subject.format(area=area, title=title).split()),
        "greeting": words["greeting"].format(office=summary.recipient.office),
        "intro": words["intro"].format(area=area, title=title),
        "correction": words["correction"].format(note=note) if release.corrects else "",
        "blocks": [
            (_period(period, words), [_line(one, words, language) for one in made])
            for period, made in groupby(summary.figures, key=lambda one: one.period)
        ],
        "open_why": words["open_why"],
        "open": words["open"],
        "link": link(mail, summary.delivery),
        "all": words["all"],
        "data": f"{mail.public_url}/data/{release.key}",
        "reason": words["reason"].format(area=area),
    }


def _plain(texts: Mapping[str, Any]) -> str:
    paragraphs = [texts["greeting"], texts["intro"], *filter(None, [texts["correction"]])]
    for period, lines in texts["blocks"]:
        said = [f"- {line.title}: {'; '.join(filter(None, (line.value, line.remark)))}" for line in lines]
        paragraphs.append("\n".join([period, *said]))
    paragraphs += [f"{texts['open_why']}\n{texts['link']}", f"{texts['all']}: {texts['data']}", "-- ", texts["reason"]]
    return "\n\n".join(paragraphs).replace("-- \n\n", "-- \n") + "\n"


def _line(one: Observation, words: Mapping[str, Any], language: str) -> Line:
    title = codes("MEASURE")[one.measure][language]
    if one.value is None:
        why = {HIDDEN: "hidden", NOT_COLLECTED: "missing"}.get(one.status, "undefined")
        return Line(title, "", words[why])
    value = words["value"].format(value=_number(one.value), unit=words["units"].get(one.unit, ""))
    remarks = []
    if one.low is not None and one.high is not None:
        remarks.append(words["interval"].format(low=_number(one.low), high=_number(one.high)))
    if one.status == UNRELIABLE:
        remarks.append(words["unreliable"])
    return Line(title, value, "; ".join(remarks))


def _number(text: str) -> str:
    return f"{Decimal(text):,}"


def _period(code: str, words: Mapping[str, Any]) -> str:
    year, _, number = code.partition("-Q")
    said: str = words["year" if is_year(code) else "quarter"].format(year=year, number=number)
    return said


def _pick(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next((text for text in texts.values() if text), "")


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((_HERE / "mail.toml").read_text(encoding="utf-8"))


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(_HERE)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
