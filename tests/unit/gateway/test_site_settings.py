"""A site says its own name, phone and address; nothing of the demo's town reaches a real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from deploy import site
from deploy.place import CannotStart
from gateway.http.public_url import allowed_hosts
from gateway.settings import GatewaySettings

NAMED = {"site_name": {"ko": "솔밭시"}, "site_phone": "02-120"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "IEUM_SITE_NAME"),
        ({"site_name": {"ko": " "}, "site_phone": "1"}, "IEUM_SITE_NAME"),
        ({"site_name": {"ko": "솔밭시"}}, "IEUM_SITE_PHONE"),
        ({**NAMED, "host": "0.0.0.0"}, "IEUM_PUBLIC_URL"),  # noqa: S104
        ({**NAMED, "host": "0.0.0.0", "public_url": "https://solbat.test"}, ""),  # noqa: S104
        (NAMED, ""),
    ],
)
def test_what_a_site_must_say_of_itself_is_asked_for_in_a_sentence(given: dict[str, object], said: str) -> None:
    sentence = GatewaySettings.model_validate(given).what_is_missing()
    assert sentence.partition(" is missing")[0] == said


def test_the_gateway_refuses_to_start_without_a_name() -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("IEUM_")}
    ended = subprocess.run(
        [sys.executable, "-m", "gateway.main"], env=bare, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("IEUM_SITE_NAME is missing")
    assert "Traceback" not in ended.stderr


def test_an_empty_setting_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IEUM_SITE_HOURS", "")
    monkeypatch.setenv("IEUM_PORT", "")
    assert (GatewaySettings().site_hours, GatewaySettings().port) == ({}, 8080)


def test_only_the_demo_is_called_hanbit() -> None:
    assert "한빛시" in site.describe({})["IEUM_SITE_NAME"]
    assert json.loads(site.describe({"IEUM_DEMO": "0"})["IEUM_SITE_NAME"]) == {"ko": "이음", "en": "Ieum"}
    assert site.describe({"IEUM_SITE_NAME": '{"ko": "솔밭시"}'})["IEUM_SITE_NAME"] == '{"ko": "솔밭시"}'


@pytest.mark.parametrize(
    ("hosts", "public_url", "allowed"),
    [
        ("", "", set()),
        ("A.test, b.test:81", "https://c.test", {"a.test", "b.test:81"}),
        ("", "https://Learn.test/", {"learn.test", "127.0.0.1:8080", "localhost:8080", "[::1]:8080"}),
        ("", "http://learn.test:80", {"learn.test", "127.0.0.1:8080", "localhost:8080", "[::1]:8080"}),
        ("", "http://learn.test:8443", {"learn.test:8443", "127.0.0.1:8080", "localhost:8080", "[::1]:8080"}),
    ],
)
def test_a_site_answers_under_its_own_names(hosts: str, public_url: str, allowed: set[str]) -> None:
    assert allowed_hosts(hosts, public_url, 8080) == allowed


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"IEUM_HOST": "0.0.0.0"}, "IEUM_PUBLIC_URL"),  # noqa: S104
        ({"IEUM_HOST": "0.0.0.0", "IEUM_PUBLIC_URL": "http://a.test"}, "IEUM_DEMO_PASSPHRASE"),  # noqa: S104
        ({"IEUM_HOST": "0.0.0.0", "IEUM_PUBLIC_URL": "http://a.test", "IEUM_DEMO": "0"}, None),  # noqa: S104
        ({"IEUM_HOST": "::", "IEUM_PUBLIC_URL": "http://a.test", "IEUM_DEMO_PASSPHRASE": "secret words"}, None),
        ({"IEUM_HOST": "localhost"}, None),
        ({}, None),
    ],
)
def test_the_launcher_opens_to_others_only_with_an_address_and_without_a_known_passphrase(
    given: dict[str, str], named: str | None
) -> None:
    if named is None:
        site.refuse_to_open_up(given)
    else:
        with pytest.raises(CannotStart, match=named):
            site.refuse_to_open_up(given)
