"""Gaps: how far a group is from the reference group on a rate of something good."""

from __future__ import annotations

from fractions import Fraction

from services.statistics.figures.measures import MEASURES

PLACES = {code: MEASURES[code].places for code in ("GAP_PP", "GAP_RT", "GAP_IX", "GPIA")}
"""Decimals of: percentage points; ratio; index (0 = parity, 100 = nobody); adjusted parity index 0..2 (1 = parity)."""


def gap(group: Fraction, reference: Fraction) -> dict[str, Fraction | None]:
    """All gap measures of two rates, by code. Below parity: negative points, a ratio under 1, a positive index.

    The adjusted parity index GPIA mirrors ratios above 1 (UNESCO Institute for Statistics). Ratios to a reference of 0
    and the GPIA of 0 and 0 are None.
    """
    ratio = group / reference if reference else None
    return {
        "GAP_PP": group - reference,
        "GAP_RT": ratio,
        "GAP_IX": None if ratio is None else 100 * (1 - ratio),
        "GPIA": _parity(group, reference),
    }


def _parity(group: Fraction, reference: Fraction) -> Fraction | None:
    if not group and not reference:
        return None
    return group / reference if group <= reference else 2 - reference / group
