"""Means by age and by sex, with small groups left out (primary and secondary suppression)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.surveys.domain.questionnaire import FEWEST, AgeBand, Answers, Sex

K = TypeVar("K")


@dataclass(frozen=True)
class Group:
    """Of one age or of one sex. `means` in hundredths, in the order of the questions."""

    age: AgeBand
    sex: Sex
    answers: int
    means: tuple[int, ...]


def group_means(answers: Sequence[Answers]) -> list[Group]:
    """Ages first. Never age and sex together: such groups would soon be one person."""
    by_age = {age: [each for each in answers if each.age is age] for age in AgeBand}
    by_sex = {sex: [each for each in answers if each.sex is sex] for sex in Sex}
    ages = [Group(age, Sex.UNANSWERED, len(by_age[age]), _means(by_age[age])) for age in _shown(by_age)]
    sexes = [Group(AgeBand.UNANSWERED, sex, len(by_sex[sex]), _means(by_sex[sex])) for sex in _shown(by_sex)]
    return [*(each for each in ages if each.age), *(each for each in sexes if each.sex)]


def _shown(groups: dict[K, list[Answers]]) -> list[K]:
    """Groups of five and more; and those left out are none, or five people and more together, so that nobody finds
    them by subtracting from the total."""
    sizes = {key: len(group) for key, group in groups.items() if group}
    shown = {key for key, size in sizes.items() if size >= FEWEST}
    while 0 < sum(size for key, size in sizes.items() if key not in shown) < FEWEST and shown:
        shown.remove(min(shown, key=lambda key: sizes[key]))
    return [key for key in groups if key in shown]


def _means(answers: Sequence[Answers]) -> tuple[int, ...]:
    return tuple(round(100 * sum(grades) / len(answers)) for grades in zip(*(e.grades for e in answers), strict=True))
