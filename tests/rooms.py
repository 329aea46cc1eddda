"""`make rooms`: draws docs/rooms.svg, who imports whom, from the imports and the layers of .importlinter.

An arrow that others already lead along is left out; the numbers printed count all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs/rooms.svg"
CONTAINERS = ("gateway", "gateway.web", "services.statistics")
WIDTH, ROW, BOX, MARGIN = 900, 66, (126, 28), 20

Arrows = Mapping[str, set[str]]


def layers_of(container: str) -> list[list[str]]:
    """Rooms from the top down, as the contract has them, without those that are only prepared."""
    contracts = (ROOT / ".importlinter").read_text()
    block = re.search(rf"containers =\n    {container}\nlayers =\n((?:    .+\n)+)", contracts)
    if block is None:
        raise SystemExit(f"no contract names the layers of {container}")
    folder = ROOT / container.replace(".", "/")
    rows = [re.findall(r"\w+", line) for line in block[1].splitlines()]
    there = [[room for room in row if (folder / room).is_dir() or (folder / f"{room}.py").exists()] for row in rows]
    return [row for row in there if row]


def arrows_between(graph: grimp.ImportGraph, rooms: Sequence[str]) -> dict[str, set[str]]:
    return {
        room: {
            other
            for other in rooms
            if other != room and graph.direct_import_exists(importer=room, imported=other, as_packages=True)
        }
        for room in rooms
    }


def without_detours(arrows: Arrows) -> dict[str, set[str]]:
    """The transitive reduction; the layers hold no circle."""
    return {
        room: {other for other in below if not _leads(arrows, below - {other}, other)} for room, below in arrows.items()
    }


def _leads(arrows: Arrows, starts: Iterable[str], goal: str) -> bool:
    return any(start == goal or _leads(arrows, arrows[start], goal) for start in starts)


def panel(graph: grimp.ImportGraph, container: str, top: int) -> tuple[str, int]:
    """The picture of one container from `top` on, and where it ends."""
    layers = layers_of(container)
    places = {
        f"{container}.{room}": (MARGIN + (WIDTH - 2 * MARGIN) * (2 * i + 1) // (2 * len(row)), top + 44 + ROW * level)
        for level, row in enumerate(layers)
        for i, room in enumerate(row)
    }
    arrows = without_detours(arrows_between(graph, list(places)))
    lines = [_arrow(places[room], places[below]) for room in places for below in sorted(arrows[room])]
    boxes = [_box(room.rpartition(".")[2], *place) for room, place in places.items()]
    title = f'<text class="title" x="{MARGIN}" y="{top + 16}">{escape(container)}</text>'
    return "\n".join([title, *lines, *boxes]), top + 44 + ROW * len(layers)


def _box(name: str, x: int, y: int) -> str:
    width, height = BOX
    shape = f'<rect x="{x - width // 2}" y="{y - height // 2}" width="{width}" height="{height}" rx="4"/>'
    return f'{shape}<text x="{x}" y="{y + 5}">{escape(name)}</text>'


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    (x1, y1), (x2, y2) = start, end
    y1, y2 = y1 + BOX[1] // 2, y2 - BOX[1] // 2 - 4
    bend = (y2 - y1) // 2
    return f'<path d="M{x1},{y1} C{x1},{y1 + bend} {x2},{y2 - bend} {x2},{y2}"/>'


STYLE = """<style>
text { font: 14px sans-serif; text-anchor: middle; fill: #111 }
.title { font-weight: bold; font-size: 16px; text-anchor: start }
rect { fill: #fff; stroke: #333 }
path { fill: none; stroke: #4a6f8f; marker-end: url(#tip) }
</style>
<defs><marker id="tip" markerWidth="7" markerHeight="7" refX="3" refY="3" orient="auto">
<polygon points="0,0 6,3 0,6" fill="#4a6f8f"/></marker></defs>"""


def draw(graph: grimp.ImportGraph) -> str:
    parts, top = [], MARGIN
    for container in CONTAINERS:
        part, top = panel(graph, container, top)
        parts.append(part)
    words = "Rooms of the gateway, its pages and statistics; arrows lead down to what is imported"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img" aria-label="{words}">'
    ground = f'<rect width="{WIDTH}" height="{top}" style="stroke:none"/>'
    return "\n".join([head, STYLE, ground, *parts, "</svg>", ""])


def count(graph: grimp.ImportGraph, rooms: Sequence[str]) -> str:
    arrows = arrows_between(graph, rooms)
    return f"{len(rooms)} rooms, {sum(map(len, arrows.values()))} arrows"


def main() -> None:
    graph = grimp.build_graph("gateway", "services", cache_dir=None)
    PICTURE.write_text(draw(graph))
    pages = [f"gateway.web.{room}" for row in layers_of("gateway.web") for room in row]
    others = [f"gateway.{room}" for row in layers_of("gateway") for room in row if room != "web"]
    print(f"gateway with its pages: {count(graph, others + pages)}")
    statistics = [f"services.statistics.{room}" for row in layers_of("services.statistics") for room in row]
    print(f"services.statistics: {count(graph, statistics)}")


if __name__ == "__main__":
    main()
