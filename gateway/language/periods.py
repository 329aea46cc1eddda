"""Quarters and periods in words."""

from __future__ import annotations

import re

from gateway.language.i18n import Locale


def quarter(locale: Locale, code: str) -> str:
    """ "2026-Q3" in words."""
    if not re.fullmatch(r"\d{4}-Q[1-4]", code):
        return code
    year, _, number = code.partition("-Q")
    return locale.gettext("Q%(number)s %(year)s") % {"year": year, "number": number}


def one_period(locale: Locale, code: str) -> str:
    """A year or a quarter in words."""
    return (
        locale.gettext("the year %(year)s") % {"year": code} if re.fullmatch(r"\d{4}", code) else quarter(locale, code)
    )


def period(locale: Locale, first: str, last: str) -> str:
    names = {"first": quarter(locale, first), "last": quarter(locale, last)}
    if first and first == last:
        return names["first"]
    if first and last:
        return locale.gettext("%(first)s to %(last)s") % names
    if first:
        return locale.gettext("since %(first)s") % names
    return locale.gettext("up to %(last)s") % names if last else locale.gettext("all quarters")


def long_time(locale: Locale, days: int) -> str:
    """Whole years where they are, else days; "" for none."""
    years = round(days / 365.25)
    if years and abs(days - years * 365.25) < 1.5:
        return locale.ngettext("%(count)s year", "%(count)s years", years) % {"count": years}
    return locale.ngettext("%(count)s day", "%(count)s days", days) % {"count": days} if days else ""
