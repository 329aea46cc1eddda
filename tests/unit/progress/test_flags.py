from __future__ import annotations

from services.progress.domain.item_statistics import Hint, Sums, describe
from services.progress.domain.record import Record
from services.progress.domain.steps import FlagItem, Step
from tests.unit.progress.plans import EVERY_STEP, FRESH, do

PLACE = ("try", "quiz", "i1")


def flag(record: Record, item: str = "i1", *, unclear: bool = True) -> Record:
    outcome = do(record, Step(FlagItem("try", "quiz", item, unclear)))
    assert [result.accepted for result in outcome.results] == [item != "gone"]
    return outcome.record


def test_a_question_is_called_unclear_once_however_often_and_the_word_is_taken_back() -> None:
    done = do(FRESH, *EVERY_STEP).record
    said = flag(flag(done))
    assert said.lesson("try").quiz("quiz").unclear == ("i1",)
    assert flag(said, "gone") == said
    assert flag(said, unclear=False) == done
    assert said.completion == done.completion


def test_authors_see_from_five_on_how_many_said_so() -> None:
    few, enough = (describe(PLACE, Sums(9, 1), [], [], unclear=count) for count in (4, 5))
    assert (few.unclear, Hint.UNCLEAR in few.hints) == (0, False)
    assert (enough.unclear, Hint.UNCLEAR in enough.hints) == (5, True)
