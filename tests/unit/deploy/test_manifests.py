"""What cannot read the list of services in Python says the same as the list."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy import manifests
from services.registry import HEARS, REGISTRY, SERVICES, port_of, variable_of

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = YAML(typ="safe").load((ROOT / "deploy/compose.yaml").read_text())


@pytest.mark.parametrize("file", manifests.LISTS)
def test_the_lists_in_files_are_as_make_manifests_writes_them(file: str) -> None:
    text = (ROOT / file).read_text()
    assert text.count(manifests.BEGIN) == len(manifests.LISTS[file])
    assert manifests.rewrite(text, manifests.LISTS[file]) == text


def test_folders_packages_and_the_list_name_the_same_services() -> None:
    folders = {path.parent.name for path in ROOT.glob("services/*/main.py")}
    packages = {path.name for path in ROOT.glob("proto/ieum/*") if path.is_dir()}
    assert folders == packages == set(SERVICES)


@pytest.mark.parametrize("service", REGISTRY, ids=lambda service: service.name)
def test_compose_starts_a_service_with_its_port_and_its_keys(service: Any) -> None:
    name = service.name
    block = COMPOSE["services"][name]
    assert block["command"] == ["python", "-m", f"services.{name}.main"]
    assert block["environment"][variable_of(name)] == f"0.0.0.0:{port_of(name)}"
    assert set(block["secrets"]) == {"public_keys", *service.keys}


def test_systemd_shows_each_process_the_keys_that_compose_shows_it_and_starts_the_same() -> None:
    units = ROOT / "deploy/systemd"
    shown = {"gateway": (units / "ieum-gateway.service").read_text()}
    for name in SERVICES:
        more = units / f"ieum@{name}.service.d/keys.conf"
        template = (units / "ieum@.service").read_text() + (more.read_text() if more.exists() else "")
        shown[name] = template.replace("%i", name)
    for name, text in shown.items():
        assert set(re.findall(r"^LoadCredential=(\w+):", text, re.M)) == set(COMPOSE["services"][name]["secrets"])
        assert f" {' '.join(COMPOSE['services'][name]['command'][1:])}\n" in text


def test_contracts_about_all_services_name_all_of_them() -> None:
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    named = contracts["importlinter:contract:rooms"]["containers"].split()
    of_their_own = {"services.statistics", "services.notices"}
    assert {*named, *of_their_own} == {f"services.{name}" for name in SERVICES}


def test_a_service_is_made_known_to_the_manifests_and_nothing_else_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in (*manifests.LISTS, "deploy/kubernetes/base/courses.yaml"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text((ROOT / file).read_text())
    monkeypatch.setattr(manifests, "SERVICES", (*SERVICES, "partners"))
    monkeypatch.setattr(manifests, "port_of", lambda name: 7199 if name == "partners" else port_of(name))
    monkeypatch.setitem(HEARS, "partners", ("people",))
    manifests.write(tmp_path)
    deployment = (tmp_path / "deploy/kubernetes/base/partners.yaml").read_text()
    assert "containerPort: 7199" in deployment
    assert "containerPort: 9199" in deployment
    assert not re.search("courses|7102", deployment)
    compose = YAML(typ="safe").load((tmp_path / "deploy/compose.yaml").read_text())
    assert compose["services"]["partners"]["environment"]["IEUM_PARTNERS"] == "0.0.0.0:7199"
    assert compose["services"].keys() - COMPOSE["services"].keys() == {"partners"}
    assert f"{' | '.join(SERVICES)} | partners" in (tmp_path / ".importlinter").read_text()
