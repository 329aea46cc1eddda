"""Documents that lead somewhere: links, paths, decisions and lines are checked as code is."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

from tests import rooms

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = ROOT / "docs/decisions"
LONGEST_LINE = 120
OF_THE_FORGE = {".github/pull_request_template.md"}
MADE_OR_LOCAL = (".ieum", ".venv", "bench/results", "gateway/web/static/build", "proto/gen")
"""Paths that only exist once something has run."""
EXAMPLES = {"jsonlines", "surveys"}
"""What pages in docs/how-to call the thing that is added."""


@cache
def tracked() -> frozenset[str]:
    """Files of the project and the folders that hold them, also those not committed yet."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = {name for name in listing.stdout.splitlines() if (ROOT / name).exists()}
    return frozenset(files | {str(folder) for name in files for folder in Path(name).parents})


def documents() -> list[str]:
    return sorted(name for name in tracked() if name.endswith(".md") and not name.startswith("deploy/demo/"))


def prose(name: str) -> Iterator[tuple[int, str]]:
    """Numbered lines outside of code."""
    fenced = False
    for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, line


def links(name: str) -> Iterator[str]:
    """Targets of relative links, as paths from the root, with their anchors."""
    for _, line in prose(name):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            if not re.match(r"[a-z]+:", target):
                path, _, anchor = target.partition("#")
                whole = (ROOT / name).parent / path if path else ROOT / name
                yield f"{whole.resolve().relative_to(ROOT)}#{anchor}"


def anchors(name: str) -> set[str]:
    """As the forge makes them of headings."""
    headings = [line.lstrip("#").strip().lower() for _, line in prose(name) if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


def decisions() -> list[Path]:
    return sorted(DECISIONS.glob("[0-9]*.md"))


@pytest.mark.parametrize("name", documents())
def test_every_relative_link_leads_to_a_file_and_its_heading(name: str) -> None:
    for link in links(name):
        path, _, anchor = link.partition("#")
        assert path in tracked(), link
        if anchor:
            assert anchor in anchors(path), link


@pytest.mark.parametrize("name", documents())
def test_every_path_in_backticks_exists(name: str) -> None:
    folders = {path.split("/")[0] for path in tracked()}
    for number, line in prose(name):
        for code in re.findall(r"`([^`\s]+)`", line):
            path = code.rstrip("/")
            if "/" not in path or path.split("/")[0] not in folders or re.search(r"[{}<>*…]|\.\.\.", path):
                continue
            if not path.startswith(MADE_OR_LOCAL) and not EXAMPLES & set(re.split(r"[/.]", path)):
                assert path in tracked(), f"{name}:{number}: {code}"


@pytest.mark.parametrize("name", documents())
def test_prose_has_short_lines(name: str) -> None:
    """So that a change shows what it changes. Rows of tables and pictures cannot be broken."""
    long = [number for number, line in prose(name) if len(line) > LONGEST_LINE and not line.startswith(("|", "!["))]
    assert long == []


@pytest.mark.parametrize("name", documents())
def test_no_document_names_a_file_outside_the_repository(name: str) -> None:
    outside = [line for _, line in prose(name) if re.search(r"(?<![\w/])(shared|/work|/tmp|/home)/", line)]
    assert outside == []


def test_every_document_can_be_reached_from_the_readme() -> None:
    """A link to a folder reaches all documents in it."""
    reached: set[str] = set()
    waiting = ["README.md"]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        for path in (link.partition("#")[0] for link in links(name)):
            waiting += [path] if path.endswith(".md") else [each for each in documents() if each.startswith(f"{path}/")]
    assert set(documents()) - reached == OF_THE_FORGE & set(documents())


@pytest.mark.parametrize("path", decisions(), ids=lambda path: path.stem)
def test_every_decision_has_a_number_a_title_a_status_and_a_date(path: Path) -> None:
    text = path.read_text()
    head = re.match(r"# (\d+)\. \S.*\n\n\*Status:\* (accepted|superseded by \d+) · \*Date:\* \d{4}-\d\d-\d\d\n\n", text)
    assert head
    assert path.name.startswith(f"{int(head[1]):04}-")
    assert len(re.findall("^# ", text, re.MULTILINE)) == 1, "a second decision needs a number of its own"


def test_the_index_of_decisions_lists_each_as_its_page_says() -> None:
    rows = []
    for path in decisions():
        head = re.match(r"# (\d+)\. (.+)\n\n\*Status:\* (.+) · \*Date:\* (.+)\n", path.read_text())
        assert head
        number, title, status, date = head.groups()
        rows.append(f"| {number} | [{title}]({path.name}) | {status} | {date} |")
    assert [line for line in (DECISIONS / "README.md").read_text().splitlines() if line.startswith("| ")][1:] == rows


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in decisions()] == list(range(1, len(decisions()) + 1))


def test_the_architecture_names_every_event() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    for path in sorted(ROOT.glob("proto/ieum/*/v1/events.proto")):
        proto = path.read_text()
        parts = set(re.findall(r"^  (?:repeated )?(\w+) \w+ = ", proto, re.MULTILINE))
        events = [name for name in re.findall(r"^message (\w+)", proto, re.MULTILINE) if name not in parts]
        assert events
        assert [name for name in events if not re.search(rf"[`.]{name}`", text)] == [], path


@pytest.mark.parametrize("package", ["gateway", "gateway.web", "services.statistics"])
def test_the_architecture_draws_every_room_of_the_import_contracts(package: str) -> None:
    contracts = (ROOT / ".importlinter").read_text()
    layers = re.search(rf"containers =\n    {package}\nlayers =\n((?:    .+\n)+)", contracts)
    assert layers
    text = (ROOT / "docs/architecture.md").read_text()
    rooms = [room for room in re.findall(r"\w+", layers[1]) if (ROOT / package.replace(".", "/") / room).is_dir()]
    assert rooms
    assert [room for room in rooms if not re.search(rf"\b{room}\b", text)] == []


def test_the_data_model_names_every_collection() -> None:
    text = (ROOT / "docs/data-model.md").read_text()
    code = "\n".join(path.read_text() for path in sorted((ROOT / "services").rglob("*.py")))
    collections = set(re.findall(r'database\["(\w+)"\]', code))
    buckets = set(re.findall(r'GridFSBucket\(database, "(\w+)"', code))
    assert len(collections) > 20
    assert [name for name in sorted(collections) if f"| `{name}`" not in text] == []
    assert [name for name in sorted(buckets) if f"| `{name}.files`, `.chunks` |" not in text] == []


def test_the_picture_of_the_rooms_is_drawn_from_the_imports_of_today() -> None:
    graph = grimp.build_graph("gateway", "services", cache_dir=None)
    assert rooms.PICTURE.read_text() == rooms.draw(graph), "run: make rooms"


def test_the_newest_version_of_the_changes_is_that_of_the_project() -> None:
    project = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    newest = re.search(r"^## (\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    cited = (ROOT / "CITATION.cff").read_text()
    assert project
    assert newest
    assert newest[1] == project[1]
    assert f"\nversion: {newest[1]}\ndate-released: {newest[2]}\n" in cited
