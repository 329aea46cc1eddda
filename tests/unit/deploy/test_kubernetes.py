"""The files for Kubernetes give each process what it needs, by names that it knows, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy import secure
from gateway.settings import GatewaySettings
from services.notices.settings import NoticesSettings
from services.people.settings import PeopleSettings
from services.registry import REGISTRY, SERVICES
from services.statistics.settings import StatisticsSettings
from services.surveys.settings import SurveysSettings

BASE = Path(__file__).parents[3] / "deploy/kubernetes/base"
KEYS = {
    **{service.name: {"public_keys", "principal_key", *service.keys} for service in REGISTRY},
    "gateway": {"gateway_signing_key", "session_key"},
}


def documents(name: str) -> list[dict[str, Any]]:
    return list(YAML(typ="safe").load_all((BASE / name).read_text()))


def pod(name: str) -> dict[str, Any]:
    found: dict[str, Any] = documents(f"{name}.yaml")[0]["spec"]["template"]["spec"]
    return found


def environment(name: str) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in pod(name)["containers"][0]["env"]}


def test_every_setting_is_one_that_a_process_reads() -> None:
    told = set(documents("settings.yaml")[0]["data"])
    for name in (*SERVICES, "gateway"):
        told |= environment(name).keys()
    ours = {name.removeprefix("IEUM_").lower() for name in told if name.startswith("IEUM_")}
    read = {
        name
        for kind in (GatewaySettings, PeopleSettings, StatisticsSettings, NoticesSettings, SurveysSettings)
        for name in kind.model_fields
    }
    assert ours - read - set(SERVICES) == set()
    assert {name for name in told if not name.startswith("IEUM_")} == {"NATS_PASSPHRASE", "OTEL_EXPORTER_OTLP_ENDPOINT"}


@pytest.mark.parametrize("name", [*SERVICES, "gateway"])
def test_a_process_has_its_own_credentials_and_nobody_elses(name: str) -> None:
    told = environment(name)
    references = {key: each["valueFrom"]["secretKeyRef"] for key, each in told.items() if "valueFrom" in each}
    expected = {"NATS_PASSPHRASE": {"name": "ieum-nats", "key": name}}
    if name != "gateway":
        store = {"name": f"ieum-mongodb-admin-{name}", "key": "connectionString.standard"}
        expected["IEUM_MONGO_URL"] = store
    assert references == expected
    assert told["IEUM_NATS_URL"]["value"].startswith(f"tls://{name}:$(NATS_PASSPHRASE)@nats:4222?")
    volumes = {each["name"]: each for each in pod(name)["volumes"]}
    assert volumes["tls"]["secret"]["secretName"] == f"ieum-{name}-tls"
    keys = volumes["keys"]
    sources = [keys["secret"]] if "secret" in keys else [each["secret"] for each in keys["projected"]["sources"]]
    assert {item["key"] for source in sources for item in source["items"]} == KEYS[name]
    assert [each.keys() for each in pod(name)["containers"][0]["envFrom"]] == [{"configMapRef"}]


def test_every_service_has_a_certificate_under_the_name_by_which_it_is_called() -> None:
    certificates = {
        each["spec"]["secretName"]: each["spec"].get("dnsNames", [])
        for each in documents("certificates.yaml")
        if each["kind"] == "Certificate"
    }
    data = documents("settings.yaml")[0]["data"]
    for name in SERVICES:
        assert data[f"IEUM_{name.upper()}"].partition(":")[0] in certificates[f"ieum-{name}-tls"]
    assert "ieum-gateway-tls" in certificates
    assert "nats" in certificates["ieum-nats-tls"]


def test_users_of_mongodb_may_what_they_may_under_the_secure_profile() -> None:
    users = {user["name"]: user["roles"] for user in documents("mongodb.yaml")[0]["spec"]["users"]}
    assert users.pop(secure.OPERATOR) == [{"name": "root", "db": "admin"}]
    assert users == {name: [{"name": "readWrite", "db": f"ieum_{name}"}] for name in SERVICES}


def test_users_of_nats_may_what_they_may_under_the_secure_profile() -> None:
    users = {
        user["user"]: user for user in documents("nats-values.yaml")[0]["config"]["merge"]["authorization"]["users"]
    }
    assert {name: user["permissions"] for name, user in users.items()} == {
        name: secure.permissions(name) for name in (secure.OPERATOR, "gateway", *SERVICES)
    }
    environment = documents("nats-values.yaml")[0]["container"]["env"]
    for name, user in users.items():
        variable = user["password"].removeprefix("<< $").removesuffix(" >>")
        assert environment[variable]["valueFrom"]["secretKeyRef"] == {"name": "ieum-nats", "key": name}
