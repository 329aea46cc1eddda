"""The parser of the command line: the commands, their options, and the function that runs each."""

from __future__ import annotations

import argparse
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from services.statistics.commands import measures
from services.statistics.commands.arguments import argument, day, score, threshold, year
from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data import csv_reading, indicators_file

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _protect(path: Path, k: int, audit: Path | None, earlier: list[Path]) -> dict[str, Any]:
    from services.statistics.commands import protect  # the solver is slow to load

    if earlier and not audit:
        raise InvalidValue(
            "--earlier is what an attack knows besides; name the table to attack with --audit", field="earlier"
        )
    return protect.attack(path, audit, k, earlier) if audit else protect.protect(path, k)


def _attack(paths: list[Path], seconds: float) -> dict[str, Any]:
    from services.statistics.attack import report  # the solver is slow to load

    try:
        return report.attack(paths, seconds)
    except report.Unreadable as error:
        raise InvalidValue(str(error), field="path") from error


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.statistics",
        description="Computes the published measures and checks tables for disclosure, on plain CSV. Prints JSON: "
        "counts as numbers, other figures as exact decimals in quotes. Definitions: docs/statistics-commands.md.",
        epilog="Exit status: 0 done; 1 the audited table can be opened; 2 refused, with the reason on standard error.",
    )
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_measure(verbs)
    _add_comparisons(verbs)
    _add_protect(verbs)
    _add_attack(verbs)
    _add_audit(verbs)
    _add_reproduce(verbs)
    _add_recast(verbs)
    _add_loads(verbs)
    _add_lists(verbs)
    return parser


def _add_measure(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "measure",
        help="counts and rates of a cohort of enrolments",
        description="Counts the enrolments made from --from to --to as they stood at the end of --as-of.",
    )
    verb.add_argument("path", metavar="FACTS.csv", type=Path, help="columns: " + ", ".join(measures.FACTS))
    for flag, target, meaning in (
        ("--from", "since", "first day of the period, as 2026-07-01"),
        ("--to", "until", "last day of the period"),
        ("--as-of", "as_of", "what happened after this day has not happened yet"),
    ):
        verb.add_argument(flag, dest=target, metavar="DATE", type=argument(day), required=True, help=meaning)
    verb.add_argument(
        "--population", metavar="N", type=argument(csv_reading.positive), help="residents, for coverage per 1,000"
    )
    verb.set_defaults(run=measures.measure)


def _add_comparisons(verbs: Verbs) -> None:
    verb = verbs.add_parser("gain", help="what a class gained between two tests")
    verb.add_argument("path", metavar="PAIRS.csv", type=Path, help="columns: person, pre, post (a score may be empty)")
    verb.add_argument(
        "--max",
        dest="highest",
        metavar="SCORE",
        type=argument(score),
        default=Decimal(100),
        help="highest score (100)",
    )
    verb.set_defaults(run=measures.gain)

    verb = verbs.add_parser("gap", help="how far a group's rate stands from the reference group's")
    for flag, meaning in (("--group", "the group's rate, in percent"), ("--reference", "the reference group's rate")):
        verb.add_argument(flag, metavar="RATE", type=argument(csv_reading.amount), required=True, help=meaning)
    verb.set_defaults(run=measures.gap)

    verb = verbs.add_parser("concentration", help="concentration index over areas ranked by disadvantage")
    verb.add_argument(
        "path", metavar="TABLE.csv", type=Path, help="columns: area, population, persons, rank (1 = most disadvantaged)"
    )
    verb.set_defaults(run=measures.concentration)

    verb = verbs.add_parser("capability", help="capability index of local governments over five areas")
    verb.add_argument(
        "path", metavar="INDICATORS.csv", type=Path, help="columns: " + ", ".join(indicators_file.COLUMNS)
    )
    verb.set_defaults(run=indicators_file.assess_file)


def _add_protect(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "protect",
        help="hide what a table of persons would disclose, or audit one that is to be published",
        description="First column row names, first line column names, last column and last line the totals. Hides the "
        "fewest persons such that no hidden count can be computed back; with --audit, hides nothing and attacks.",
    )
    verb.add_argument("path", metavar="TABLE.csv", type=Path, help="the true counts")
    verb.add_argument("--k", type=argument(threshold), default=5, help="fewest persons that may be shown (5)")
    verb.add_argument("--audit", metavar="PUBLISHED.csv", type=Path, help="the same table, hidden cells empty")
    verb.add_argument(
        "--earlier",
        metavar="FILE.csv",
        type=Path,
        action="append",
        default=[],
        help="what was published before, likewise",
    )
    verb.set_defaults(run=_protect)


def _add_attack(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "attack",
        help="work out hidden counts from published releases alone, as anybody may",
        description="Reads what is published of one or several releases and bounds every hidden count: exact, within "
        "k, or open. Exit status 1 when a hidden count follows exactly.",
    )
    verb.add_argument(
        "paths", metavar="RELEASE", type=Path, nargs="+", help="release.json, its folder, or a zip of the files"
    )
    verb.add_argument(
        "--seconds", type=argument(csv_reading.positive), default=600, help="limit of the search by programming (600)"
    )
    verb.set_defaults(run=_attack)


def _audit_published(names: list[str], seconds: float, correct: bool) -> dict[str, Any]:
    from services.statistics.commands import audit_published  # needs the database

    return audit_published.audit_published(names, seconds, correct=correct)


