"""Words for the codes of a table's rows: ages, sexes, groups, quarters."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.language.i18n import Locale, msgid
from gateway.language.periods import quarter

UNKNOWN = "_U"
CODES: Mapping[str, str] = {
    "Y_LT15": msgid("Under 15"),
    "Y15T24": msgid("15 to 24"),
    "Y25T34": msgid("25 to 34"),
    "Y35T44": msgid("35 to 44"),
    "Y45T54": msgid("45 to 54"),
    "Y55T64": msgid("55 to 64"),
    "Y65T74": msgid("65 to 74"),
    "Y_GE75": msgid("75 and older"),
    "Y_GE55": msgid("55 and older"),
    "Y_GE60": msgid("60 and older"),
    "Y_GE65": msgid("65 and older"),
    "F": msgid("Women"),
    "M": msgid("Men"),
    "_O": msgid("Another sex"),
    "OLD": msgid("55 and older"),
    "N_OLD": msgid("Under 55"),
    "DIS": msgid("With a disability"),
    "N_DIS": msgid("Without a disability"),
    "LOW": msgid("Low income"),
    "N_LOW": msgid("Not low income"),
    "FAR": msgid("Farmers and fishers"),
    "N_FAR": msgid("Not farmers or fishers"),
    "NKD": msgid("North Korean defectors"),
    "N_NKD": msgid("Not North Korean defectors"),
    "MIG": msgid("Marriage migrants"),
    "N_MIG": msgid("Not marriage migrants"),
    "GEN": msgid("None of the groups, and under 55"),
    "ONL": msgid("Online"),
    "F2F": msgid("Face to face"),
    "BLD": msgid("Online and face to face"),
    "OUT": msgid("Outreach"),
    "DC30_1": msgid("Information search, evaluation and management"),
    "DC30_2": msgid("Communication and collaboration"),
    "DC30_3": msgid("Content creation"),
    "DC30_4": msgid("Safety, wellbeing and responsible use"),
    "DC30_5": msgid("Problem identification and solving"),
}
_UNKNOWN = {
    "AGE": msgid("Age not given"),
    "SEX": msgid("Sex not given"),
    "TARGET_GROUP": msgid("Question not answered"),
    "REF_AREA": msgid("Area not known"),
}


def code_title(locale: Locale, by: str, code: str) -> str:
    """The words for a code of the dimension `by`; "" for areas and courses, which have titles of their own."""
    if code == UNKNOWN:
        return locale.gettext(_UNKNOWN.get(by, "Not known"))
    if code in CODES:
        return locale.gettext(CODES[code])
    return quarter(locale, code) if by == "TIME_PERIOD" else ""
