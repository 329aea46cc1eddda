"""`make new-service` in a copy of the tree: what it makes passes the checks and answers on real stores."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.new_service import CannotMake, make

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
COPIED = ("bench", "deploy", "gateway", "proto", "services", "tests/service/conftest.py", "tests/unit/deploy")
MORE = ("tests/conftest.py", "tests/servers.py", "docs/operations.md", "pyproject.toml", ".importlinter")
NAME = "partners"
FOLDERS = (f"services/{NAME}", f"tests/unit/{NAME}", f"tests/service/{NAME}")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "demo", "static", "assets", "node_modules")


def run(root: Path, *command: str) -> str:
    path = f"{root}:{root / 'proto/gen'}"
    environment = {**os.environ, "PYTHONPATH": path, "MYPYPATH": path, "PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name in (*COPIED, *MORE):
        source, target = ROOT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=_LEFT_OUT)
        else:
            shutil.copy2(source, target)
    run(root, sys.executable, "-m", "deploy.new_service", NAME, "--root", str(root))
    run(root, sys.executable, "-m", "deploy.manifests", "--root", str(root))
    outputs = (
        *("--python_out=proto/gen", "--grpc_python_out=proto/gen", "--mypy_out=quiet:proto/gen"),
        "--mypy_grpc_out=quiet,only_async:proto/gen",
    )
    protos = [str(path.relative_to(root)) for path in (root / "proto/ieum" / NAME).rglob("*.proto")]
    run(root, sys.executable, "-m", "grpc_tools.protoc", "-I", "proto", *outputs, *protos)
    return root


def test_its_code_is_formatted_typed_and_within_the_import_contracts(tree: Path) -> None:
    run(tree, "ruff", "check", *FOLDERS, "services/registry.py")
    run(tree, "ruff", "format", "--check", *FOLDERS)
    if (ROOT / ".mypy_cache").is_dir():  # what `make check` knows of the other files; without it mypy takes 12 s
        shutil.copytree(ROOT / ".mypy_cache", tree / ".mypy_cache")
    run(tree, "mypy", *FOLDERS)
    run(tree, "lint-imports", "--no-cache")
    run(tree, "buf", "lint", "proto")


def test_its_tests_and_those_of_the_manifests_pass_on_real_stores(tree: Path) -> None:
    # test_manifests makes a service of this name itself.
    tests = ("tests/unit/deploy/test_manifests.py", "tests/unit/deploy/test_kubernetes.py", *FOLDERS[1:])
    skipped = "not test_a_service_is_made_known_to_the_manifests"
    report = run(tree, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", skipped, *tests)
    assert "passed" in report


@pytest.mark.parametrize("name", ["", "Partners", "x", "class", "people", "chassis", "../partners"])
def test_a_name_that_cannot_be_a_new_package_is_refused(tmp_path: Path, name: str) -> None:
    shutil.copytree(ROOT / "services/people/domain", tmp_path / "services/people/domain")
    (tmp_path / "services/chassis").mkdir()
    with pytest.raises(CannotMake):
        make(tmp_path, name)
