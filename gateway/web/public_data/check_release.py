"""Computes every rate and gap of a published release again from its counts, and checks that its sums hold.

    python3 check_release.py observations.csv

The file is part of each release (also in the ZIP). Needs Python 3.9 or later and nothing else. Prints what it looked
at, and each figure that does not follow; exit status 1 when there is any.

Not recomputed, because the release does not publish what they are made of: coverage (COV, checked against its own
interval alone), its standardised form and the concentration index, which need the table of residents that the release
names; median days and hours, which need the enrolments themselves.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

RATES = {"CPR": ("CMP", "ENR"), "CPR90": ("CMP90", "ENR"), "CPS": ("CMP", "STR"), "DOR": ("WDR", "STR")}
GAPS = {"GAP_PP": 1, "GAP_RT": 3, "GAP_IX": 1, "GPIA": 2}
DIMENSIONS = ("UNIVERSE", "TIME_PERIOD", "REF_AREA", "SEX", "AGE", "TARGET_GROUP", "COURSE_DOMAIN")
Z = Decimal("1.959963984540054235524594430520551528")
Place = tuple[str, ...]


class Figure(NamedTuple):
    value: Decimal | None
    status: str
    low: Decimal | None
    high: Decimal | None


Figures = dict[tuple[str, Place], Figure]


def read(path: str) -> Figures:
    figures: Figures = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            place = tuple(row[name] for name in DIMENSIONS)
            numbers = [Decimal(row[name]) if row[name] else None for name in ("OBS_VALUE", "CI_LOW", "CI_HIGH")]
            figures[row["MEASURE"], place] = Figure(numbers[0], row["OBS_STATUS"], numbers[1], numbers[2])
    return figures


def rounded(number: Fraction, places: int) -> Decimal:
    """Half up, away from zero, as the figures of a release are."""
    whole = (2 * abs(number) * 10**places + 1) // 2
    return Decimal(int(whole) if number > 0 else -int(whole)).scaleb(-places)


def wilson(part: int, whole: int) -> tuple[Fraction, Fraction]:
    """The 95 % score interval of a share (Wilson 1927)."""
    with localcontext() as context:
        context.prec = 50
        n, x = Decimal(whole), Decimal(part)
        centre = (x + Z * Z / 2) / (n + Z * Z)
        half = Z * (x * (n - x) / n + Z * Z / 4).sqrt() / (n + Z * Z)
    return (Fraction(centre - half) if part else Fraction(0), Fraction(centre + half) if part < whole else Fraction(1))


class Check:
    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.looked: Counter[str] = Counter()
        self.wrong: list[str] = []

    def run(self) -> None:
        for (measure, place), figure in self.figures.items():
            if measure in RATES:
                self.rate(measure, place, figure)
            elif measure in GAPS:
                self.gap(measure, place, figure)
            elif measure == "ENR":
                self.parts(place, figure)
        self.years()

    def count(self, measure: str, place: Place) -> int | None:
        found = self.figures.get((measure, place))
        return None if found is None or found.value is None else int(found.value)

    def says(self, rule: str, measure: str, place: Place, published: object, computed: object) -> None:
        self.looked[rule] += 1
        if published != computed:
            where = " ".join(code for code in place if code != "_T")
            self.wrong.append(f"{measure} {where}: published {published}, but {rule} gives {computed}")

    def exact(self, measure: str, place: Place) -> Fraction | None:
        part, whole = (self.count(name, place) for name in RATES[measure])
        return Fraction(100 * part, whole) if part is not None and whole else None

    def rate(self, measure: str, place: Place, figure: Figure) -> None:
        part, whole = (self.count(name, place) for name in RATES[measure])
        if figure.value is None:
            return  # hidden, or of nobody: a rate may be hidden where its counts are shown
        rule = " / ".join(RATES[measure])
        if part is None or not whole:
            self.says(rule, measure, place, figure.value, "nothing: a count of it is hidden")
            return
        published = (figure.value, figure.low, figure.high)
        computed = [rounded(100 * number, 1) for number in (Fraction(part, whole), *wilson(part, whole))]
        for name, printed, number in zip((rule, "its lower limit", "its upper limit"), published, computed):  # noqa: B905 - for Python 3.9
            if printed is not None:
                self.says(name, measure, place, printed, number)

    def gap(self, measure: str, place: Place, figure: Figure) -> None:
        if figure.value is None:
            return
        general = (*place[:5], "GEN", *place[6:])
        group, reference = self.exact("CPR", place), self.exact("CPR", general)
        if group is None or reference is None:
            self.says("completion rates", measure, place, figure.value, "nothing: one of them is hidden")
            return
        if measure == "GAP_PP":
            computed = group - reference
        elif measure == "GPIA":
            computed = group / reference if group <= reference else 2 - reference / group
        else:
            computed = group / reference if measure == "GAP_RT" else 100 * (1 - group / reference)
        self.says("completion rates", measure, place, figure.value, rounded(computed, GAPS[measure]))

    def parts(self, place: Place, figure: Figure) -> None:
        """Where all is shown, enrolments are those completed, withdrawn, in progress and not started."""
        states = [self.count(name, place) for name in ("CMP", "WDR", "IPR", "NST")]
        if figure.value is not None and None not in states:
            self.says("CMP + WDR + IPR + NST", "ENR", place, int(figure.value), sum(each or 0 for each in states))

    def years(self) -> None:
        """A year is its quarters, where all four are shown."""
        for (measure, place), figure in self.figures.items():
            if measure not in ("ENR", "CMP", "STR", "CMF") or "-" in place[1] or figure.value is None:
                continue
            quarters = [(place[0], f"{place[1]}-Q{number}", *place[2:]) for number in range(1, 5)]
            counts = [self.count(measure, quarter) for quarter in quarters]
            if None not in counts:
                self.says("four quarters", measure, place, int(figure.value), sum(each or 0 for each in counts))


def report(check: Check) -> Iterator[str]:
    yield f"{len(check.figures)} figures read"
    for rule, number in sorted(check.looked.items()):
        yield f"{number} checked: {rule}"
    yield from check.wrong
    yield f"{len(check.wrong)} do not follow"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        check = Check(read(arguments[0]))
    except (OSError, KeyError, ValueError, ArithmeticError) as error:
        print(f"{arguments[0]}: this is no observations.csv of a release ({error!r})", file=sys.stderr)
        return 2
    check.run()
    print("\n".join(report(check)))
    return 1 if check.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