def _add_audit(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "audit-published",
        help="attack the releases that are out (needs the running stores)",
        description="Attacks what is published, each release alone and beside what overlaps with it. Exit status 1 "
        "when a hidden count follows exactly; with --correct, the edition that withdraws it is planned and counted.",
    )
    verb.add_argument("names", metavar="RELEASE", nargs="*", help="releases/{id}; none: all that are out")
    verb.add_argument(
        "--seconds", type=argument(csv_reading.positive), default=600, help="limit of each search by programming (600)"
    )
    verb.add_argument("--correct", action="store_true", help="plan and count the edition that withdraws what opens")
    verb.set_defaults(run=_audit_published)


def _reproduce(name: str) -> dict[str, Any]:
    from services.statistics.commands import reproduce  # needs the database

    return reproduce.reproduce(name)


def _add_reproduce(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "reproduce",
        help="count a release once more and name each figure that comes out otherwise (needs the running stores)",
        description="Counts from today's facts, with the areas and decisions of its build. Exit status 1 when a figure "
        "differs; enrolments_written_since says how many enrolments changed meanwhile. Shows small numbers to nobody.",
    )
    verb.add_argument("name", metavar="RELEASE", help="releases/{id}")
    verb.set_defaults(run=_reproduce)


def _recast(path: Path, **options: Any) -> dict[str, Any] | str:
    from services.statistics.commands import recast

    return recast.recast_file(path, **options)


def _add_recast(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "recast",
        help="tell a published series under the codes of another list of areas",
        description="Counts of merged areas add up, rates are computed from counts again; what was divided is estimated"
        " by the crosswalk's shares (E), or with --common told as one. A hidden part hides its sum.",
    )
    verb.add_argument(
        "path", metavar="FIGURES.csv", type=Path, help="a release's observations.csv; or area, period, measure, value"
    )
    verb.add_argument("--crosswalk", metavar="FILE.csv", type=Path, help="columns: from_code, to_code, day, share")
    verb.add_argument("--areas", metavar="FILE.csv", type=Path, help="the list, as for load-areas: sums totals anew")
    verb.add_argument("--to", metavar="DATE", type=argument(day), help="the areas of this day (the last change)")
    way = verb.add_mutually_exclusive_group()
    way.add_argument("--common", action="store_true", help="what was divided as one common area over all periods")
    way.add_argument("--as-is", action="store_true", help="keep the codes, and only mark where a series breaks (B)")
    verb.add_argument("--csv", dest="as_csv", action="store_true", help="print CSV with the file's columns, not JSON")
    verb.set_defaults(run=_recast)


def _load_population(**options: Any) -> dict[str, Any]:
    from services.statistics.reference_data import load_residents  # needs the database

    return load_residents.load_population(**options)


def _load_capability(**options: Any) -> dict[str, Any]:
    from services.statistics.reference_data import load_assessments

    return load_assessments.load_capability(**options)


def _load_areas(**options: Any) -> dict[str, Any]:
    from services.statistics.reference_data import load_areas

    return load_areas.load_areas(**options)


def _rebuild() -> dict[str, Any]:
    from services.statistics.facts import rebuild

    return rebuild.rebuild()


def _add_loads(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "load-population",
        help="load residents as denominators (needs the running database)",
        description="A row for each area, sex (F, M, _T) and age (_T, 65, 60-64, 60-69, 100+); or the registration "
        "office's export or months as they are. FILE.csv.gz is read too. All of it or nothing.",
    )
    verb.add_argument(
        "path",
        metavar="FILE.csv",
        type=Path,
        help="area, sex, age, residents; the office's export; or month, code, name, sex, band, residents",
    )
    verb.add_argument(
        "--reference", metavar="DATE", type=argument(day), help="day of the count, where no month says it"
    )
    verb.add_argument(
        "--sexes-in-order",
        action="store_true",
        help="months whose rows are both sexes, men, women in this order, although all are called T",
    )
    verb.add_argument("--source", required=True, help="who published it")
    verb.add_argument("--licence", required=True, help="under which licence")
    verb.set_defaults(run=_load_population)

    verb = verbs.add_parser(
        "load-capability",
        help="load an assessment of local governments for the releases of a year (needs the database)",
        description="The file of `capability`. Releases of that year take the newest one loaded by their as-of time.",
    )
    columns = ", ".join((*indicators_file.COLUMNS, *indicators_file.OPTIONAL))
    verb.add_argument("path", metavar="INDICATORS.csv", type=Path, help=f"columns: {columns}")
    verb.add_argument("--period", metavar="YEAR", type=argument(year), required=True, help="year, as 2026")
    verb.add_argument("--source", type=argument(csv_reading.text), required=True, help="who assessed")
    verb.set_defaults(run=_load_capability)


def _add_lists(verbs: Verbs) -> None:
    verb = verbs.add_parser("load-areas", help="load a list of area codes with validity dates (needs the database)")
    verb.add_argument(
        "path",
        metavar="FILE.csv",
        type=Path,
        help="code, parent, level, title_ko, title_en, valid_from, valid_to; or code, name, first_month, last_month",
    )
    verb.add_argument("--crosswalk", metavar="FILE.csv", type=Path, help="columns: from_code, to_code, day, share")
    verb.add_argument("--parents", metavar="FILE.csv", type=Path, help="code, parent: where names do not say it")
    verb.add_argument("--source", required=True, help="who published it")
    verb.set_defaults(run=_load_areas)

    verb = verbs.add_parser("rebuild", help="make all facts anew from the events (stop the statistics service first)")
    verb.set_defaults(run=_rebuild)
