from __future__ import annotations

from multidict import MultiDict

from gateway.html.render import locales
from gateway.web.author.form_fields import UploadedFile
from gateway.web.author.question_fields import fill_question
from gateway.web.course import question_form
from gateway.web.course.gap_text import pieces_of
from gateway.web.course.screen import Reader
from ieum.courses.v1.content_pb2 import Gaps, Item
from ieum.progress.v1.progress_pb2 import Answer


def fill(item: Item, language: str, **fields: str) -> None:
    form: MultiDict[str | UploadedFile] = MultiDict({f"q.i.{name}": value for name, value in fields.items()})
    fill_question(item, form, "q.i", language, lambda: "new")


def river() -> Item:
    item = Item(id="i", gaps=Gaps())
    fill(item, "en", text="The [[Han River|Hangang]] runs through [[Seoul]].")
    return item


def accepted(item: Item) -> dict[str, list[str]]:
    return {gap.id: list(gap.accepted) for gap in item.gaps.gaps}


def test_words_between_double_brackets_become_gaps_with_their_spellings() -> None:
    item = river()
    assert item.gaps.text["en"] == "The [[1]] runs through [[2]]."
    assert accepted(item) == {"1": ["Han River", "Hangang"], "2": ["Seoul"]}


def test_saving_again_changes_nothing_and_a_gap_without_a_place_is_dropped() -> None:
    item = river()
    before = item.SerializeToString(deterministic=True)
    fill(item, "en", text=item.gaps.text["en"])
    assert item.SerializeToString(deterministic=True) == before
    fill(item, "en", text="The [[1]] runs through Seoul and meets the [[sea]].")
    assert accepted(item) == {"1": ["Han River", "Hangang"], "3": ["sea"]}


def test_a_gap_is_numbered_by_its_place_in_the_reader_s_language() -> None:
    item = river()
    fill(item, "ko", text="[[2]]에는 [[1]]이 흐릅니다.")
    assert pieces_of(item.gaps.text["ko"], item.gaps) == [("", "2"), ("에는 ", "1"), ("이 흐릅니다.", "")]
    reader = Reader(locales()["ko"], ["en", "ko"])
    answer = question_form.answer_of(item, MultiDict({"pair-1": "한강", "pair-2": "서울", "pair-9": "x"}))
    assert dict(answer.pairs) == {"1": "한강", "2": "서울"}
    assert question_form.in_words(reader, item, Answer(pairs=answer.pairs)) == ["(1) 서울", "(2) 한강"]


def test_brackets_that_name_no_gap_stay_words_for_a_learner() -> None:
    gaps = Gaps()
    gaps.gaps.add(id="1")
    assert pieces_of("[[1]] and [[x]]", gaps) == [("", "1"), (" and [[x]]", "")]
