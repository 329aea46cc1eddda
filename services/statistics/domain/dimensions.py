"""Codes of the cube's dimensions, in the order in which tables list them (statistical code lists, version 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
"""Code, first and last age in years: unions of the five-year bands that keep 55+, 65+ and 75+ apart."""

OLDER_FROM = 55

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
