"""What all sums together tell of hidden figures, by linear algebra: an independent look at what the protection left.

A hidden figure is determined if it has the same value in every solution of the sums: each vector that the sums take to
zero is zero at its place. A random such vector shows it for all figures at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu

from services.statistics.live.domain.lattice import Key, Line

_ZERO = 1e-6
_DAMPING = 1e-9
_SEED = 20261129
Sum = dict[Key, float]
"""Hidden figures of a sum, with their signs."""


def determined(hidden: Collection[Key], lines: Iterable[Line]) -> list[Key]:
    sums = _binding([_of(line, hidden) for line in lines])
    keys = sorted({key for each in sums for key in each})
    number = {key: place for place, key in enumerate(keys)}
    if not keys:
        return []
    entries = [(sign, row, number[key]) for row, each in enumerate(sums) for key, sign in each.items()]
    signs, rows, columns = zip(*entries, strict=True)
    matrix = csc_array((signs, (rows, columns)), shape=(len(sums), len(keys)))
    free = np.random.default_rng(_SEED).standard_normal(len(keys))
    normal = splu((matrix @ matrix.T + _DAMPING * eye_array(len(sums))).tocsc(), permc_spec="MMD_AT_PLUS_A")
    for _ in range(3):  # each takes off what damping and rounding left
        free = free - matrix.T @ normal.solve(matrix @ free)
    return [key for key, each in zip(keys, free, strict=True) if abs(each) < _ZERO]


def _of(line: Line, hidden: Collection[Key]) -> Sum:
    parts = {part: 1.0 for part in line.parts if part in hidden}
    return parts | ({line.total: -1.0} if line.total in hidden else {})


def _binding(sums: Sequence[Sum]) -> list[Sum]:
    """Without those sums that tell nothing, because a figure in them is in no other: it can make up for any change."""
    left = {place: each for place, each in enumerate(sums) if each}
    holding: dict[Key, set[int]] = defaultdict(set)
    for place, each in left.items():
        for key in each:
            holding[key].add(place)
    waiting = [key for key, places in holding.items() if len(places) == 1]
    while waiting:
        places = holding[waiting.pop()]
        if len(places) == 1:
            (place,) = places
            for key in left.pop(place):
                holding[key].discard(place)
                if len(holding[key]) == 1:
                    waiting.append(key)
    return list(left.values())
