"""What an area's own figures say of everybody in it, no category of it can tell once more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.statistics.audit import Codes, Truth, audit_release

SEXES = {"F": 7, "M": 8}
CODES = Codes({}, [{"_T": ["sex=F", "sex=M"]}])


@dataclass(frozen=True)
class Figure:
    measure: str
    value: str | None
    sex: str = "_T"
    period: str = "2025-Q1"
    area: str = "A"
    age: str = "_T"
    group: str = "_T"
    domain: str = "_T"


def release(completed: int | None) -> list[Figure]:
    """Fifteen persons, each enrolled once; the sexes are hidden."""
    shown = None if completed is None else str(completed)
    totals = [Figure("ENR", "15"), Figure("EPR", "15"), Figure("CMP", shown)]
    return totals + [Figure(measure, None, sex) for sex in SEXES for measure in ("ENR", "EPR", "CMP")]


def truth(completed: int) -> Truth:
    """Whoever completed is a woman."""
    counts: dict[tuple[str, str, str, str], int] = {}
    people = {}
    done = {f"F{n}" for n in range(completed)}
    everybody = {sex: {f"{sex}{n}" for n in range(count)} for sex, count in SEXES.items()}
    for kind, there in (("_T", everybody["F"] | everybody["M"]), *((f"sex={sex}", everybody[sex]) for sex in SEXES)):
        groups = {"ENR": there, "EPR": there, "CMP": there & done, "NOT": there - done}
        for measure, behind in groups.items():
            counts["2025-Q1", "A", kind, measure] = len(behind)
            people["2025-Q1", "A", kind, measure] = frozenset(behind)
    return Truth(counts, people, {}, 5)


def test_an_area_without_completions_discloses_nothing_by_its_categories() -> None:
    assert audit_release(release(0), (), CODES, truth(0)) == []


def test_a_disclosure_by_a_category_alone_is_found() -> None:
    women = [replace(one, value="0") if (one.sex, one.measure) == ("M", "CMP") else one for one in release(6)]
    assert audit_release(women, (), CODES, truth(6))
