"""Each room's contract refuses what it is there to refuse: forbidden imports and unlisted modules are planted in a copy
of the tree, all at once, and the report must name every one of them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.registry import SERVICES

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

# Room that imports, room that is imported: a folder or a file that every service has.
FORBIDDEN = (
    ("gateway.web.course", "gateway.api"),
    ("gateway.api", "gateway.web"),
    ("gateway.html", "gateway.web"),
    ("gateway.http", "gateway.html"),
    ("gateway.backend", "gateway.http"),
    ("gateway.documents", "gateway.api"),
    ("gateway.language", "gateway.html"),
    ("gateway.web.site", "gateway.web.course"),
    ("gateway.web.learner", "gateway.web.author"),
    ("gateway.web.author", "gateway.web.official"),
    ("gateway.app", "services.people.domain"),
    ("gateway.backend", "pymongo"),
    ("deploy.ready", "services.courses.service"),
    ("deploy.ready", "gateway.settings"),
    ("gateway.settings", "bench"),
    ("services.enrollment.service", "gateway.settings"),
    ("services.people.service", "services.courses.domain"),
    ("services.chassis.errors", "services.people.domain"),
    ("services.chassis.store", "services.chassis.run"),
    ("services.registry", "services.chassis.config"),
    ("services.people.domain", "pymongo"),
    ("services.courses.domain", "services.courses.store"),
    ("services.enrollment.store", "services.enrollment.service"),
    ("services.progress.messages", "services.progress.store"),
    ("services.statistics.areas", "services.statistics.facts"),
    ("services.statistics.facts", "services.statistics.releases"),
    ("services.statistics.live", "services.statistics.releases"),
    ("services.statistics.audit", "services.statistics.disclosure"),
    ("services.statistics.disclosure", "nats"),
)
ROOMS_WITH_A_LIST = (
    "gateway",
    "gateway.web",
    "services",
    "services.chassis",
    *(f"services.{name}" for name in SERVICES),
)


def source_of(root: Path, module: str) -> Path:
    path = root.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def lint(root: Path) -> str:
    command = [str(LINT), "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(root)})
    assert done.returncode == 1, done.stdout + done.stderr
    # The report wraps long lines at the width of a terminal.
    return re.sub(r"\s+", " ", done.stdout)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code alone: the linter reads it and runs nothing of it."""
    root = tmp_path_factory.mktemp("tree")
    for package in ("bench", "deploy", "gateway", "services"):
        shutil.copytree(ROOT / package, root / package, ignore=lambda _, names: [n for n in names if not _is_code(n)])
    shutil.copy(ROOT / ".importlinter", root)
    return root


def _is_code(name: str) -> bool:
    return name.endswith(".py") or ("." not in name and name not in ("__pycache__", "node_modules"))


@pytest.fixture(scope="module")
def report_of_imports(tree: Path) -> str:
    kept = {module: source_of(tree, module).read_text() for module, _ in FORBIDDEN}
    for importing, imported in FORBIDDEN:
        with source_of(tree, importing).open("a") as source:
            source.write(f"\nimport {imported}\n")
    report = lint(tree)
    for module, text in kept.items():
        source_of(tree, module).write_text(text)
    return report


@pytest.fixture(scope="module")
def report_of_modules(tree: Path) -> str:
    planted = [source_of(tree, f"{room}.unlisted") for room in ROOMS_WITH_A_LIST]
    for path in planted:
        path.touch()
    report = lint(tree)
    for path in planted:
        path.unlink()
    return report


@pytest.mark.parametrize(("importing", "imported"), FORBIDDEN)
def test_a_forbidden_import_is_refused(report_of_imports: str, importing: str, imported: str) -> None:
    assert f"{importing} -> {imported} (l." in report_of_imports


@pytest.mark.parametrize("room", ROOMS_WITH_A_LIST)
def test_a_module_that_no_list_names_is_refused(report_of_modules: str, room: str) -> None:
    assert f"- {room}.unlisted " in report_of_modules
