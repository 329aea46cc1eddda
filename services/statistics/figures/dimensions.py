"""Codes of the cube's dimensions, in the order in which tables list them (statistical code lists, version 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

UNKNOWN = "_U"
TOTAL = "_T"

AGE_BANDS: Sequence[tuple[str, int, int]] = (
    ("Y_LT15", 0, 14),
    ("Y15T24", 15, 24),
    ("Y25T34", 25, 34),
    ("Y35T44", 35, 44),
    ("Y45T54", 45, 54),
    ("Y55T64", 55, 64),
    ("Y65T74", 65, 74),
    ("Y_GE75", 75, 200),
)
"""(code, first age, last age) in years: unions of five-year bands that keep 55+, 65+ and 75+ apart."""

OLDER_FROM = 55
OLD_AGE = ("Y_GE60", 60, 200)
"""Areas are ranked by their share of it, because ten-year tables of residents have it too."""

AGE_UNIONS: Sequence[tuple[str, int, int]] = (("Y_GE55", OLDER_FROM, 200), OLD_AGE, ("Y_GE65", 65, 200))
"""The ages from which Korean programmes count older people; 75 and over is a band."""
HALVES_OF_55T64: Sequence[tuple[str, int, int]] = (("Y55T59", 55, 59), ("Y60T64", 60, 64))
"""The five-year bands that 60 and over cuts: counted, and never shown."""

STANDARD_POPULATION: Mapping[str, int] = {
    "Y_LT15": 16_000,
    "Y15T24": 11_500,
    "Y25T34": 12_500,
    "Y35T44": 14_000,
    "Y45T54": 14_000,
    "Y55T64": 12_500,
    "Y65T74": 10_500,
    "Y_GE75": 9_000,
}
"""The European Standard Population 2013 (Eurostat) in our bands: fixed, published, and of an ageing society."""

SEXES = ("F", "M", "_O")

FLAGS: Mapping[str, str] = {
    "DIS": "disability",
    "LOW": "low_income",
    "FAR": "farmer_fisher",
    "NKD": "defector",
    "MIG": "marriage_migrant",
}
"""Target-group code -> flag of a person. Flags overlap: each is tabulated as flag and not-flag, never added."""

DIGCOMP_AREAS = ("1", "2", "3", "4", "5")

CODES: Mapping[str, tuple[str, ...]] = {
    "AGE": (*(code for code, _, _ in AGE_BANDS), "Y_GE65"),
    "SEX": SEXES,
    "TARGET_GROUP": (*(code for flag in ("OLD", *FLAGS) for code in (flag, f"N_{flag}")), "GEN"),
    "COURSE_DOMAIN": tuple(f"DC30_{number}" for number in DIGCOMP_AREAS),
}
"""Column of the released files -> its categories, without the total and the unknown. Areas are not listed here."""


def digcomp_areas(course: Mapping[str, Any], version: int) -> list[str]:
    """Codes of the DigComp areas that this version of a course teaches; of the newest, if this one is unknown."""
    known = course.get("versions", {}).get(str(version), course.get("domains", ()))
    return [f"DC30_{number}" for number in known if number in DIGCOMP_AREAS]
