"""The synonyms of the search: read as lines, saved as groups, kept as typed after a refusal."""

from __future__ import annotations

import pytest

from ieum.courses.v1.courses_pb2 import SynonymGroup, Synonyms
from services.chassis.errors import Conflict, Invalid, Problem
from tests.gateway.conftest import Client
from tests.gateway.fakes import Fakes
from tests.gateway.visits import PAT, get, post

PATH = "/admin/search-words"
FORM = {"groups": "mobile,  cell   phone\n\n taxi, cab ", "etag": "e1"}


@pytest.fixture
def office(town: Fakes) -> Fakes:
    town.sign_in("pat", "administrator")
    town.answers["GetSynonyms"] = Synonyms(groups=[SynonymGroup(words=["bus", "coach"])], etag="e2")
    return town


async def test_an_administrator_saves_groups_of_words(client: Client, office: Fakes) -> None:
    assert "bus, coach" in await get(client, PATH)
    assert (await post(client, PATH, FORM))[:2] == (303, PATH)
    (asked,) = office.requests("UpdateSynonyms")
    assert [[word.strip() for word in group.words] for group in asked.groups] == [
        ["mobile", "cell phone"],
        ["taxi", "cab"],
    ]
    assert asked.etag == "e1"


@pytest.mark.parametrize(
    ("problem", "status", "words"),
    [
        (Invalid("SYNONYM_ALONE", field="groups", word="taxi", line=2), 422, "“taxi” stands alone on line 2."),
        (Conflict("SYNONYMS_CHANGED"), 412, "Somebody changed the search words meanwhile."),
    ],
)
async def test_what_was_typed_is_kept_after_a_refusal(
    client: Client, office: Fakes, problem: Problem, status: int, words: str
) -> None:
    office.answers["UpdateSynonyms"] = problem
    answered, _, text = await post(client, PATH, FORM)
    assert answered == status
    assert words in text
    assert "taxi, cab" in text
    assert "bus, coach" in text
    assert 'value="e2"' in text


async def test_the_way_to_the_search_words_is_shown_to_administrators_alone(client: Client, office: Fakes) -> None:
    assert PATH in await get(client, "/courses", PAT)
    office.sign_in("local", "administrator", scope="areas/HB0101")
    assert PATH not in await get(client, "/courses", PAT | {"Cookie": "ieum_session=local"})
