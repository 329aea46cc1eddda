"""What the launcher hands on to its processes and to later commands."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from deploy import place as places
from deploy.admin import environment
from deploy.place import save_environment, settle
from services.registry import SERVICES, variable_of


def test_a_later_command_has_the_addresses_and_the_time_zone_of_the_running_processes(tmp_path: Path) -> None:
    given = {
        "IEUM_DATA": str(tmp_path),
        "IEUM_PORT": "0",
        "IEUM_TIME_ZONE": "Asia/Tokyo",
        "IEUM_SMTP_URL": "smtp://a:b@c",
    }
    place = settle(given, internal=SERVICES)
    save_environment(place)
    later = environment({"IEUM_DATA": str(tmp_path)})
    assert later["IEUM_TIME_ZONE"] == "Asia/Tokyo"
    assert {variable_of(name): later[variable_of(name)] for name in SERVICES} == {
        variable_of(name): place.environment[variable_of(name)] for name in SERVICES
    }
    assert "IEUM_SMTP_URL" not in later
    assert environment({"IEUM_DATA": str(tmp_path), "IEUM_TIME_ZONE": "UTC"})["IEUM_TIME_ZONE"] == "UTC"


def test_no_process_gets_the_port_of_the_gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one of last time nor a new one: nothing listens on it yet, so it looks free."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    (tmp_path / "ports.json").write_text(json.dumps({"people": port}))
    monkeypatch.setattr(places, "INTERNAL_PORTS", [port, *range(25_000, 25_300)])
    place = settle({"IEUM_DATA": str(tmp_path), "IEUM_PORT": str(port)}, internal=SERVICES)
    assert place.port == port
    assert port not in [place.ports[name] for name in (*SERVICES, "gateway")]
    assert len(set(place.ports.values())) == len(place.ports)
