"""Writes the summary that an office gets: the published figures of its area in its language, as text and as HTML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.statistics.distribution.domain import Delivery, Recipient
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


@dataclass(frozen=True)
class Written:
    subject: str
    text: str
    html: str


def write(summary: Summary, public_url: str) -> Written:
    """The same for the same round, so that a mail sent twice is recognised."""
    values = _values(summary, public_url)
    html = _environment().get_template("summary.html").render(values)
    return Written(values["subject"], _plain(values), html)


def _values(summary: Summary, public_url: str) -> dict[str, Any]:
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
            (_period(period, words), [_line(figure, words, language) for figure in figures])
            for period, figures in groupby(summary.figures, key=lambda figure: figure.period)
        ],
        "open_why": words["open_why"],
        "open": words["open"],
        "link": f"{public_url}/received/{summary.delivery.secret}",
        "all": words["all"],
        "data": f"{public_url}/data/{release.key}",
        "reason": words["reason"].format(area=area),
    }


def _plain(values: Mapping[str, Any]) -> str:
    paragraphs = [values["greeting"], values["intro"], *filter(None, [values["correction"]])]
    for period, lines in values["blocks"]:
        listed = [f"- {line.title}: {'; '.join(filter(None, (line.value, line.remark)))}" for line in lines]
        paragraphs.append("\n".join([period, *listed]))
    paragraphs += [
        f"{values['open_why']}\n{values['link']}",
        f"{values['all']}: {values['data']}",
        "-- ",
        values["reason"],
    ]
    return "\n\n".join(paragraphs).replace("-- \n\n", "-- \n") + "\n"


def _line(figure: Observation, words: Mapping[str, Any], language: str) -> Line:
    title = codes("MEASURE")[figure.measure][language]
    if figure.value is None:
        reason = {HIDDEN: "hidden", NOT_COLLECTED: "missing"}.get(figure.status, "undefined")
        return Line(title, "", words[reason])
    value = words["value"].format(value=_number(figure.value), unit=words["units"].get(figure.unit, ""))
    remarks = []
    if figure.low is not None and figure.high is not None:
        remarks.append(words["interval"].format(low=_number(figure.low), high=_number(figure.high)))
    if figure.status == UNRELIABLE:
        remarks.append(words["unreliable"])
    return Line(title, value, "; ".join(remarks))


def _number(text: str) -> str:
    return f"{Decimal(text):,}"


def _period(code: str, words: Mapping[str, Any]) -> str:
    year, _, number = code.partition("-Q")
    title: str = words["year" if is_year(code) else "quarter"].format(year=year, number=number)
    return title


def _pick(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next((text for text in texts.values() if text), "")


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((_HERE / "summary.toml").read_text(encoding="utf-8"))


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(_HERE)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
