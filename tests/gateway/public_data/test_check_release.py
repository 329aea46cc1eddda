"""The script that anybody may run beside a release: it follows every rate and gap, and finds what was changed."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.decisions import Decision
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.observation import Observation
from services.statistics.figures.units import Unit
from services.statistics.formats import tabular
from services.statistics.formats.cells import PublicRelease
from services.statistics.releases.domain.published_figures import Context
from services.statistics.releases.steps import Period, assemble
from tests.gateway.conftest import Client
from tests.unit.statistics.small_release import small_release

CITY = ReleaseAreas("HB", {"HB": ("HB01", "HB02")})
DAYS = {"CMP": 3}


def check(script: Path, observations: bytes) -> tuple[int, str]:
    file = script.parent / "observations.csv"
    file.write_bytes(observations)
    done = subprocess.run([sys.executable, "-I", str(script), str(file)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def released() -> tuple[Observation, ...]:
    """A year and a quarter of 400 people of several groups, as the releases compute them."""
    draw = random.Random(7)
    people = [
        Unit(
            str(number), "2026-Q1", draw.choice(("HB01", "HB02")), draw.choice("FM"), draw.choice(("Y25T34", "Y65T74")),
            draw.choice([(), (), ("DIS",), ("LOW", "FAR"), None]), ("DC30_1",), state, DAYS.get(state), Decimal(2),
            "2026-Q1" if state == "CMP" else "",
        )
        for number in range(400)
        for state in [draw.choice(("CMP", "CMP", "WDR", "IPR", "NST"))]
    ]  # fmt: skip
    finished = [unit for unit in people if unit.finished]
    made: list[Observation] = []
    for period in ("2026-Q1", "2026"):
        context = Context("RES", period, CITY, Policy(), {})
        made += assemble(Period(context, {"2026-Q1": people}, Decision(), flow={"2026-Q1": finished})).observations
    return tuple(made)


async def test_every_rate_and_gap_follows_from_the_counts_until_one_is_changed(client: Client, tmp_path: Path) -> None:
    answer = await client.get("/data/check_release.py")
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    script = tmp_path / "check_release.py"
    script.write_bytes(await answer.read())

    edition = PublicRelease.of(small_release(observations=released(), periods=("2026-Q1", "2026")))
    text = tabular.render(edition)[tabular.OBSERVATIONS].decode("utf-8-sig")
    status, said = check(script, text.encode())
    assert (status, "0 do not follow" in said) == (0, True), said
    looked = {rule: int(number) for number, rule in re.findall(r"(\d+) checked: (.+)", said)}
    assert looked["CMP / ENR"] > 30
    assert looked["completion rates"] > 60
    assert looked["CMP + WDR + IPR + NST"] >= 3

    rows = text.splitlines()
    at = next(place for place, row in enumerate(rows) if ",CPR," in row and ",DIS," in row)
    changed = re.sub(r"(\d+\.\d),", lambda found: f"{float(found[1]) + 0.1:.1f},", rows[at], count=1)
    status, said = check(script, "\n".join([*rows[:at], changed, *rows[at + 1 :]]).encode())
    assert (status, said.count("published")) == (1, 1), said


async def test_another_file_is_refused_in_words(client: Client, tmp_path: Path) -> None:
    script = tmp_path / "check_release.py"
    script.write_bytes(await (await client.get("/data/check_release.py")).read())
    status, said = check(script, b"a,b\n1,2\n")
    assert status == 2
    assert "this is no observations.csv of a release" in said
