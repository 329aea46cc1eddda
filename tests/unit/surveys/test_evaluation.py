"""What evaluations ask, and which figures of them may be seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import Invalid, Missing, Refused
from services.surveys.domain import evaluation as rules
from services.surveys.domain.evaluation import Ask, Comment, Decision, Evaluation, State
from services.surveys.domain.group_means import group_means
from services.surveys.domain.questionnaire import AgeBand, Answers, Kind, Sex, checked, packed, unpacked
from services.surveys.domain.sealing import Opener, new_key, seal_content

NOW = datetime(2027, 3, 2, 9, tzinfo=UTC)
ALL_FOUR = (4,) * 7


def answers(count: int, age: AgeBand = AgeBand.UNANSWERED, sex: Sex = Sex.UNANSWERED, grade: int = 4) -> list[Answers]:
    return [Answers((grade,) * 7, age, sex)] * count


def shown(given: list[Answers]) -> dict[str, tuple[int, int]]:
    """How many answered, and the mean of the first question, by age or sex."""
    return {each.age or each.sex: (each.answers, each.means[0]) for each in group_means(given)}


def test_groups_from_five_answers_on_are_shown_with_their_mean() -> None:
    given = answers(5, AgeBand.FROM_75, grade=5) + answers(6, AgeBand.FROM_65_TO_74, grade=3)
    assert shown(given) == {"from_65_to_74": (6, 300), "from_75": (5, 500)}


def test_a_group_that_could_be_found_by_subtracting_hides_the_smallest_shown_one() -> None:
    given = answers(3, AgeBand.UNDER_40) + answers(6, AgeBand.FROM_75) + answers(9, AgeBand.FROM_65_TO_74)
    assert set(shown(given)) == {"from_65_to_74"}
    assert set(shown([*given, *answers(2, AgeBand.FROM_40_TO_54)])) == {"from_65_to_74", "from_75"}
    assert shown(answers(1) + answers(8, AgeBand.FROM_75)) == {}, "who says no age is a group, too"


def test_age_and_sex_are_never_crossed() -> None:
    given = answers(5, AgeBand.FROM_75, Sex.WOMAN) + answers(5, AgeBand.FROM_75, Sex.MAN, 2)
    assert shown(given) == {"from_75": (10, 300), "woman": (5, 400), "man": (5, 200)}


def test_a_count_keeps_figures_and_detached_comments_or_nothing() -> None:
    opened = rules.create(Evaluation("e"), Evaluation("e", key_half=b"half"), NOW)[0]
    comments = [Comment("c", "Good")]
    counted, (event,) = rules.finish(opened, 8, answers(5) + answers(1, grade=1), comments, NOW)
    assert (counted.state, counted.asked, counted.answers, counted.counts[0]) == (State.COUNTED, 8, 6, (1, 0, 0, 5, 0))
    assert (event.evaluation, counted.key_half, counted.comments) == (counted, b"", tuple(comments))
    assert rules.finish(counted, 9, answers(9), [], NOW) == (counted, ())
    few, _ = rules.finish(opened, 8, answers(4), comments, NOW)
    assert (few.state, few.asked, few.answers, few.counts, few.comments) == (State.TOO_FEW, 8, 0, (), ())
    shown_one, _ = rules.decide(counted, "c", show=True, by="people/boss")
    assert shown_one.comments == (Comment("c", "Good", Decision.SHOWN, "people/boss"),)
    with pytest.raises(Missing):
        rules.decide(counted, "other", show=True, by="people/boss")


def test_who_was_asked_may_answer_until_the_time_is_over() -> None:
    opened, ask = Evaluation("e", state=State.OPEN), Ask("a", "e", "people/p", NOW)
    rules.require_open(opened, ask, NOW - timedelta(seconds=1))
    with pytest.raises(Refused):
        rules.require_open(opened, ask, NOW)
    with pytest.raises(Missing):
        rules.require_open(opened, None, NOW)
    assert rules.window(Kind.FOLLOW_UP, NOW) == (NOW + timedelta(weeks=4), NOW + timedelta(weeks=8))
    asked, (event,) = rules.ask(Ask("a"), ask, opened, NOW)
    assert (event.ask, rules.ask(asked, ask, opened, NOW)[1]) == (ask, ())


def test_each_question_needs_a_grade_and_a_comment_stays_short() -> None:
    assert checked(Answers(ALL_FOUR, comment=" a\x00\n b "), Kind.AT_THE_END).comment == "a b"
    for grades, field in (((4,) * 6, "overall"), ((0, *ALL_FOUR[1:]), "content"), ((4, 6, 4, 4, 4, 4, 4), "level")):
        with pytest.raises(Invalid) as wrong:
            checked(Answers(grades), Kind.AT_THE_END)
        assert (wrong.value.reason, wrong.value.field) == ("GRADE_NEEDED", field)
    with pytest.raises(Invalid):
        checked(Answers(ALL_FOUR, comment="가" * 501), Kind.AT_THE_END)


def test_sealed_answers_are_of_one_length_and_open_with_both_halves() -> None:
    key = new_key()
    long = Answers(ALL_FOUR, AgeBand.FROM_75, Sex.MAN, "\N{GRINNING FACE}" * 500)
    both = [seal_content(key.public, packed(each)) for each in (Answers(ALL_FOUR), long)]
    assert len(both[0]) == len(both[1])
    assert unpacked(Opener(key.stored, key.filed).open_content(both[1])) == long
    with pytest.raises(ValueError, match="too long"):
        seal_content(key.public, b"x" * 5_000)
