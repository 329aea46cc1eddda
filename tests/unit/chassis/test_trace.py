"""Steps of traces where nobody collects them, which is the usual, and where nobody answers."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from services.chassis.observability import spans, trace
from tests.collector import collecting

HEADER = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def test_nothing_of_open_telemetry_is_loaded_where_no_collector_is_named() -> None:
    code = """
import sys
from services.chassis.observability import trace
with trace.recorded("progress"), trace.following(None, "ask", "server"), trace.within("go on", "client"):
    trace.note({"rpc.response.status_code": "OK"})
print(any("opentelemetry" in name for name in sys.modules))
"""
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True, env={})
    assert done.stdout == "False\n"


@pytest.mark.parametrize("collected", [False, True])
def test_a_trace_goes_on_in_the_header_and_on_the_log(monkeypatch: pytest.MonkeyPatch, collected: bool) -> None:
    if collected:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
        monkeypatch.setenv("OTEL_SDK_DISABLED", "false")
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    with trace.recorded("progress"):
        with trace.following(HEADER, "ask", "server") as current, trace.within("go on", "client"):
            assert trace.traceparent().split("-")[1] == current == trace.trace_id() == "a" * 32
        with trace.following("malformed", "ask", "server") as begun:
            assert trace.traceparent().split("-")[1] == begun == trace.trace_id() != "a" * 32
            assert len(begun) == 32
    assert trace.trace_id() == ""


def test_a_collector_that_is_away_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(spans, "_FAREWELL_SECONDS", 0.3)
    began = time.monotonic()
    with trace.recorded("progress"), trace.following(None, "ask", "server"):
        pass
    assert time.monotonic() - began < 9  # it would wait for ten


def test_a_collector_can_draw_calls_and_queues_by_the_usual_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        for name, value in collector.settings.items():
            monkeypatch.setenv(name, value)
        with trace.recorded("progress"):
            with trace.following(None, "publish ieum.people.v1.PersonMoved", "producer"):
                pass
            with trace.following_all([("", "handle ieum.people.v1.PersonMoved")], "consumer"):
                pass
            with trace.following(None, "ieum.people.v1.PeopleService/GetPerson", "server"):
                trace.note({"rpc.response.status_code": "INTERNAL"}, error="INTERNAL")
            with trace.following(None, "GET /api/v1/people/{person}", "server"):
                trace.note({"http.response.status_code": 200})
        said = {step.name: step.attributes for step in collector.steps()}
    queue = {"messaging.system": "nats", "messaging.destination.name": "ieum.people.v1.PersonMoved"}
    sent = {"messaging.operation.name": "publish", "messaging.operation.type": "send"}
    processed = {"messaging.operation.name": "handle", "messaging.operation.type": "process"}
    called = {"rpc.system": "grpc", "rpc.service": "ieum.people.v1.PeopleService", "rpc.method": "GetPerson"}
    assert said == {
        "publish ieum.people.v1.PersonMoved": queue | sent,
        "handle ieum.people.v1.PersonMoved": queue | processed,
        "ieum.people.v1.PeopleService/GetPerson": called
        | {"rpc.response.status_code": "INTERNAL", "error.type": "INTERNAL"},
        "GET /api/v1/people/{person}": {"http.response.status_code": 200},
    }
