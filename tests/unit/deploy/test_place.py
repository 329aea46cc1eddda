"""What the launcher hands on to its processes and to later commands."""

from __future__ import annotations

from pathlib import Path

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
