"""Which tables a release prints, chosen on the plan's page beside what each would hide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from multidict import MultiMapping

from gateway.language.i18n import Locale, msgid
from gateway.web.official import live_figures
from ieum.statistics.v1 import releases_pb2 as pb

TABLES: Mapping[str, str] = {
    "sex": msgid("by sex"),
    "age": msgid("by age"),
    "group": msgid("by target group"),
    "domain": msgid("by competence area"),
}
# Field of Detail: (of whole years, of the top area), words.
LEVELS: Mapping[str, tuple[tuple[bool, bool], str]] = {
    "year_top": ((True, True), msgid("Whole years: the area as a whole")),
    "year_areas": ((True, False), msgid("Whole years: each place in it")),
    "quarter_top": ((False, True), msgid("Quarters: the area as a whole")),
    "quarter_areas": ((False, False), msgid("Quarters: each place in it")),
}
USUAL: Mapping[str, tuple[str, ...]] = {level: () if level == "quarter_areas" else tuple(TABLES) for level in LEVELS}
CHOSEN = "detail"
"""The field that says that a choice was made, be it of nothing."""


def read(given: MultiMapping[Any]) -> Mapping[str, tuple[str, ...]]:
    if CHOSEN not in given:
        return USUAL
    return {level: tuple(str(each) for each in given.getall(level, []) if each in TABLES) for level in LEVELS}


def to_message(detail: Mapping[str, Sequence[str]]) -> pb.Detail:
    message = pb.Detail()
    message.SetInParent()
    for level, tables in detail.items():
        getattr(message, level).extend(tables)
    return message


@dataclass(frozen=True)
class Level:
    """The choices of one level: (table, its words, what it would hide)."""

    name: str
    title: str
    hint: str
    options: list[tuple[str, str, str]]
    values: Sequence[str]


def levels(locale: Locale, detail: Mapping[str, Sequence[str]], preview: pb.PlanPreview | None) -> list[Level]:
    """Those that the plan has: without quarters or places none of them."""
    costs = {(cost.table, cost.year, cost.top): cost for cost in preview.tables} if preview else {}
    present = {(year, top) for _, year, top in costs}
    words, shown = TABLES.items(), []
    for name, (place, title) in LEVELS.items():
        if preview and place not in present:
            continue
        total = _hidden(locale, costs.get(("area", *place)))
        shown.append(
            Level(
                name,
                locale.gettext(title),
                locale.gettext("Totals are always printed: %(hidden)s.") % {"hidden": total} if total else "",
                [(code, locale.gettext(text), _hidden(locale, costs.get((code, *place)))) for code, text in words],
                detail[name],
            )
        )
    return shown


def _hidden(locale: Locale, cost: pb.TablePreview | None) -> str:
    if cost is None:
        return ""
    if not cost.hidden_percent:
        return locale.gettext("next to nothing hidden")
    return locale.gettext("about %(share)s hidden") % {"share": locale.percent(cost.hidden_percent / 100, 0)}


def gaps(locale: Locale, preview: pb.PlanPreview) -> tuple[list[str], list[list[str | None]]]:
    """Columns and rows of the table that says for which groups the gap to the general public is seen."""
    places = [place for place, _ in LEVELS.values() if any((gap.year, gap.top) == place for gap in preview.gaps)]
    titles = {place: locale.gettext(title) for place, title in LEVELS.values()}
    seen = {(gap.group, gap.year, gap.top): gap.seen_percent for gap in preview.gaps}
    rows: list[list[str | None]] = []
    for group in dict.fromkeys(gap.group for gap in preview.gaps):
        shares = [seen.get((group, *place)) for place in places]
        cells = [None if share is None else locale.percent(share / 100, 0) for share in shares]
        rows.append([live_figures.code_words(locale, group), *cells])
    return [locale.gettext("Target group"), *(titles[place] for place in places)], rows
