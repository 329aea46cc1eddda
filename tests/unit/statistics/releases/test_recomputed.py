"""The commands against the same definitions written down a second time, in floats and with numpy."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2, t

from services.statistics.figures.intervals import Z_95

Write = Callable[[str], Path]
Ask = Callable[..., dict[str, Any]]
Row = tuple[str, str, date, date | None, date | None, date | None, float | None]

HEADER = "person,run,enrolled_on,first_activity_on,completed_on,withdrawn_on,hours"
SINCE, UNTIL, AS_OF = date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 9)
FURTHEST = ("CMP", "IPR", "NST", "WDR")


def close(shown: str | None, exact: float | None, places: int) -> None:
    assert (shown is None) == (exact is None)
    if shown is not None and exact is not None:
        assert len(shown.partition(".")[2]) == places
        assert float(shown) == pytest.approx(exact, abs=0.5 * 10**-places + 1e-7)


def lives(draw: random.Random, size: int) -> list[Row]:
    rows: list[Row] = []
    for _ in range(size):
        enrolled = date(2026, 6, 1) + timedelta(draw.choice([0, 29, 30, 31, 121, 122, draw.randrange(150)]))
        began = draw.choice([None, enrolled, enrolled + timedelta(draw.randrange(20))])
        done = (began or enrolled) + timedelta(draw.randrange(40)) if draw.random() < 0.5 else None
        gone = enrolled + timedelta(draw.randrange(60)) if draw.random() < 0.3 else None
        hours = round(draw.random() * 10, draw.randrange(4)) if draw.random() < 0.8 else None
        rows.append((f"p{draw.randrange(size)}", f"r{draw.randrange(2)}", enrolled, began, done, gone, hours))
    return rows


def standing(row: Row) -> str:
    return "CMP" if row[4] else "WDR" if row[5] else "IPR" if row[3] else "NST"


def counted(rows: list[Row]) -> list[Row]:
    """By hand: forget the future, drop who left unstarted, keep of each pair of days the one that got furthest."""
    known: list[Row] = []
    for person, run, enrolled, *after, hours in rows:
        began, done, gone = (day if isinstance(day, date) and day <= AS_OF else None for day in after)
        if enrolled <= AS_OF and not (gone and not began and not done):
            known.append((person, run, enrolled, began, done, gone, hours))
    kept: list[Row] = []
    for key in {row[:2] for row in known}:
        mine = sorted((row for row in known if row[:2] == key), key=lambda row: row[2])
        while mine:
            pair = [row for row in mine if (row[2] - mine[0][2]).days <= 1]
            mine = mine[len(pair) :]
            last = date.max
            kept.append(
                min(
                    pair,
                    key=lambda r: (FURTHEST.index(standing(r)), r[2], r[3] or last, r[4] or last, -(r[6] or 0)),
                )
            )
    return kept


@pytest.mark.parametrize("seed", range(40))
def test_measure_agrees_with_a_second_calculation(seed: int, write: Write, ask: Ask) -> None:
    draw = random.Random(seed)
    rows = lives(draw, draw.choice([0, 1, 5, 40, 120]))
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    end = draw.choice(["\n", "\r\n"])
    population = draw.choice([len(rows) + 1, 5214])
    given = ("--from", SINCE, "--to", UNTIL, "--as-of", AS_OF, "--population", population)
    found = ask("measure", write(end.join([HEADER, *lines]) + end), *given)
    kept = counted(rows)
    cohort = [row for row in kept if SINCE <= row[2] <= UNTIL]
    states = [standing(row) for row in cohort]
    valid, persons = len(cohort), len({row[0] for row in cohort})
    started = valid - states.count("NST")
    assert {code: found[code] for code in FURTHEST} == {code: states.count(code) for code in FURTHEST}
    assert [found[code] for code in ("ENR_VALID", "PTM", "EPR", "STR")] == [valid, valid, persons, started]
    assert found["ENR"] == sum(SINCE <= row[2] <= UNTIL for row in rows) == valid + sum(found["EXCLUDED"].values())
    assert found["CMF"] == sum(row[4] is not None and SINCE <= row[4] <= UNTIL for row in kept)
    close(found["CPR"], 100 * states.count("CMP") / valid if valid else None, 1)
    close(found["CPS"], 100 * states.count("CMP") / started if started else None, 1)
    close(found["DOR"], 100 * states.count("WDR") / started if started else None, 1)
    days = [(row[4] - row[3]).days for row in cohort if row[4] and row[3]]
    close(found["TTC_MED"], float(np.quantile(days, 0.5)) if len(days) >= 10 else None, 1)
    close(found["TTC_P90"], float(np.quantile(days, 0.9)) if len(days) >= 10 else None, 1)
    hours = [row[6] for row in cohort if row[6] is not None]
    close(found["HRS"], sum(hours) if hours else None, 0)
    close(found["HRS_PC"], sum(hours) / persons if hours else None, 1)
    z = float(Z_95)
    middle, half = persons + z * z / 2, z * sqrt(persons * (population - persons) / population + z * z / 4)
    close(found["COV_CI_LOW"], 1000 * (middle - half) / (population + z * z), 2)
    close(found["COV_CI_HIGH"], 1000 * (middle + half) / (population + z * z), 2)
    close(found["PTM_RT_CI_LOW"], 500 * chi2.ppf(0.025, 2 * valid) / population if valid else 0, 2)
    close(found["PTM_RT_CI_HIGH"], 500 * chi2.ppf(0.975, 2 * valid + 2) / population, 2)


@pytest.mark.parametrize("seed", range(25))
def test_gain_agrees_with_numpy(seed: int, write: Write, ask: Ask) -> None:
    draw = random.Random(seed)
    size, most = draw.choice([2, 3, 4, 50]), draw.choice([10, 37, 100])
    pairs = [(most if seed % 5 == 0 else draw.randrange(most + 1), draw.randrange(most + 1)) for _ in range(size)]
    text = "person,pre,post\n" + "".join(f"p{n},{pre},{post}\n" for n, (pre, post) in enumerate(pairs))
    found = ask("gain", write(text + "x,1,\ny,,1\n"), "--max", most)
    pre, post = np.array(pairs, float).T
    change = post - pre
    spread, apart = (pre.std(ddof=1) + post.std(ddof=1)) / 2, change.std(ddof=1)
    reach = t.ppf(0.975, size - 1) * apart / sqrt(size)
    assert [found[code] for code in ("PAIRS", "PRE_ONLY", "POST_ONLY")] == [size, 1, 1]
    close(found["GAIN_G"], change.mean() / (most - pre.mean()) if pre.mean() != most else None, 2)
    close(found["CI_LOW"], change.mean() - reach, 2)
    close(found["CI_HIGH"], change.mean() + reach, 2)
    enough = size >= 3
    close(found["ES_DAV"], change.mean() / spread * (1 - 3 / (4 * size - 5)) if enough and spread else None, 2)
    close(found["ES_DZ"], change.mean() / apart if enough and apart > 1e-9 else None, 2)
    close(found["ATTRITION"], 100 / (size + 1), 1)


@pytest.mark.parametrize("seed", range(25))
def test_concentration_agrees_with_its_covariance_form_also_where_areas_tie(seed: int, write: Write, ask: Ask) -> None:
    draw = random.Random(seed)
    size = draw.choice([1, 2, 5, 30])
    areas = [(draw.randrange(1, 1000), draw.choice([draw.random(), seed % 4])) for _ in range(size)]
    rows = [(population, draw.randrange(population + 1), rank) for population, rank in areas]
    text = "".join(f"a{n},{','.join(map(str, row))}\n" for n, row in enumerate(rows))
    found = ask("concentration", write(f"area,population,persons,rank\n{text}"))
    population, persons, ranks = np.array(rows, float).T
    share, rate = population / population.sum(), persons / population
    mean = (share * rate).sum()
    place = np.array([share[ranks < rank].sum() + share[ranks == rank].sum() / 2 for rank in ranks])
    index = 2 * (share * (rate - mean) * (place - 0.5)).sum() / mean if mean else None
    close(found["CONC"], index, 3)
    close(found["CONC_WAGSTAFF"], None if index is None or mean == 1 else index / (1 - mean), 3)
    close(found["CONC_ERREYGERS"], None if index is None else 4 * mean * index, 3)
