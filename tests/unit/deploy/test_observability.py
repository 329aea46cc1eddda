"""Dashboard and alarms speak of measurements that the processes make, and every alarm says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from ruamel.yaml import YAML

import gateway.app
import services.chassis.metrics
import services.chassis.rpc
from services.chassis.config import Settings
from services.registry import SERVICES

ROOT = Path(__file__).parents[3]
RULES: list[dict[str, Any]] = [
    rule
    for group in YAML(typ="safe").load((ROOT / "deploy/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]  # fmt: skip
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/ieum.json").read_text())
OPERATIONS = (ROOT / "docs/operations.md").read_text()
MODULES = (gateway.app, services.chassis.metrics, services.chassis.rpc)
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",), "gauge": ("",)}
LABELS = {
    "ieum_http_request_duration_seconds": {"method", "route", "status"},
    "ieum_http_shed": {"who"},
    "ieum_rpc_duration_seconds": {"method", "code"},
    "ieum_event_lag": {"service", "producer"},
}


def measured() -> Mapping[str, str]:
    """Every name that can be asked for, with the measurement that it is of."""
    assert all(MODULES)
    return {
        family.name + suffix: family.name
        for family in REGISTRY.collect()
        for suffix in SUFFIXES.get(family.type, ())
    }  # fmt: skip


def asked() -> list[str]:
    panels = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [*(rule["expr"] for rule in RULES), *panels]


@pytest.mark.parametrize("expression", asked())
def test_everything_that_is_asked_for_is_measured(expression: str) -> None:
    names = re.findall(r"\b(?:ieum|process)_[a-z_]+\b", expression)
    known = measured()
    assert set(names) - known.keys() == set()
    assert names or expression.startswith("up{")


@pytest.mark.parametrize("expression", asked())
def test_an_expression_groups_and_chooses_by_labels_that_there_are(expression: str) -> None:
    grouped = {label for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(", ")}
    chosen = set(re.findall(r"[{,]\s*([a-z]+)[=!]", expression))
    names = [measured()[name] for name in re.findall(r"\b(?:ieum|process)_[a-z_]+\b", expression)]
    there_are = {label for name in names for label in LABELS.get(name, {"service"})}
    assert grouped | chosen <= there_are | {"le", "job", "instance"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alarm_says_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
    section = OPERATIONS.partition(f"### {rule['alert']}\n")[2].partition("\n#")[0]
    assert len(section.split()) > 25
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["expr"].count("(") == rule["expr"].count(")")


def test_no_section_tells_of_an_alarm_that_is_gone() -> None:
    told = re.findall(r"^### (Ieum\w+)$", OPERATIONS, re.MULTILINE)
    assert told == [rule["alert"] for rule in RULES]


def test_panels_do_not_lie_on_each_other() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    assert {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} == {"${source}"}


def test_the_manifests_open_the_ports_on_which_processes_show_their_measurements() -> None:
    base = ROOT / "deploy/kubernetes/base"
    told = YAML(typ="safe").load((base / "settings.yaml").read_text())["data"]
    settings = Settings.model_validate({"metrics_port": told["IEUM_METRICS_PORT"]})
    for name in ("gateway", *SERVICES):
        deployment = next(iter(YAML(typ="safe").load_all((base / f"{name}.yaml").read_text())))
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert {"name": "metrics", "containerPort": settings.metrics_of(name)} in container["ports"]
        assert f"{name}:{settings.metrics_of(name)}" in OPERATIONS
