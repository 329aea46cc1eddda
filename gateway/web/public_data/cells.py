"""How one published figure is written: the number in the reader's words with the exact decimal behind it, or the symbol
that says why there is none, always with its words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from markupsafe import Markup

from gateway.backend.release_figures import HIDDEN, Cell
from gateway.html.charts import Value
from gateway.language.i18n import Locale, msgid

HIDDEN_WORDS = msgid("hidden")
SYMBOLS: Mapping[str, tuple[str, str, str]] = {
    HIDDEN: (
        "x",
        HIDDEN_WORDS,
        msgid(
            "Hidden to protect people: few people stand behind this number, or it could be worked out from the others. "
            "It is hidden in every file too."
        ),
    ),
    "L": ("…", msgid("not known"), msgid("There is no number of residents to divide by.")),
    "M": ("–", msgid("none"), msgid("There is nothing to divide by, so no such number exists.")),
}
"""Status of a cell without a value -> symbol, short words, meaning."""

MARKS: Mapping[str, tuple[str, str, str]] = {
    "U": (
        "u",
        msgid("few people"),
        msgid("Fewer than 30 people stand behind this rate. One more or less changes it a lot; read it with care."),
    ),
    "P": (
        "p",
        msgid("provisional"),
        msgid("Fewer than 90 days have gone by since the period ended, so this number can still grow."),
    ),
    "B": ("b", msgid("series breaks"), msgid("What is counted changed here. Do not compare it with earlier numbers.")),
}
"""Status of a cell with a value -> mark behind it, short words, meaning."""

MINUS = "\u2212"
_PERCENT, _POINTS = "PT", "PP"


def number(value: str, unit: str, locale: Locale) -> str:
    """With as many places as were published."""
    digits = len(value.partition(".")[2])
    if unit == _PERCENT:
        return locale.percent(float(value) / 100, digits)
    return locale.number(float(value), digits).replace("-", MINUS)


def written(cell: Cell | None, locale: Locale) -> Markup:
    """Empty where this is not computed for such a breakdown at all."""
    if cell is None:
        return Markup("")
    if cell.value is None:
        symbol, words, _ = SYMBOLS[cell.status]
        return Markup('<span data-status="{}">{} <span class="why">{}</span></span>').format(
            cell.status, symbol, locale.gettext(words)
        )
    text = Markup('<data value="{}" data-status="{}">{}</data>').format(
        cell.value, cell.status, number(cell.value, cell.unit, locale)
    )
    if cell.status in MARKS:
        mark, words, _ = MARKS[cell.status]
        text += Markup(' {}<span class="unseen"> ({})</span>').format(mark, locale.gettext(words))
    return text + _interval(cell, locale)


def _interval(cell: Cell, locale: Locale) -> Markup:
    if not cell.low or not cell.high:
        return Markup("")
    words = locale.gettext("%(low)s to %(high)s") % {"low": cell.low, "high": cell.high}
    said = locale.gettext("95% interval")
    return Markup('<span class="interval"><span class="unseen">{} </span>{}</span>').format(said, words)


def drawn(cell: Cell | None, locale: Locale) -> Value:
    """For a chart: a share of one for a percentage, none where hidden, words where no number can be."""
    if cell is None:
        return locale.gettext("not computed")
    if cell.value is None:
        return None if cell.status == HIDDEN else locale.gettext(SYMBOLS[cell.status][1])
    return float(cell.value) / (100 if cell.unit == _PERCENT else 1)


def change(cell: Cell | None, before: Cell | None, locale: Locale) -> str:
    """Against the figure of an earlier period, with its sign; "" where the two cannot be compared."""
    if not cell or not before or cell.value is None or before.value is None or cell.status == "B":
        return ""
    unit = _POINTS if cell.unit == _PERCENT else cell.unit
    step = Decimal(cell.value) - Decimal(before.value)
    words = number(str(abs(step)), unit, locale)
    if unit == _POINTS:
        words = locale.gettext("%(number)s percentage points") % {"number": words}
    return f"{'+' if step > 0 else MINUS if step else '±'}{words}"
