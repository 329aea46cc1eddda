"""docs/settings.md names every setting that the code reads, with its default, and no other."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import GatewaySettings
from services.chassis.config import Settings
from services.registry import SERVICES, port_of, variable_of

ROOT = Path(__file__).parents[3]
SECTIONS = {
    title: dict(re.findall(r"^\| `(\w+)` \| ([^|]*?) ?\|", text, re.MULTILINE))
    for title, text in re.findall(r"(?ms)^## ([^\n]+)\n(.*?)(?=^## |\Z)", (ROOT / "docs/settings.md").read_text())
}
# Read by the OpenTelemetry library and by make.
NOT_OURS = {"OTEL_EXPORTER_OTLP_ENDPOINT", "PROFILE"}


def own_settings() -> list[tuple[str, type[Settings]]]:
    """Sections with their classes: a service has settings of its own where it has a module of that name."""
    modules = [(name, f"services.{name}.settings") for name in SERVICES if find_spec(f"services.{name}.settings")]
    classes = [(name, getattr(import_module(module), f"{name.capitalize()}Settings")) for name, module in modules]
    return [("The gateway", GatewaySettings), *((f"The {name} service", kind) for name, kind in classes)]


def defaults(kind: type[Settings]) -> dict[str, Any]:
    """Of the class itself, without those it inherits."""
    inherited = {} if kind is Settings else Settings.model_fields
    return {
        f"IEUM_{name.upper()}": field.default
        for name, field in kind.model_fields.items()
        if name not in inherited and name != "addresses"
    }


def written(default: Any) -> str:
    if default in (None, "", {}) or (hasattr(default, "get_secret_value") and not default.get_secret_value()):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


@pytest.mark.parametrize(("section", "kind"), own_settings())
def test_each_setting_of_a_process_is_described_with_its_default(section: str, kind: type[Settings]) -> None:
    described = SECTIONS[section]
    assert described.keys() == defaults(kind).keys()
    for name, default in defaults(kind).items():
        assert described[name] == written(default), name


def test_each_shared_setting_is_described_with_its_default() -> None:
    addresses = {variable_of(name): f"`127.0.0.1:{port_of(name)}`" for name in SERVICES}
    shared = {name: written(default) for name, default in defaults(Settings).items()}
    assert {name: default for name, default in SECTIONS["Every process"].items() if name not in NOT_OURS} == {
        **shared,
        **addresses,
    }


def test_every_variable_that_the_launcher_and_compose_read_is_described() -> None:
    files = [*ROOT.glob("deploy/*.py"), *ROOT.glob("deploy/demo/*.py"), ROOT / "deploy/compose.yaml", ROOT / "Makefile"]
    read = {name for file in files for name in re.findall(r"\bIEUM_[A-Z]+(?:_[A-Z]+)*\b", file.read_text())}
    described = {name for section in SECTIONS.values() for name in section}
    assert read - described == set()
    launcher = {*SECTIONS["The launcher"], *SECTIONS["Compose"]} - NOT_OURS
    assert launcher - read == set()
