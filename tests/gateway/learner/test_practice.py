"""A practice task on the lesson's page without a script: scenes, words, hints, and a last move that is recorded."""

from __future__ import annotations

import re
from html import unescape

import pytest

from ieum.courses.v1 import content_pb2 as content
from ieum.progress.v1 import progress_pb2 as pb
from services.progress.domain.practice import walk
from services.progress.messages.practices import moves_from_messages, next_move, practice_from_message, walk_to_message
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.lessons import both, course, standing, version
from tests.gateway.visits import get, post

HERE = "/learning/e/one/send"
PRESSED, TYPED = content.PRESSED, content.TYPED


def task() -> content.Practice:
    part = content.ScenePart
    home = content.Scene(
        id="home",
        title=both("Bank"),
        media={"": "media/abc"},
        alt=both("The bank's first page"),
        parts=[
            part(id="send", text=both("Send money"), action=PRESSED, leads_to="amount", area=content.Area(left=100)),
            part(id="loan", text=both("Loans"), action=PRESSED, slip=True, words=both("That is for borrowing.")),
        ],
        hints=[content.SceneHint(text=both("Look at the top."))],
    )
    won = part(id="won", text=both("Amount"), action=TYPED, accepted=["50000"], finishes=True)
    won.otherwise.update(both("Look at the task again."))
    return content.Practice(
        title=both("Send it"),
        task=both("Send 50,000 won."),
        scenes=[home, content.Scene(id="amount", title=both("How much"), parts=[won])],
        closing=both("The money is there."),
    )


def judged(request: pb.WalkPracticeRequest) -> pb.PracticeWalk:
    """As the service answers."""
    practice, moves = practice_from_message("", request.practice), moves_from_messages(request.moves)
    move = next_move(practice, walk(practice, moves), request)
    return walk_to_message(practice, moves if move is None else (*moves, move))


@pytest.fixture
def bank(town: Fakes) -> Fakes:
    value = course("choice")
    value.lessons[0].blocks.append(content.Block(id="send", practice=task()))
    value.lessons[0].screens.append(content.Screen(key="send", blocks=["send"]))
    town.answers["GetVersion"] = version(value)
    town.answers["GetProgress"] = standing(value)
    town.answers["RecordProgress"] = pb.RecordProgressResponse(progress=standing(value))
    town.answers["WalkPractice"] = judged
    return town


def hidden(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)}


async def press(client: Client, text: str, **pressed: str) -> str:
    fields = {name: hidden(text)[name] for name in ("moves", "walk")}
    status, address, _ = await post(client, HERE, {"do": "walk", **fields, **pressed})
    assert status == 303
    return await get(client, address.partition("#")[0])


async def test_a_task_is_walked_through_and_its_end_recorded_once_with_its_moves(client: Client, bank: Fakes) -> None:
    text = await get(client, HERE)
    assert "Send 50,000 won." in text
    assert 'name="press" value="send"' in text
    assert "The bank&#39;s first page" in text
    text = await press(client, text, press="loan")
    assert "That is for borrowing." in text
    text = await press(client, text, hint="1")
    assert "Look at the top." in text
    assert "Give me a hint" not in text
    text = await press(client, text, press="send")
    assert "How much" in text
    assert bank.requests("RecordProgress") == []
    text = await press(client, text, typed="won", **{"value-won": "50,000원"})
    assert "The money is there." in text
    assert "You needed 3 steps." in text
    assert "92 of 100 points" in text
    assert "Continue" in text
    (recorded,) = bank.requests("RecordProgress")
    done = recorded.steps[0].finish_practice
    assert (done.lesson, done.practice, len(done.walk)) == ("one", "send", 16)
    assert [move.WhichOneof("move") for move in done.moves] == ["pressed", "hint", "pressed", "typed_right"]


async def test_a_wrong_value_is_answered_kindly_and_stands_nowhere(client: Client, bank: Fakes) -> None:
    text = await press(client, await get(client, HERE), press="send")
    text = await press(client, text, typed="won", **{"value-won": "77123"})
    assert "Look at the task again." in text
    assert "77123" not in text


async def test_a_real_number_is_refused_and_stands_nowhere(client: Client, bank: Fakes) -> None:
    text = await press(client, await get(client, HERE), press="send")
    fields = {name: hidden(text)[name] for name in ("moves", "walk")}
    sent = {"do": "walk", **fields, "typed": "won", "value-won": "500101-1234567"}
    _, address, _ = await post(client, HERE, sent)
    assert "1234567" not in address
    assert "real number" in await get(client, address.partition("#")[0], status=409)


async def test_an_address_that_was_changed_begins_anew(client: Client, bank: Fakes) -> None:
    assert "Bank" in await get(client, f"{HERE}?moves=pnothing")
    assert "Bank" in await get(client, f"{HERE}?moves=%3Cscript%3E")


async def test_it_may_be_left_for_later(client: Client, bank: Fakes) -> None:
    text = await get(client, HERE)
    assert "Go on and practise this later" in text
