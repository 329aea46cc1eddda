"""A practice task as it is written, checked and shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.courses.domain import views
from services.courses.domain.completeness import problems_of
from services.courses.domain.content import Block, Content, screens_of
from services.courses.domain.practice import Action, Area, Hint, Look, Part, Practice, Scene, endless, unreachable
from services.courses.domain.search import searchable_of
from services.courses.messages.content import content_from_message, content_to_message
from tests.unit.courses.builders import BOTH, KNOWN, content, lesson


def part(id: str, **changes: object) -> Part:
    return replace(Part(id, BOTH, Look.BUTTON, Action.PRESSED), **changes)  # type: ignore[arg-type]


HOME = Scene(
    "home",
    BOTH,
    {"": "media/picture"},
    BOTH,
    (
        part("go", leads_to="amount", area=Area(100, 200, 300, 80)),
        part("loan", slip=True, words=BOTH),
        Part("head", BOTH, Look.BAR),
    ),
    BOTH,
    (Hint(BOTH),),
)
AMOUNT = Scene(
    "amount", BOTH, parts=(part("won", action=Action.TYPED, accepted=("50000",), otherwise=BOTH, finishes=True),)
)
SEND = Practice(BOTH, BOTH, (HOME, AMOUNT), BOTH)
LOST = Scene("lost", BOTH, parts=(part("x", finishes=True),))


def amount(**changes: object) -> Scene:
    return replace(AMOUNT, parts=(replace(AMOUNT.parts[0], **changes),))  # type: ignore[arg-type]


def course(practice: Practice) -> Content:
    blocks = (*lesson().blocks, Block("send", practice))
    return replace(content(), lessons=(replace(lesson(), blocks=blocks),))


def reasons(practice: Practice) -> set[tuple[str, str]]:
    return {(problem.reason, problem.item) for problem in problems_of(course(practice), KNOWN)}


def test_a_whole_task_lacks_nothing_and_has_a_screen_of_its_own() -> None:
    assert reasons(SEND) == set()
    joined = replace(lesson(), blocks=(Block("send", SEND), Block("more", lesson().blocks[0].body, joined=True)))
    assert [screen.key for screen in screens_of(joined)] == ["send", "more"]


def test_it_comes_back_from_its_message_as_it_was() -> None:
    assert content_from_message(content_to_message(course(SEND))) == course(SEND)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"scenes": ()}, ("NO_SCENE", "")),
        ({"task": {}}, ("TASK_MISSING", "")),
        ({"scenes": (HOME, AMOUNT, LOST)}, ("SCENE_UNREACHABLE", "lost")),
        ({"scenes": (HOME, replace(AMOUNT, parts=()))}, ("SCENE_WITHOUT_END", "home")),
        ({"scenes": (replace(HOME, alt={}), AMOUNT)}, ("ALT_MISSING", "home")),
        ({"scenes": (HOME, amount(accepted=()))}, ("RIGHT_ANSWER_MISSING", "amount")),
        ({"scenes": (HOME, amount(otherwise={}))}, ("SLIP_WORDS_MISSING", "amount")),
    ],
)
def test_what_it_lacks_is_named_by_its_scene(change: dict[str, tuple[Scene, ...]], wanted: tuple[str, str]) -> None:
    assert wanted in reasons(replace(SEND, **change))  # type: ignore[arg-type]


def test_scenes_in_a_circle_without_an_end_are_noticed() -> None:
    scenes = (Scene("a", parts=(part("x", leads_to="b"),)), Scene("b", parts=(part("y", leads_to="a"),)))
    circle = Practice(scenes=scenes)
    assert (list(unreachable(circle)), list(endless(circle))) == ([], ["a", "b"])


def test_learners_are_not_shown_where_a_part_leads_or_what_is_accepted() -> None:
    shown = views.unanswered(course(SEND), "v").lessons[0].blocks[-1].body
    assert isinstance(shown, Practice)
    for each in (each for scene in shown.scenes for each in scene.parts):
        assert each == Part(each.id, each.text, each.look, each.action, each.area)
    assert shown.scenes[0].parts[0].area == Area(100, 200, 300, 80)


def test_the_plan_has_what_a_walk_is_judged_by_and_no_text() -> None:
    bare = views.answers_only(course(SEND)).lessons[0].blocks[-1].body
    press: dict[str, object] = {"text": {}, "words": {}, "area": None}
    home = (part("go", leads_to="amount", **press), part("loan", slip=True, **press))
    won = part("won", action=Action.TYPED, finishes=True, accepted=("50000",), **press)
    assert bare == Practice(scenes=(Scene("home", parts=home, hints=(Hint(),)), Scene("amount", parts=(won,))))


def test_its_words_are_found_by_a_search() -> None:
    named = replace(SEND, task={"ko": "딸에게 오만원 보내기"})
    assert searchable_of(course(named)).body.mentions("오만원")
