"""Ieum as a package: its commands exist, and its version is the same wherever it stands."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from deploy import command
from services.chassis.version import VERSION

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_version_is_that_of_the_project() -> None:
    assert PROJECT["version"] == VERSION


@pytest.mark.parametrize("target", PROJECT["scripts"].values(), ids=list(PROJECT["scripts"]))
def test_a_console_script_names_a_function(target: str) -> None:
    module, _, function = target.partition(":")
    assert callable(getattr(import_module(module), function))


def test_every_command_names_a_module() -> None:
    assert [name for name, (module, _) in command.COMMANDS.items() if find_spec(module) is None] == []


def test_the_statisticians_commands_load_nothing_but_their_own_requirements() -> None:
    """Those of requirements/statistics.in, and what they bring."""
    code = (
        "import sys, services.statistics.__main__, services.statistics.commands.protect, "
        "services.statistics.commands.recast, services.statistics.attack.report;"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert not {"aiohttp", "grpc", "nats", "jinja2", "typst", "prometheus_client", "structlog"} & set(shown.split())


@pytest.mark.parametrize(("given", "code"), [([], 2), (["--help"], 0), (["nonsense"], 2)])
def test_the_command_lists_what_it_can_do(given: list[str], code: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.command", *given], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert ended.returncode == code
    assert "dead-letters" in ended.stdout + ended.stderr
