"""A practice task is written by its author: scenes one after the other, spots on pictures, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from google.protobuf.json_format import MessageToJson
from multidict import MultiDict

from gateway.web.author.form_fields import UploadedFile
from gateway.web.author.practice_form import act, fill
from ieum.courses.v1 import content_pb2 as content
from ieum.courses.v1 import courses_pb2
from services.chassis.errors import Invalid
from services.courses.domain.practice import endless, unreachable
from services.courses.messages.practice import practice_from_message
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.lessons import both, course
from tests.gateway.visits import STRANGER


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"n{next(numbers)}"


def six_scenes() -> content.Practice:
    new_id, practice = ids(), content.Practice()
    for _ in range(6):
        act(practice, "scene", new_id)
    return practice


def test_scenes_added_one_after_the_other_lead_from_the_first_to_the_end() -> None:
    """So that a task of six steps takes one press a scene, and its words."""
    practice = practice_from_message(six_scenes())
    assert len(practice.scenes) == 6
    assert not unreachable(practice)
    assert not endless(practice)


def test_a_spot_takes_the_button_that_waits_for_a_place_and_then_makes_more() -> None:
    practice, new_id = six_scenes(), ids()
    scene = practice.scenes[0]
    act(practice, f"spot:{scene.id}", new_id, "500 20")
    assert len(scene.parts) == 1
    assert (scene.parts[0].area.left, scene.parts[0].area.top) == (420, 0)
    act(practice, f"spot:{scene.id}", lambda: "second", "999 999")
    assert [part.area.left + part.area.width for part in scene.parts] == [580, 1000]


@pytest.mark.parametrize("spot", ["", "a b", "1"])
def test_a_spot_that_is_none_is_refused(spot: str) -> None:
    practice = six_scenes()
    with pytest.raises(Invalid):
        act(practice, f"spot:{practice.scenes[0].id}", lambda: "x", spot)


def test_what_led_to_a_removed_scene_stays_where_it_is() -> None:
    practice = six_scenes()
    second = practice.scenes[1].id
    assert practice.scenes[0].parts[0].leads_to == second
    act(practice, f"remove:{second}", lambda: "x")
    assert [scene.id for scene in practice.scenes].count(second) == 0
    assert practice.scenes[0].parts[0].leads_to == ""


def test_the_fields_of_one_language_leave_the_other_alone() -> None:
    practice = six_scenes()
    scene = practice.scenes[0]
    place = f"{scene.id}.{scene.parts[0].id}"
    scene.title.update(both("Home"))
    scene.hints.add().text.update(both("First"))
    form = MultiDict[str | UploadedFile](
        {
            scene.id: "1",
            f"{scene.id}.title": "처음 화면",
            f"{scene.id}.hints": "위를 보세요\n\n오른쪽을 보세요",
            place: "1",
            f"{place}.text": "보내기",
            f"{place}.action": "TYPED",
            f"{place}.leads_to": "end",
            f"{place}.accepted": " 50000 \n오만원\n",
        }
    )
    fill(practice, form, "ko")
    assert dict(scene.title) == {"ko": "처음 화면", "en": "Home"}
    assert [dict(hint.text) for hint in scene.hints] == [
        {"ko": "위를 보세요", "en": "First"},
        {"ko": "오른쪽을 보세요"},
    ]
    part = scene.parts[0]
    assert (part.action, part.finishes, part.leads_to, list(part.accepted)) == (
        content.TYPED,
        True,
        "",
        ["50000", "오만원"],
    )


@pytest.fixture
def written(town: Fakes) -> Fakes:
    value = course("choice")
    value.lessons[0].etag = "e1"
    value.lessons[0].blocks.append(content.Block(id="send", practice=six_scenes()))
    town.sign_in("teacher", "instructor")
    draft = courses_pb2.Course(name="courses/c", draft=value, teachers=["people/teacher"])
    draft.problems.add(
        reason="TITLE_MISSING", lesson="one", block="send", item=value.lessons[0].blocks[-1].practice.scenes[1].id
    )
    town.answers["GetCourse"] = draft
    town.answers["UpdateLesson"] = value.lessons[0]
    return town


HERE = "/teach/c/lessons/one/practice/send"
TEACHER = STRANGER | {"Cookie": "ieum_session=teacher"}


async def test_the_page_saves_with_every_button_and_only_its_own_part(client: Client, written: Fakes) -> None:
    answer = await client.get(HERE, headers=TEACHER)
    text = await answer.text()
    assert answer.status == 200
    assert "Scene 6" in text
    assert "Add the next scene" in text
    practice = six_scenes()
    fields = {"do": "scene", "etag": "e1", "writing": "en", "base": MessageToJson(practice), "task": "Send money"}
    answer = await client.post(HERE, data=fields, headers=TEACHER, allow_redirects=False)
    assert answer.status == 303
    (saved,) = written.requests("UpdateLesson")
    assert [block.id for block in saved.lesson.blocks] == ["t", "p", "send"]
    assert saved.lesson.blocks[2].practice.task["en"] == "Send money"
    assert len(saved.lesson.blocks[2].practice.scenes) == 7


async def test_after_somebody_elses_save_nothing_typed_is_lost(client: Client, written: Fakes) -> None:
    fields = {"do": "save", "etag": "old", "writing": "en", "base": MessageToJson(six_scenes()), "task": "My own words"}
    answer = await client.post(HERE, data=fields, headers=TEACHER, allow_redirects=False)
    text = await answer.text()
    assert answer.status == 412
    assert "My own words" in text
    assert 'name="etag" value="e1"' in text
    assert written.requests("UpdateLesson") == []


async def test_what_is_missing_leads_to_its_scene(client: Client, written: Fakes) -> None:
    answer = await client.get("/teach/c/lessons/one", headers=TEACHER)
    assert f'href="{HERE}#n3"' in await answer.text()
