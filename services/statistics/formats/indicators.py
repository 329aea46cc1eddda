"""The indicators of quality as numbers, for the quality report and as a file: by the codes of the quality and
performance indicators of the European Statistical System where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.statistics.figures.periods import last_day
from services.statistics.figures.rounding import rounded_text
from services.statistics.formats import words
from services.statistics.formats.cells import PublicRelease
from services.statistics.formats.findings import Findings
from services.statistics.formats.tabular import write_csv

TABLE = "quality-indicators.csv"
_HEADER = ("INDICATOR", "TITLE_KO", "TITLE_EN", "TIME_PERIOD", "VALUE_FROM", "VALUE_TO", "UNIT_MEASURE", "OBS_STATUS")
_NORMAL, _HIDDEN, _NOT_COLLECTED, _UNDEFINED = "A", "Q", "L", "M"


@dataclass(frozen=True, slots=True)
class Indicator:
    """`low` and `high` are the same but for a range; both None where there is no number, and `status` says why."""

    code: str
    low: str | None
    high: str | None
    unit: str
    status: str = _NORMAL

    @property
    def text(self) -> str:
        if self.low is None:
            return {_HIDDEN: "x", _NOT_COLLECTED: "…"}.get(self.status, "–")
        return self.low if self.low == self.high else f"{self.low} ~ {self.high}"


def indicators(findings: Findings) -> Iterator[Indicator]:
    """Of the report's latest period and the top area, or of the release as a whole."""
    release, cells = findings.edition.release, findings.edition.cells
    yield _answers(findings, "A5_SEX", [findings.cell("EPR", SEX=code) for code in ("F", "M", "_O")])
    yield _answers(findings, "A5_AGE", [findings.cell("EPR", TARGET_GROUP=code) for code in ("OLD", "N_OLD")])
    yield _groups(release.unanswered.get(findings.latest))
    revised = release.revised
    yield _number("A6", revised.relative if revised else None, "PT", _UNDEFINED)
    yield _number("A6_CHANGED", Fraction(revised.changed) if revised else None, "NUMBER", _UNDEFINED, 0)
    yield _number("A7", Fraction(0), "PT")
    reach = findings.cell("COV")
    share = Fraction(reach.value) / 10 if reach and reach.value is not None else None
    yield _number("FRAME", share, "PT", reach.status if reach else _NOT_COLLECTED, 2)
    shown = len(cells) or 1
    for code, status in (("HIDDEN", "Q"), ("UNRELIABLE", "U"), ("PROVISIONAL", "P")):
        yield _number(code, Fraction(100 * sum(cell.status == status for cell in cells), shown), "PT")
    end = last_day(findings.latest)
    yield _number("TP1", Fraction((release.publish_at.astimezone(release.zone).date() - end).days), "D", "", 0)
    yield _number("TP1_AS_OF", Fraction((release.as_of.astimezone(release.zone).date() - end).days), "D", "", 0)
    yield _number("CC2", Fraction(_comparable(findings)), "NUMBER", "", 0)


def table(findings: Findings) -> list[list[str]]:
    """Code, and meaning with number, of each in the report's language."""
    titles: Mapping[str, str] = findings.phrases["indicators"]
    named = findings.phrases["units"]
    return [
        [
            each.code,
            f"{titles[each.code]}: {each.text} {named.get(each.unit, '') if _is_measured(each) else ''}".strip(),
        ]
        for each in indicators(findings)
    ]


def render(edition: PublicRelease, phrases: Mapping[str, Mapping[str, Mapping[str, str]]]) -> dict[str, bytes]:
    findings = Findings(edition, "en", dict(phrases["en"]))
    rows = [
        [
            each.code,
            *(phrases[language]["indicators"][each.code] for language in words.LANGUAGES),
            findings.latest,
            *(each.low or "", each.high or "", each.unit, each.status),
        ]
        for each in indicators(findings)
    ]
    return {TABLE: write_csv(_HEADER, rows, marked=True)}


def _is_measured(indicator: Indicator) -> bool:
    """Whether a unit stands behind its number."""
    return indicator.low is not None and indicator.unit != "NUMBER"


def _number(code: str, value: Fraction | None, unit: str, missing: str = "", places: int = 1) -> Indicator:
    text = rounded_text(value, places)
    return Indicator(code, text, text, unit, _NORMAL if text is not None else missing)


def _answers(findings: Findings, code: str, parts: list[object]) -> Indicator:
    """Who is in none of the answers. Told only where all answers are shown: then anybody can subtract."""
    whole = findings.cell("EPR")
    values = [getattr(cell, "value", None) for cell in (whole, *parts)]
    if None in values or not int(values[0] or 0):
        return Indicator(code, None, None, "PT", _HIDDEN)
    total, *answered = (int(value) for value in values if value is not None)
    return _number(code, Fraction(100 * (total - sum(answered)), total), "PT")


def _groups(found: tuple[int, int] | None) -> Indicator:
    low, high = map(str, found) if found else (None, None)
    return Indicator("A5_GROUPS", low, high, "PT", _NORMAL if found else _HIDDEN)


def _comparable(findings: Findings) -> int:
    """Periods up to the latest without a break at the top area."""
    count = 0
    for period in reversed(findings.periods):
        count += 1
        cell = findings.cell("ENR", period)
        if cell is not None and cell.status == "B":
            break
    return count
