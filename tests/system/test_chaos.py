"""`make chaos` in short: half a minute with a seed of its own each time, which the failure names."""

from __future__ import annotations

import secrets
from itertools import islice

import pytest

from tests.chaos.faults import KINDS, Hand, plan
from tests.chaos.run import unleash


@pytest.mark.timeout(240)
async def test_nothing_acknowledged_is_lost_or_doubled_whatever_breaks(breakable: Hand) -> None:
    seed = secrets.randbelow(10**6)
    outcome = await unleash(breakable, seed, 8, longest=2.0, say=print)
    assert outcome.wrong == [], f"make chaos SEED={seed}\n{outcome}"
    assert outcome.acknowledged.count > 0
    assert outcome.faults


def test_the_same_seed_plans_the_same_faults() -> None:
    assert list(islice(plan(5), 200)) == list(islice(plan(5), 200))
    assert list(islice(plan(5), 200)) != list(islice(plan(6), 200))


def test_a_plan_has_faults_of_every_kind() -> None:
    assert {fault.kind for fault in islice(plan(5), 200)} == set(KINDS)
