"""The files for one host with a container engine: keys stay out of the image, and checks cost next to nothing."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy import healthy, keys
from services.registry import SERVICES

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = YAML(typ="safe").load((ROOT / "deploy/compose.yaml").read_text())


def test_every_secret_that_compose_names_is_made_in_the_directory_it_looks_in(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "deploy.keys", tmp_path], check=True, capture_output=True)
    made = {file.name for file in tmp_path.iterdir()}
    assert {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()} <= made
    assert {str(Path(secret["file"]).parent) for secret in COMPOSE["secrets"].values()} == {
        "${IEUM_SECRETS:-./secrets}"
    }
    assert COMPOSE["services"]["keys"]["volumes"] == ["${IEUM_SECRETS:-./secrets}:/keys"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_a_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    before = {file.name: file.read_text() for file in tmp_path.iterdir()}
    (tmp_path / "session_key").unlink()
    keys.make_keys(tmp_path)
    after = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert after.pop("session_key") != before.pop("session_key")
    assert after == before


def test_a_signing_key_may_be_replaced_while_the_old_one_is_still_believed(tmp_path: Path) -> None:
    keys.make_keys(tmp_path)
    old = json.loads((tmp_path / "public_keys").read_text())
    (tmp_path / "gateway_signing_key").unlink()
    keys.make_keys(tmp_path)
    new = json.loads((tmp_path / "public_keys").read_text())
    assert new["notices"] == old["notices"]
    assert new["gateway"][:1] == old["gateway"]
    assert len(new["gateway"]) == 2


def test_keys_stay_out_of_the_image_and_out_of_git(tmp_path: Path) -> None:
    assert "**/secrets" in (ROOT / ".dockerignore").read_text().split()
    assert "COPY deploy deploy" not in (ROOT / "deploy/Dockerfile").read_text()
    (tmp_path / ".gitignore").write_text((ROOT / ".gitignore").read_text())
    for path in ("secrets", "deploy/secrets"):
        keys.make_keys(tmp_path / path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    tracked = subprocess.run(["git", "ls-files"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert tracked.split() == [".gitignore"]


@pytest.mark.parametrize("name", [*SERVICES, "gateway"])
def test_a_check_of_health_runs_rarely_once_a_container_is_up(name: str) -> None:
    check = COMPOSE["services"][name]["healthcheck"]
    assert (check["interval"], check["start_interval"]) == ("30s", "2s")


def test_a_check_of_health_loads_no_library() -> None:
    loaded = (
        "import sys, deploy.healthy; print(*(m for m in sys.modules if m.partition('.')[0] in ('grpc', 'aiohttp')))"
    )
    shown = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True, cwd=ROOT)
    assert shown.stdout.strip() == ""


def test_a_service_is_healthy_while_its_port_is_open() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        given = {"IEUM_PEOPLE": f"0.0.0.0:{port}", "IEUM_COURSES": "courses:7102", "IEUM_METRICS_HOST": "0.0.0.0"}  # noqa: S104
        healthy.check(given)
    with pytest.raises(OSError):  # noqa: PT011 - whatever the system says
        healthy.check(given)


@pytest.mark.parametrize(("line", "well"), [(b"HTTP/1.0 200 OK", True), (b"HTTP/1.0 503 Service Unavailable", False)])
def test_the_gateway_is_healthy_while_it_says_that_it_is_ready(line: bytes, well: bool) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(line + b"\r\n\r\n")

        thread = Thread(target=answer)
        thread.start()
        given = {"IEUM_PORT": str(server.getsockname()[1]), "IEUM_PEOPLE": "people:7101"}
        if well:
            healthy.check(given)
        else:
            with pytest.raises(OSError, match="503"):
                healthy.check(given)
        thread.join()
